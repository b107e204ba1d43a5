"""The scale of the numbers that reach the first weights."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from lenet_tui.findings.engine.numbers.depth import WEIGHTED
from lenet_tui.findings.engine.numbers.elements import wide
from lenet_tui.findings.engine.numbers.forwards import FORWARDS
from lenet_tui.findings.engine.numbers.input_features import LARGE, Feature, features_off
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.tape.engine.tape import Tape, TapeSegment

NORMS = ("batch_norm", "layer_norm", "group_norm", "instance_norm", "rms_norm", "normalize")
"""Ops after which the scale of what came before does not matter."""
TINY = 0.02
"""A largest number below it is far from unit scale, as a mean or spread above ``LARGE`` is."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Of an input of ``op``: its mean, standard deviation, least and largest number.

    ``weight``: the name of the parameter that it meets there. ``far``: the furthest of a few
    features that are far from unit scale; ``still``: those that hardly vary.
    """

    op: OpEntry
    weight: str
    mean: float
    std: float
    low: float
    high: float
    far: Feature | None = None
    still: tuple[Feature, ...] = ()

    @property
    def verdict(self) -> str:
        """``large``, ``tiny``, or empty where it is near unit scale or nothing but zeros."""
        if not all(map(math.isfinite, (self.mean, self.std))):
            return ""
        if self.std > LARGE or abs(self.mean) > LARGE:
            return "large"
        return "tiny" if 0 < self.most < TINY and self.std > 0 else ""

    @property
    def most(self) -> float:
        """The largest absolute value."""
        return max(abs(self.low), abs(self.high))


def scales(tape: Tape, parameters: Mapping[int, str]) -> Iterator[Scale]:
    """Of what comes from the data alone into an op with weights, where no norm follows.

    A few tiny numbers are none where the same weights meet larger ones as well: the first
    observations of an episode.
    """
    found = list(_scales(tape, parameters))
    larger = {scale.weight for scale in found if scale.most >= TINY}
    return (s for s in found if s.verdict != "tiny" or s.weight not in larger)


def _scales(tape: Tape, parameters: Mapping[int, str]) -> Iterator[Scale]:
    for segment in tape.segments:
        if segment.phase not in FORWARDS:
            continue
        for number, op in enumerate(segment.ops):
            data = _from_data(op, parameters)
            if data is None or _normalised(segment, number):
                continue
            x = wide(data)
            std = float(x.std()) if x.numel() > 1 else 0.0
            weight = next(parameters[id(t)] for t in op.args if id(t) in parameters)
            off = features_off(op.op, x)
            yield Scale(op, weight, float(x.mean()), std, float(x.min()), float(x.max()), *off)


def _from_data(op: OpEntry, parameters: Mapping[int, str]) -> Tensor | None:
    """What an op with weights multiplies them with, if no gradient leads further back."""
    if op.op not in WEIGHTED or not op.args:
        return None
    first = op.args[0]
    inside = isinstance(first, Tensor) and id(first) not in parameters and 0 not in op.given
    if not inside or not first.is_floating_point() or not first.numel() or first.requires_grad:
        return None
    if first.layout is not torch.strided:  # rows of counts or edges, most of them absent
        return None
    if not any(id(t) in parameters for t in op.args if isinstance(t, Tensor)):
        return None
    return first  # type: ignore[no-any-return]


def _normalised(segment: TapeSegment, number: int) -> bool:
    """Whether a norm takes what the op made."""
    made = segment.ops[number].edge()
    for op in segment.ops[number + 1 :]:
        if made is not None and any(made in edges for edges in op.given.values()):
            return op.op.startswith(NORMS)
    return False
