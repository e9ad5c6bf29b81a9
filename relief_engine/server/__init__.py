"""Server stage: the decision service. HTTP in front, worker processes behind, one rulebook for each request."""
