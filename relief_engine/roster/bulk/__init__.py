"""Roster stage: tables too long to read row by row are read and decided by a database, with the same answers.

The modules, in the order in which data flows: ``plain`` (cells that are plainly written become slots, as expressions),
``reading`` (the query that reads a table), ``deciding`` (a table of answers, rows set aside decided one by one),
``results`` (the file, and what is counted), ``brief`` (the same without words).
"""
