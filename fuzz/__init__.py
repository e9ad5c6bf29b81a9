"""Fuzzers of everything that reads: see ``fuzz/README.md``. Nothing in the package imports them."""
