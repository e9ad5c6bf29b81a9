"""Ledger stage: decisions kept in one file, each entry hashed over the one before.

This is the ledger of decisions. The ledger of clauses is another thing: ``relief_engine.rulebook.ledger``.
"""
