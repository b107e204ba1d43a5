"""Which ops hold tensors in a piece of memory, to be copied before it is overwritten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

import torch
from torch import Tensor, nn

from lenet_tui.tape.engine.early_copies import EarlyCopies
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.tape.engine.in_place import NUMBERS, STAYS, Made, copied, place_of, storage, tensors
from lenet_tui.training.engine.copies import LARGE, copies

SEVERAL = (tuple, list)
NOWHERE = {0}
"""Where a tensor's memory begins that has none of its own."""
FLAT = STAYS | {Tensor}
"""The classes of values in which no other tensors are."""


class Holders:
    """Of the ops in a list that grows. They are looked through only when something is written.

    ``early``: copies that may be there already.
    """

    def __init__(self, ops: list[OpEntry], early: EarlyCopies | None = None) -> None:
        self._ops = ops
        self._early = early or EarlyCopies()
        self._by_place: dict[int, list[OpEntry]] = {}
        self._known = self._looked_at = 0
        self._given: set[int] = set()
        """The ``id`` of all that the first ``_looked_at`` ops were given."""
        self._alone: dict[int, int] = {}
        """Of what is about to be written, the ``id`` of each tensor that has its memory alone, by
        where that begins."""
        self._written: list[tuple[OpEntry, Tensor]] = []

    def places(self, writes: Sequence[Tensor]) -> list[int]:
        """Where the memory begins of each tensor that an op is about to write, for ``taken``."""
        places, self._alone = [], {}
        for tensor in writes:
            place, alone = place_of(tensor)
            places.append(place)
            if alone:
                self._alone[place] = id(tensor)
        return places

    def taken(
        self,
        writes: Sequence[Tensor],
        places: Sequence[int],
        args: tuple[Any, ...],
        module: nn.Module | None,
    ) -> tuple[Any, ...]:
        """What an op of a module is given that is about to write these tensors, whose memory
        begins at these places, as ``places`` found them: copied where it will.
        """
        early = self._early.take(writes, places, module)
        written = {*places} - NOWHERE
        alone = self._alone
        made: Made = {}
        self.protect(written, made, alone)
        mine = {*alone.values()} if len(alone) == len(written) else set()
        apart = FLAT if mine else STAYS  # then other tensors have other memory
        given = []
        for value in args:
            kept, kind, number = value, type(value), id(value)
            if kind in STAYS:
                pass
            elif number in early:
                kept = early[number]
            elif number in mine:
                kept = early[number] = copied(value, written, made) if made else _copy(value)
            elif kind not in apart:
                kept = copied(value, written, made)
            given.append(kept)
        return tuple(given)

    def protect(self, written: Set[int], made: Made, alone: Mapping[int, int]) -> None:
        """Copy what the ops hold of memory that is about to be overwritten; ``made`` grows.

        ``alone``: of such places the ``id`` of the tensor that nothing else shares it with: an op
        holds of it that tensor or nothing.
        """
        if alone:
            self._know_given()
            written = {p for p in written if p not in alone or alone[p] in self._given}
            if not written:
                return
        by_place = self._know_places()
        for place in written:
            if place in by_place:
                for op in by_place.pop(place):
                    op.output = copied(op.output, written, made)
                    op.args = copied(op.args, written, made)

    def _know_given(self) -> None:
        """Note what the ops were given that are new."""
        note = self._given.update
        for op in self._ops[self._looked_at :]:
            given = op.args
            note(map(id, given))
            if not FLAT.issuperset(map(type, given)):
                for value in given:
                    kind = type(value)
                    if kind not in FLAT and not (
                        kind in SEVERAL and NUMBERS.issuperset(map(type, value))
                    ):
                        note(map(id, tensors(value)))
        self._looked_at = len(self._ops)

    def _know_places(self) -> dict[int, list[OpEntry]]:
        """Which ops hold something at each place, those that are new too."""
        by_place = self._by_place
        for op in self._ops[self._known :]:
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
        self._known = len(self._ops)
        return by_place

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


def _copy(tensor: Tensor) -> Tensor:
    return (tensor.detach() if tensor.requires_grad else tensor).clone()
