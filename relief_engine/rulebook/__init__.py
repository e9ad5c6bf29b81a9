"""First stage: a folder of YAML files becomes one checked, immutable rulebook."""
