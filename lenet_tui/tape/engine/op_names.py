"""Names of ops, each given once."""

from __future__ import annotations

from collections.abc import Iterable

from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.tape.engine.names import RESERVED


class OpNames:
    """Gives a name once as it is, then with ``#2`` and so on. ``taken``: what is never given."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._used: dict[str, int] = dict.fromkeys((*RESERVED, *taken), 1)

    def unique(self, name: str) -> str:
        used = self._used
        if name not in used and not name.endswith(".grad"):
            used[name] = 1
            return name
        count = used[name] = used.get(name, 1) + 1
        return name if count == 1 else f"{name}#{count}"

    def name_leaf(self, path: str, ops: list[OpEntry]) -> None:
        """Name what a leaf did and has no name: the last op after it, others after their own."""
        inside = [op for op in ops if not op.name]
        for op in inside[:-1]:
            op.name = self.unique(f"{path or 'input'}.{op.op}")
        if inside:
            inside[-1].name = self.unique(path or inside[-1].op)

    def name_rest(self, leaf: str, ops: Iterable[OpEntry]) -> None:
        """Name what has no name yet after the last leaf (``input`` before the first)."""
        for op in ops:
            if not op.name:
                op.name = self.unique(f"{leaf or 'input'}.{op.op}")

    def take_back(self, name: str) -> None:
        """Forget the name that was given last of its kind: what had it is called otherwise."""
        stem = first_of(name)
        number = 1 if stem == name else int(name[len(stem) + 1 :])
        if self._used.get(stem) == number:
            self._used[stem] -= 1


def first_of(name: str) -> str:
    """The name of the first of the ops that are called alike: ``conv1`` of ``conv1#2``."""
    stem, _, count = name.rpartition("#")
    return stem if stem and count.isdecimal() else name
