"""What one fuzzer is: seeds, a way to change them, and what must hold of every input."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fuzz.mutation import mutated
from relief_engine.errors import LONGEST_MESSAGE, InputError, ReliefError, StatedError
from relief_engine.explanation.harmless import one_line
from relief_engine.text import Text

ROOT = Path(__file__).resolve().parent.parent
#: Small inputs that are kept, one folder for each target: those that once broke something.
CORPUS = Path(__file__).resolve().parent / "corpus"


class Broken(AssertionError):
    """An input for which something does not hold that must hold of every input."""


#: Changes an input a little.
Mutate = Callable[[bytes, random.Random], bytes]


@dataclass(frozen=True, slots=True)
class Target:
    """One reader under attack.

    Attributes:
        name: what it is called on the command line.
        about: what it reads, in a few words.
        run: reads one input; gives whether it was taken. Anything raised is a finding of the fuzzer.
        seeds: inputs to start from.
        mutate: changes an input; by default bytes and pieces of text.
        seconds: of processor time that one input may take.
    """

    name: str
    about: str
    run: Callable[[bytes], bool]
    seeds: Callable[[], Sequence[bytes]]
    mutate: Mutate = field(default=mutated)
    seconds: float = 5.0

    def corpus(self) -> list[bytes]:
        """The seeds, and the inputs that are kept."""
        kept = sorted((CORPUS / self.name).glob("*")) if (CORPUS / self.name).is_dir() else []
        return [*self.seeds(), *(path.read_bytes() for path in kept)]


def refused(read: Callable[[], object]) -> bool:
    """Whether a reader refuses its input, as it should: by findings with words and places that can be shown."""
    try:
        read()
    except (InputError, StatedError) as error:
        check_error(error)
        return True
    return False


def check_error(error: ReliefError) -> None:
    """Hold an error against what every error must be; raises :class:`Broken`."""
    if isinstance(error, InputError):
        if not error.findings:
            raise Broken("an error without findings")
        for finding in error.findings:
            _check_words(finding.message, finding.code)
            if not finding.code or not finding.where.file:
                raise Broken(f"a finding without code or place: {finding!r:.300}")
            _check_shown(str(finding.where))
    elif isinstance(error, StatedError):
        _check_words(error.message, type(error).__name__)


def _check_words(message: Text, code: str) -> None:
    for words in (message.zh, message.en):
        if not words.strip():
            raise Broken(f"a finding without words: {code}")
        if len(words) > LONGEST_MESSAGE:
            raise Broken(f"a message of {len(words)} characters: {code}: {words[:100]!r}")
        _check_shown(words)


def _check_shown(words: str) -> None:
    shown = one_line(words)
    shown.encode()
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in shown):
        raise Broken(f"what is shown can steer a terminal: {shown[:200]!r}")
