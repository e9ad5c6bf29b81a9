"""Interview stage: what is known so far leads to the next question that can still change an answer.

``step`` gives the next question, ``answered`` writes its answer into the profile, ``step_record`` is a step as JSON.
"""

from relief_engine.interview.answering import answered
from relief_engine.interview.prompts import FactPrompt, Prompt, SubjectsPrompt
from relief_engine.interview.record import step_record
from relief_engine.interview.step import Step, step

__all__ = ["FactPrompt", "Prompt", "Step", "SubjectsPrompt", "answered", "step", "step_record"]
