"""Benchmarks of rosters: tables of millions of leases, decided as a query and written as a table again."""
