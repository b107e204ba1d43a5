"""Units that never open, and units that are so far out that their slope is nothing."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from lenet_tui.findings.engine.numbers.forwards import FORWARDS
from lenet_tui.findings.engine.numbers.gates import behind_layers
from lenet_tui.findings.engine.numbers.many import SMALL
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.tape.engine.tape import Tape

RELUS = frozenset(("relu", "relu_"))
"""Ops that let nothing through where their input is not above zero."""
BOUNDED = {"sigmoid": 0.25, "sigmoid_": 0.25, "tanh": 1.0, "tanh_": 1.0}
"""Ops that flatten at both ends, with their largest slope."""
CHANNELS_FIRST = ("conv", "batch_norm", "instance_norm", "group_norm")
_Like = tuple[float, torch.Size, torch.dtype, torch.device, int]
"""What bounded ops are looked at together by; the last is one's own where it is large."""
FLAT = 0.01
"""A slope of this share of the largest one is nothing."""


@dataclass(slots=True, eq=False)
class Units:
    """What has been seen of the units of one op: which ever ``opened``, over so many ``samples``.

    ``name`` and ``op``: of the entry, which itself would keep its graph alive. ``axis``: of what it
    makes, along which the units lie.
    """

    name: str
    op: str
    axis: int
    opened: Tensor
    samples: int

    @property
    def count(self) -> int:
        """How many units there are."""
        return self.opened.numel()

    @property
    def closed(self) -> int:
        """How many of them no sample has opened."""
        return self.count - int(self.opened.sum())

    def take(self, opens: Tensor) -> None:
        """Take where one more forward is open, if it has as many units."""
        opened = _along(opens, self.axis)
        if opened.shape == self.opened.shape:
            self.opened = self.opened | opened
            self.samples += opens.shape[0]


def opened(
    tape: Tape, parameters: Mapping[int, str], without: Container[str] = ()
) -> Iterator[Units]:
    """The units of each gate of an iteration, each gate of every forward by its name.

    ``parameters``: the names of the model's, by ``id``. ``without``: the names of gates that are
    not looked at.
    """
    for segment in tape.segments:
        if segment.phase not in FORWARDS:
            continue
        before: list[OpEntry] = []
        for op in segment.ops:
            made = op.tensor
            looked_at = op.node is not None and op.name not in without
            if op.op in RELUS and made.dim() > 1 and looked_at:
                yield _units(op, relu_opens(made), _unit_axis(before, made))
            before.append(op)
        for op, opens, axis in behind_layers(segment.ops, parameters, without):
            yield _units(op, opens, axis)


def _units(op: OpEntry, opens: Tensor, axis: int) -> Units:
    return Units(op.name, op.op, axis, _along(opens, axis), opens.shape[0])


def relu_opens(made: Tensor) -> Tensor:
    """Where what a ReLU made has a slope; NaN counts as one."""
    return ~(made <= 0)


def _along(opens: Tensor, axis: int) -> Tensor:
    """Which units along an axis are open to any sample."""
    return opens.any(dim=tuple(n for n in range(opens.dim()) if n != axis))


def _unit_axis(before: Sequence[OpEntry], made: Tensor) -> int:
    """The axis of the units: the channels after a convolution or its norm, else the last one."""
    if made.dim() == 2:
        return 1
    last = next((op for op in reversed(before) if op.tensor.shape == made.shape), None)
    first = last is None or last.op.startswith((*CHANNELS_FIRST, "add", "max_pool", "__iadd__"))
    return 1 if first and made.dim() > 2 else made.dim() - 1


@dataclass(frozen=True, slots=True)
class Flat:
    """So many of the numbers of an op have no slope to speak of."""

    op: OpEntry
    flat: int
    total: int

    @property
    def share(self) -> float:
        """The share of them."""
        return self.flat / self.total if self.total else 0.0


def flattened(tape: Tape, without: Container[str] = ()) -> Iterator[Flat]:
    """The bounded ops inside the forwards that gradients go through; not what a model returns.

    ``without``: the names of those that are not looked at.
    """
    found = list(_bounded(tape, without))
    alike: dict[_Like, list[OpEntry]] = {}
    for number, op in enumerate(found):
        made = op.tensor
        alone = number if made.numel() > SMALL else -1
        like = BOUNDED[op.op], made.shape, made.dtype, made.device, alone
        alike.setdefault(like, []).append(op)
    counts: dict[int, int] = {}
    for (most, *_), ops in alike.items():
        y = torch.stack([op.tensor.detach() for op in ops])
        flat = _no_slope(y, most).reshape(len(ops), -1).sum(1).tolist()
        counts.update(zip(map(id, ops), flat, strict=True))
    for op in found:
        yield Flat(op, counts[id(op)], torch.numel(op.tensor))


def flat_share(op: str, made: Tensor) -> float:
    """The share of the numbers that one of ``BOUNDED`` made at which it has no slope."""
    return int(_no_slope(made.detach(), BOUNDED[op]).sum()) / max(1, made.numel())


def _no_slope(made: Tensor, most: float) -> Tensor:
    y = made.float()
    return (y * (1 - y) if most < 1 else 1 - y * y) < FLAT * most


def _bounded(tape: Tape, without: Container[str]) -> Iterator[OpEntry]:
    for segment in tape.segments:
        if segment.phase not in FORWARDS:
            continue
        returned = [segment.output, *segment.returned.values()]
        for op in segment.ops:
            if op.op not in BOUNDED or op.node is None or any(op is r for r in returned):
                continue
            if op.name not in without:
                yield op
