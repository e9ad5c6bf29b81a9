"""Rulebook stage: terms that the shapes of files and the records made from them share."""

from __future__ import annotations

from typing import Literal

#: The kind of thing that a fact is about: the applicant, or something of which an applicant may have several.
Subject = str
#: The one kind that every rulebook has, and that is not in a list.
APPLICANT: Subject = "applicant"

FactType = Literal[
    "text", "credit_code", "yes_no", "choice", "count", "number", "amount", "date", "industry_code", "steps"
]
