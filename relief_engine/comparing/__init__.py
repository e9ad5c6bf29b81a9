"""Comparing stage: two rulebooks side by side: what changed in them, and for whom that makes a difference."""
