"""Proving stage, the solver's part: terms as formulas of z3, which is optional and imported nowhere else.

The modules, in the order in which data flows: ``logic`` (formulas put together), ``domain`` (facts as variables, and
which profiles are valid), ``functions`` (what the solver can't calculate), ``encode`` (terms as formulas), ``differ``
(in what two sides differ, as formulas), ``solve`` (profiles that satisfy them, or the proof that there are none),
``transitions`` and ``values`` (what is asked).
"""
