"""A small approval system that takes relief-engine in: cases, the step that decides, and pages for the officer."""
