"""What an iteration drew: its samples, its dropout masks and its noise, to be compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import torch
from torch import Tensor

from lenet_tui.findings.engine.called_with import called_with
from lenet_tui.findings.engine.numbers.forwards import FORWARDS
from lenet_tui.tape.engine.digest import raw
from lenet_tui.tape.engine.tape import Tape
from lenet_tui.training.engine import batch
from lenet_tui.training.engine.trainer import Trainer

DROPOUTS = frozenset(("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout"))
ENOUGH = 32
"""Numbers that do not come out the same twice by chance."""
SOME = 4096
"""Numbers that tell most masks apart."""


@dataclass(frozen=True, slots=True)
class Mask:
    """What a dropout left out: ``dropped`` of those that were not zero before: ``counted``.

    ``name``: of its op. ``in_place``: whether its input is overwritten.
    """

    name: str
    dropped: Tensor
    counted: Tensor
    in_place: bool = False

    def same_as(self, other: Mask) -> bool:
        """Whether it is the same mask, as far as both can be seen; ``False``: too little can."""
        if self.dropped.shape != other.dropped.shape:
            return False
        some = [t.flatten()[:SOME] for t in (self.dropped, other.dropped)]
        if bool(((some[0] != some[1]) & self._both(other, SOME)).any()):
            return False
        both = self._both(other)
        first, second = self.dropped[both], other.dropped[both]
        left_out = 0 < int(first.sum()) < first.numel()
        return left_out and first.numel() >= ENOUGH and torch.equal(first, second)

    def _both(self, other: Mask, most: int | None = None) -> Tensor:
        """What counts in both, of the first ones flat, or of all."""
        if most is None:
            return self.counted & other.counted
        return self.counted.flatten()[:most] & other.counted.flatten()[:most]


def masks(tape: Tape) -> Iterator[Mask]:
    """The masks of an iteration's dropouts, in their order."""
    for segment in tape.segments:
        for op in segment.ops if segment.phase in FORWARDS else ():
            if op.op not in DROPOUTS or not op.args or not isinstance(op.args[0], Tensor):
                continue
            given = called_with(op)
            if given.get("p", 1.0) and op.args[0].shape == op.tensor.shape:
                in_place = bool(given.get("inplace"))
                yield mask_of(op.args[0], op.tensor, op.name, in_place)


def mask_of(given: Tensor, made: Tensor, name: str = "", in_place: bool = False) -> Mask:
    """What became zero of what a dropout was given."""
    counted = given.detach() != 0
    return Mask(name, (made.detach() == 0) & counted, counted, in_place)


def digest(tensor: Tensor) -> str:
    """Of its shape, dtype and bits."""
    found = sha256(f"{tuple(tensor.shape)}{tensor.dtype}".encode())
    found.update(raw(tensor.detach()))
    return found.hexdigest()


def samples(whole: Any) -> str:
    """The digest of all tensors of a batch."""
    found = sha256()
    for tensor in batch.tensors(whole):
        found.update(digest(tensor).encode())
    return found.hexdigest()


def drawn_anew(trainer: Trainer, number: int) -> bool:
    """Whether the batches ``number`` − 1 and ``number`` − 2 were put together anew each time.

    Not so where the data have one batch by design: a list of one, or the same tensors again.
    """
    data = trainer.own_data
    if data is None or _one_batch(data.source):
        return False
    last, one_before = data.original(number - 1), data.original(number - 2)
    if last is None or one_before is None:
        return False
    places = [{t.data_ptr() for t in batch.tensors(whole)} for whole in (last, one_before)]
    return bool(places[0]) and places[0].isdisjoint(places[1])


def _one_batch(source: Any) -> bool:
    try:
        return len(source) == 1
    except Exception:  # noqa: BLE001 - its class is its owner's, or it has no length
        return False
