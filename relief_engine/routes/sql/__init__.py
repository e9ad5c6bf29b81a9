"""Routes stage: the SQL route. A program becomes one query, for DuckDB, Spark or PostgreSQL.

``query.decision_query`` goes from columns of encoded slots to answers; ``facts.FactsQuery`` from a typed table, as an
approval system has it, to slots; ``view.rules_query`` is both together. Everything here needs sqlglot, and is imported
where it is used.
"""
