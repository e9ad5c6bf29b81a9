"""Recording stage: a decision becomes one self-contained document that can be kept, checked and decided again.

``record`` writes a report as a :class:`DecisionRecord`, ``reading`` reads one back and refuses what was altered,
``replay`` decides its profile anew, by the same rulebook or by another, and says what differs. Inside: ``canonical``
(the bytes that are hashed), ``tracing`` (what a decision read and what its named parts came to), ``shape`` (what a
document must hold), ``differences`` and ``reports`` (two decisions, two reports held against each other), ``telling``
(a replay as text and JSON).

Nothing is imported here: reading a record needs no engine.
"""
