"""Comparing stage: two rulebooks side by side, what is written otherwise, and what comes out otherwise.

The modules, in the order in which data flows: ``revisions`` (a folder or a git revision becomes a rulebook), ``edit``
(the records of what was edited), ``edits`` (the door: all edits between two rulebooks, found by ``programmes``,
``beside``, ``facts``, ``standards`` and ``documents``), ``effects`` (what each programme decides otherwise, with a
witness and both decisions), ``difference`` (the door: all of it), ``outline`` (laid out in one language, by ``telling``
and ``cases``), ``terminal``, ``markdown`` and ``records`` (its forms). Beside them ``rosters``: who in a real table
gains and loses.
"""

from __future__ import annotations
