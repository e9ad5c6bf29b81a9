"""A process that appends until it is killed, and says each number once the append has returned.

``python -m tests.ledger.writer LEDGER FIRST THREADS BATCH``: documents from FIRST on, by so many threads, so many at a
time. A line is ``number document``.
"""

import os
import sys
import threading
from pathlib import Path

from relief_engine.ledger.store import Ledger
from tests.ledger.documents import document


def main() -> None:
    path, first, threads, batch = sys.argv[1], *map(int, sys.argv[2:])
    ledger = Ledger.open(Path(path), create=True)

    def write(of: int) -> None:
        at = first + of
        while True:
            numbers = [at + step * threads for step in range(batch)]
            entries = ledger.append_many([document(number, filling="x" * (number % 7) * 1000) for number in numbers])
            said = "".join(f"{entry.number} {number}\n" for entry, number in zip(entries, numbers, strict=True))
            os.write(1, said.encode())  # one call: a line is whole or not there
            at += batch * threads

    for of in range(threads):
        threading.Thread(target=write, args=(of,), daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
