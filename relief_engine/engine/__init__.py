"""Engine stage: a rulebook, a profile and a day become decisions.

The modules, in the order in which data flows: ``outcome`` (what the values of the nodes mean), ``residue`` (what is
open), ``cells`` (where an unknown fact could change something), ``completing``, ``witness`` and ``missing`` (which
unknown facts do), ``decide`` (all programmes and subjects), ``questions`` (what to ask first).
"""

from relief_engine.engine.decide import Engine, Report, Skipped

__all__ = ["Engine", "Report", "Skipped"]
