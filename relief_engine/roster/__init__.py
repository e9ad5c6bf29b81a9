"""Roster stage: tables of applicants in, tables of answers out; one row is one lease, one loan or one applicant.

The modules, in the order in which data flows: ``table`` (what was found in a file), ``formats`` (files become tables),
``names`` and ``headers`` (columns become facts), ``cells`` and ``rows`` (a row becomes a profile, or a list of what is
wrong with it), ``screening`` (profiles become answers), ``results`` (the columns of an answer), ``writing`` (files of
answers). Beside them ``template`` writes an empty roster, from ``fields``, ``example``, ``guidance`` and ``styles``.
"""
