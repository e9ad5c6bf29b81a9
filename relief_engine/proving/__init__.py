"""Proving stage: profiles that show what rules do, found or proven not to exist.

The modules, in the order in which data flows: ``sampling`` (profiles drawn from the cells of a program), ``witness`` (a
vector of facts as the profile that a user would write).
"""

from __future__ import annotations
