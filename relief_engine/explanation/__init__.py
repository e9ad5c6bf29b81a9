"""Explanation stage: a decision's trace becomes reasons that a person can read and check.

In the order in which they lean on each other: ``say`` finds the words for values; ``trace`` looks up what a decision
read; ``arithmetic`` calculates its figures anew; ``reasons`` (with ``sizes``) puts conditions into words,
``calculation`` the formula, ``margins`` the changes that would meet a criterion, ``history`` how the rules changed,
``answer`` the one sentence; ``build`` puts the whole together. ``outline`` lays one decision out in one language and
``sheet`` a whole report; ``terminal`` (by ``columns``), ``markdown``, ``html`` and ``records`` (JSON) are its four
forms. ``harmless`` keeps text that people wrote from doing anything but being read.

Nothing is imported here, and the records of this stage are named tuples: the command line needs some of these modules
without the others and must start fast, and to make a frozen dataclass takes an import five times as long.
"""
