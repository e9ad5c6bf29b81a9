"""Command line stage: ``relief ledger verify``, and the entry that ``relief check --ledger`` appends."""

from __future__ import annotations

from pathlib import Path

from relief_engine.cli.output import finding_record, note, out, out_json
from relief_engine.explanation.harmless import one_line
from relief_engine.ledger.entry import Entry
from relief_engine.ledger.store import Ledger
from relief_engine.ledger.verify import Anchor, Verified
from relief_engine.text import Language, Text

#: The exit status of a ledger in which something was found.
EXIT_FOUND = 3


def verify_ledger(path: Path, head: str | None, count: int | None, language: Language, *, as_json: bool) -> int:
    """Verify a ledger and print every finding; gives the exit status."""
    with Ledger.open(path, create=False) as ledger:
        result = ledger.verify(Anchor(count, head))
    if as_json:
        out_json({
            "schema": "relief-ledger-verify/1",
            "ledger": str(path),
            "sound": result.sound,
            "count": result.head.count,
            "head": result.head.chain,
            "anchored": head is not None,
            "findings": [finding_record(finding, language) for finding in result.findings],
            "findings_not_listed": result.more,
        })  # fmt: skip
    else:
        out("".join(f"{one_line(line)}\n" for line in _lines(result, language, anchored=head is not None)))
    return 0 if result.sound else EXIT_FOUND


def _lines(result: Verified, language: Language, *, anchored: bool) -> list[str]:
    count, chain = result.head.count, result.head.chain
    lines = [finding.in_(language) for finding in result.findings]
    if result.more:
        more = Text(f"另有 {result.more} 处没有列出。", f"{result.more} more are not listed.")
        lines.append(more.in_(language))
    if not result.sound:
        total = len(result.findings) + result.more
        found = Text(
            f"账本有 {total} 处问题（共 {count} 条）。",
            f"The ledger has {total} finding{'s' if total != 1 else ''} ({count} entries).",
        )
        return [*lines, found.in_(language)]
    sound = Text(f"账本完好：{count} 条。", f"The ledger is sound: {count} entr{'ies' if count != 1 else 'y'}.")
    noted = Text(f"链尾 {chain}", f"Head: {chain}")
    lines += [sound.in_(language), noted.in_(language)]
    if anchored:
        held = Text("与以前记下的链尾相符。", "It agrees with the head that was noted before.")
    else:
        held = Text(
            "没有用 --head 核对：末尾若被删去或换掉，这里看不出来。"
            f"请把条数和链尾另存一处，下次加 --count {count} --head …",
            "Not held against a head that was noted before, so that a cut or replaced end can't be seen. "
            f"Keep the count and the head elsewhere; next time: --count {count} --head …",
        )
    return [*lines, held.in_(language)]


def append(path: Path, data: bytes, language: Language) -> Entry:
    """Append one record to a ledger, which is made if it is not there; says so, since the name may be a slip."""
    new = not path.exists()
    with Ledger.open(path, create=True) as ledger:
        entry = ledger.append(data)
    if new:
        note(Text(f"新建了账本 {path}", f"a new ledger was made: {path}").in_(language))
    return entry
