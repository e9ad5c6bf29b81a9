"""Ground floor: words for people, Chinese first and English second.

Everything a user reads is a :class:`Text`. Code, ids and developer docs are English only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]

#: The language of every output that does not ask for another one.
DEFAULT_LANGUAGE: Language = "zh"


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages; ``str()`` gives the Chinese one."""

    zh: str
    en: str

    def in_(self, language: Language) -> str:
        """The wording in ``language``."""
        return self.zh if language == "zh" else self.en

    def __str__(self) -> str:
        return self.zh


def joined(parts: list[Text], *, zh: str = "、", en: str = ", ") -> Text:
    """The parts as one text, with the list mark that each language uses."""
    return Text(zh.join(p.zh for p in parts), en.join(p.en for p in parts))
