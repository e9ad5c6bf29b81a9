"""SQL route: what is used more than once becomes a column, and columns become layers of the query.

Each layer reads the one before it. Without layers a query would write a shared condition out wherever it is used, which
grows beyond all bounds; and databases would do the same with plain subqueries, so that they are kept from merging them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from relief_engine.routes.sql.terms import Terms

#: A branch that few rows take is written out up to this many terms.
_LONGEST_BRANCH = 3_000
_ATOMS = ("column", "number", "truth", "text")


class Layers:
    """Which terms of some outputs become columns, under which names, and in which layer each is computed."""

    def __init__(self, terms: Terms, outputs: Sequence[int], names: Mapping[int, str]) -> None:
        self.terms = terms
        self._sizes: dict[int, int] = {}
        uses = self._uses(outputs)
        shared = sorted(term for term, count in uses.items() if count > 1 and not self._is_trivial(term))
        taken = {str(value) for op, _, value in terms.list if op == "column"}
        self.names: dict[int, str] = {}
        for place, term in enumerate(shared, 1):
            name = names.get(term, f"x{place}")
            self.names[term] = name if name not in taken else f"x{place}"
            taken.add(self.names[term])
        self._levels: dict[int, int] = {}
        #: The terms of each layer, in their order.
        self.layers: list[list[int]] = []
        for term in shared:
            level = self._level(term)
            while len(self.layers) < level:
                self.layers.append([])
            self.layers[level - 1].append(term)
        self._outputs = outputs

    def carried(self, layer: int) -> list[str]:
        """The columns that a layer hands on from the one before it, for later ones; -1 is what the query reads."""
        later = [part for terms in self.layers[layer + 1 :] for term in terms for part in self.terms.list[term].args]
        made = {self.names[term] for terms in self.layers[max(layer, 0) :] for term in terms}
        return sorted(self._read([*later, *self._outputs]) - made)

    def _read(self, waiting: list[int]) -> set[str]:
        """The columns that some terms are, or are written with."""
        found: set[str] = set()
        seen: set[int] = set()
        while waiting:
            term = waiting.pop()
            if term in seen:
                continue
            seen.add(term)
            op, args, value = self.terms.list[term]
            if term in self.names or op == "column":
                found.add(self.names.get(term, str(value)))
            else:
                waiting += args
        return found

    # --- what is shared -----------------------------------------------------------------------------------------

    def _uses(self, outputs: Sequence[int]) -> Counter[int]:
        """How often each term stands where every row computes it."""
        uses: Counter[int] = Counter(outputs)
        waiting = list(dict.fromkeys(outputs))
        seen = set(waiting)
        while waiting:
            parts = self._hot(waiting.pop())
            uses.update(parts)
            new = [part for part in dict.fromkeys(parts) if part not in seen]
            seen.update(new)
            waiting += new
        return uses

    def _hot(self, term: int) -> list[int]:
        """The parts of a term, without the branches that few rows take."""
        op, args, value = self.terms.list[term]
        if op != "case" or not isinstance(value, tuple):
            return list(args)
        count, rare = value
        left_out = {2 * place + 1 if place < count else 2 * count for place in rare}
        return [part for i, part in enumerate(args) if i not in left_out or self._size(part) > _LONGEST_BRANCH]

    def _size(self, term: int) -> int:
        found = self._sizes.get(term)
        if found is None:
            found = self._sizes[term] = 1 + sum(self._size(part) for part in self.terms.list[term].args)
        return found

    def _is_trivial(self, term: int) -> bool:
        op, args, value = self.terms.list[term]
        match op:
            case "not" | "is_null":
                return self._is_trivial(args[0])
            case "in":
                return isinstance(value, tuple) and len(value) == 1
            case _:
                return op in _ATOMS

    def _level(self, term: int) -> int:
        """The layer of a term: after those of the columns that it reads."""
        found = self._levels.get(term)
        if found is None:
            below = max((self._level(part) for part in self.terms.list[term].args), default=0)
            found = self._levels[term] = below + (term in self.names)
        return found
