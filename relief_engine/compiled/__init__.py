"""Second stage: a programme on a day becomes a flat list of small nodes, the intermediate form of every route."""
