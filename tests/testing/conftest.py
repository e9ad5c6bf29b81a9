"""The small rulebook that is mutated is no rulebook where it stands: its tests put it together first."""

collect_ignore = ["mutated"]
