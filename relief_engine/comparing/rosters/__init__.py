"""Comparing stage, rosters, the door: who in a real table gains and loses by new rules, how much, by which clause.

The modules, in the order in which data flows: ``same`` (whether rules differ at all), ``reading`` (one table under two
rulebooks), ``model`` (the records), ``effect`` and ``causes`` (one answer), ``spool`` and ``result`` (all of them),
``clerk`` (row by row), ``bulk`` (which rows of a long table may differ), ``run``. Then what is shown: ``words``,
``outline``, ``text``, ``markdown`` and ``records``; and files: ``columns``, ``flat``, ``workbook`` with ``summary``,
and ``writing``.
"""

from __future__ import annotations

from relief_engine.comparing.rosters.markdown import impact_markdown
from relief_engine.comparing.rosters.model import Change, Kind
from relief_engine.comparing.rosters.records import impact_records
from relief_engine.comparing.rosters.result import Impact
from relief_engine.comparing.rosters.run import impact
from relief_engine.comparing.rosters.text import impact_text
from relief_engine.comparing.rosters.writing import check_output, write_impact

__all__ = [
    "Change", "Impact", "Kind", "check_output", "impact", "impact_markdown", "impact_records", "impact_text",
    "write_impact",
]  # fmt: skip
