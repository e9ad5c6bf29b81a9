"""Measures the budgets of the design as ratios within one run; ``make bench`` runs ``python -m benchmarks``."""
