"""Roster stage: rosters too long for one machine, read, decided and written by Spark, with the same answers.

The modules, in the order in which data flows: ``session`` (Spark is there and set up), ``source`` (parquet files as a
table), ``workers`` (rows that were set aside, where Spark's workers decide them), ``deciding``, ``results``, ``run``.
"""
