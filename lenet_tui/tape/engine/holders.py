"""Which ops hold tensors in a piece of memory, to be copied before it is overwritten."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
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
        self._known = 0
        self.given: set[int] = set()
        """The ``id`` of what the ops hold of what they were given: a recorder notes the tensors,
        and takes out what an op writes, which it is given copies of."""
        self._unread = len(ops)
        """How many ops there were already, until they are looked through."""
        self._written: list[tuple[OpEntry, Tensor]] = []

    def note(self, args: Iterable[Any]) -> None:
        """An op is recorded that was given these."""
        self.given.update(map(id, args))
        for value in args:
            kind = type(value)
            if kind not in FLAT and not (kind in SEVERAL and NUMBERS.issuperset(map(type, value))):
                self.given.update(map(id, tensors(value)))

    def holds(self, numbers: Collection[int]) -> bool:
        """Whether an op may hold a tensor of one of these ``id``, which has its memory alone."""
        if self._unread:
            unread, self._unread = self._ops[: self._unread], 0
            for op in unread:
                self.note(op.args)
        return not self.given.isdisjoint(numbers)

    def taken(
        self, writes: Sequence[Tensor], args: tuple[Any, ...], module: nn.Module | None
    ) -> tuple[tuple[Any, ...], Sequence[int]]:
        """What an op of a module is given that is about to write these tensors: copied where it
        will. Also where the memory of each begins; nothing where none has any of its own.
        """
        places, alone = [], {}
        for tensor in writes:
            place, owns = place_of(tensor)
            places.append(place)
            if owns:
                alone[place] = id(tensor)
        if not any(places):
            return args, ()
        early = self._early.take(writes, places, module)
        mine = alone.values()
        if len(alone) < len(writes) or self.holds(mine) or not FLAT.issuperset(map(type, args)):
            return self._taken(places, alone, early, args), places
        given = []
        for value in args:
            number = id(value)
            if number in mine and type(value) is Tensor:
                if number not in early:
                    early[number] = _copy(value)
                given.append(early[number])
            else:
                given.append(value)
        return tuple(given), places

    def _taken(
        self,
        places: Sequence[int],
        alone: Mapping[int, int],
        early: dict[int, Tensor],
        args: tuple[Any, ...],
    ) -> tuple[Any, ...]:
        """``taken`` where others may hold what is written, or have it inside of something."""
        written = {*places} - NOWHERE
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
            written = {p for p in written if p not in alone or self.holds((alone[p],))}
            if not written:
                return
        by_place = self._know_places()
        for place in written:
            if place in by_place:
                for op in by_place.pop(place):
                    op.output = copied(op.output, written, made)
                    op.args = copied(op.args, written, made)

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
