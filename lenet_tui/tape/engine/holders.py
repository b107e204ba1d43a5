"""Which ops hold tensors in a piece of memory, to be copied before it is overwritten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set

from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.tape.engine.in_place import copied, storage, tensors


class Holders:
    """Of the ops in a list that grows. They are looked through only when something is written."""

    def __init__(self, ops: list[OpEntry]) -> None:
        self._ops = ops
        self._by_place: defaultdict[int, list[OpEntry]] = defaultdict(list)
        self._known = 0

    def protect(self, written: Set[int]) -> None:
        """Copy what the ops hold of memory that is about to be overwritten."""
        for op in self._ops[self._known :]:
            for tensor in tensors((op.output, op.args)):
                self._by_place[storage(tensor)].append(op)
        self._known = len(self._ops)
        for place in written:
            for op in self._by_place.pop(place, ()):
                op.output = copied(op.output, written)
                op.args = copied(op.args, written)

    def clear(self) -> None:
        """Let go of all that is known."""
        self._by_place.clear()
