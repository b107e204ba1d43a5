"""Which ops hold tensors in a piece of memory, to be copied before it is overwritten."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

import torch
from torch import Tensor, nn

from lenet_tui.tape.engine.early_copies import EarlyCopies
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.tape.engine.in_place import NUMBERS, STAYS, Made, copied, storage, tensors
from lenet_tui.training.engine.copies import LARGE, copies

SEVERAL = (tuple, list)
NOWHERE = {0}
"""Where a tensor's memory begins that has none of its own."""


class Holders:
    """Of the ops in a list that grows. They are looked through only when something is written.

    ``early``: copies that may be there already.
    """

    def __init__(self, ops: list[OpEntry], early: EarlyCopies | None = None) -> None:
        self._ops = ops
        self._early = early or EarlyCopies()
        self._by_place: dict[int, list[OpEntry]] = {}
        self._known = 0
        self._written: list[tuple[OpEntry, Tensor]] = []

    def taken(
        self,
        writes: Sequence[Tensor],
        places: Sequence[int],
        args: tuple[Any, ...],
        module: nn.Module | None,
    ) -> tuple[Any, ...]:
        """What an op of a module is given that is about to write these tensors, whose memory
        begins at these places: copied where it will.
        """
        early = self._early.take(writes, places, module)
        written = {*places} - NOWHERE
        made: Made = {}
        self.protect(written, made)
        given = []
        for value in args:
            kept = value
            if type(value) not in STAYS:
                kept = early.get(id(value)) if early else None
                if kept is None:
                    kept = copied(value, written, made)
            given.append(kept)
        return tuple(given)

    def protect(self, written: Set[int], made: Made) -> None:
        """Copy what the ops hold of memory that is about to be overwritten; ``made`` grows."""
        by_place, ops = self._by_place, self._ops
        if self._known < len(ops):
            for op in ops[self._known :]:
                for value in (op.output, *op.args):
                    kind = type(value)
                    if kind in STAYS or (kind in SEVERAL and NUMBERS.issuperset(map(type, value))):
                        continue
                    for tensor in (value,) if kind is Tensor else tensors(value):
                        place = storage(tensor)
                        if place in by_place:
                            by_place[place].append(op)
                        else:
                            by_place[place] = [op]
            self._known = len(ops)
        for place in written:
            if place in by_place:
                for op in by_place.pop(place):
                    op.output = copied(op.output, written, made)
                    op.args = copied(op.args, written, made)

    def wrote(self, op: OpEntry, later: bool) -> None:
        """An op returned what it wrote, which outlasts the forward, so that anything may write it
        again: copy it; if it may be ``later`` and is small, with others of its kind.
        """
        output = op.tensor
        if later and self._early.suits(output) and output.nbytes < LARGE:
            self._written.append((op, output))
        else:
            op.output = output.clone()

    def settle(self) -> None:
        """Copy what was to be copied later, at once, unless it had to be copied before."""
        if self._written:
            left = [(op, output) for op, output in self._written if op.output is output]
            self._written = []
            with torch._C.DisableTorchFunction():  # no op of the forward's
                made = copies([output for _, output in left])
            for (op, _), copy in zip(left, made, strict=True):
                op.output = copy

    def clear(self) -> None:
        """Let go of all that is known."""
        self.settle()
        self._early.end()
        self._by_place.clear()
