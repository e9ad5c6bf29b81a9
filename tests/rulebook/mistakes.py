"""What the tests of rulebooks share: a small right one, and copies of it with mistakes put in."""

import shutil
from pathlib import Path

from relief_engine.rulebook.load import read_rulebook

BASE = Path(__file__).parent / "base"

#: A file of the base, the text that is replaced in it (it stands there once), and what is written instead.
Change = tuple[str, str, str]


def copy_with(changes: list[Change], folder: Path) -> Path:
    """A copy of the base rulebook in which each change is made."""
    root = folder / "rules"
    shutil.copytree(BASE, root)
    for name, old, new in changes:
        path = root / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name}: {old!r} stands {text.count(old)} times"
        path.write_text(text.replace(old, new), encoding="utf-8")
    return root


def found(root: Path) -> list[str]:
    """The findings of a rulebook in its own terms: file:line:column: message [code]."""
    _, findings = read_rulebook(root)
    return [finding.in_("zh").replace(f"{root.as_posix()}/", "") for finding in findings]
