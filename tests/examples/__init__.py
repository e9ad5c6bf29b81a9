"""The runnable examples, run."""
