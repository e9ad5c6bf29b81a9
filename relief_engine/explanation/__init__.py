"""Explanation stage: a decision's trace becomes reasons that a person can read and check.

``say`` finds the words for values, ``reasons`` renders conditions, ``arithmetic`` the formula, ``build`` puts the whole
together; ``terminal``, ``markdown``, ``html`` and ``records`` (JSON) are its four forms.
"""

from relief_engine.explanation.build import Explanation, explain

__all__ = ["Explanation", "explain"]
