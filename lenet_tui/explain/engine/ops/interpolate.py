"""Interpolation: the nearest number, or a weighted mean of those around."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from lenet_tui.explain.engine.op_rule import Call, Rule, whole_tensors
from lenet_tui.explain.engine.ops import reshape
from lenet_tui.explain.engine.terms import (
    Index,
    Indices,
    NoArithmetic,
    Source,
    Sum,
    Terms,
    read_each,
)
from lenet_tui.explain.rounding import Rounded, computing_in, inside

LINEAR = {"linear": 1, "bilinear": 1, "trilinear": 1, "area": 1, "bicubic": 8}
"""How much more a weight may be off than the place that it is computed from."""
GIVEN = "Σ_out w ⋅"


def _options(call: Call) -> dict[str, Any]:
    names = ("size", "scale_factor", "mode", "align_corners", "recompute_scale_factor", "antialias")
    options = call.given(*names)
    if options.get("antialias") or any(isinstance(v, Source) for v in options.values()):
        raise NoArithmetic(call.op)
    return options


def _is_nearest(call: Call) -> bool:
    mode = call.get("mode", "nearest")
    if mode not in LINEAR and mode not in ("nearest", "nearest-exact"):
        raise NoArithmetic(call.op)
    return mode not in LINEAR


def _places(call: Call) -> tuple[int, ...]:
    return call.source().shape[2:]


def _taken(call: Call, index: Index) -> tuple[Indices, Tensor]:
    """The elements that an output is a mean of, and their weights."""
    spatial = torch.zeros((1, 1, *_places(call)), dtype=torch.float64, requires_grad=True)
    with torch.enable_grad(), torch.autograd.set_multithreading_enabled(False):
        made = F.interpolate(spatial, **_options(call))
        (weights,) = torch.autograd.grad(made[0, 0][tuple(index[2:])], spatial)
    return _with_weights(weights[0, 0], index)


def _given(call: Call, index: Index) -> tuple[Indices, Tensor]:
    """The outputs that an element is part of, and its weight in each."""
    spatial = torch.zeros((1, 1, *_places(call)), dtype=torch.float64)
    spatial[0, 0][tuple(index[2:])] = 1.0
    return _with_weights(F.interpolate(spatial, **_options(call))[0, 0], index)


def _with_weights(weights: Tensor, index: Index) -> tuple[Indices, Tensor]:
    found = weights.nonzero().numpy()
    lead = np.tile(np.asarray(index[:2], np.int64), (len(found), 1))
    return np.concatenate([lead, found], 1), weights[tuple(found.T)]


def _error(call: Call) -> float:
    """How far a weight may be off: torch computes places in the type that it computes in, and may
    keep the weights, and each sum along an axis, in a 16-bit type.
    """
    mode = call.get("mode", "nearest")
    sizes = 1 if mode == "area" else 2 * sum(n + 1 for n in _places(call))
    kept = 2 * computing_in().own * len(_places(call))
    with inside():
        return kept + 2 * computing_in().step * sizes * LINEAR[mode]


def _mean(call: Call, source: Source, found: tuple[Indices, Tensor], formula: str) -> Sum:
    cells, weights = found
    operand, off = read_each(source, cells), _error(call)
    made = Rounded(weights.numpy(), np.full(len(weights), off))
    with inside():
        made = made * operand.number
    total = Sum(f"{formula} {source.name}[…]", [Terms((operand,), made)])
    total.notes = [("weights", (str(len(cells)), ", ".join(f"{w:.4g}" for w in weights[:9])))]
    if len(cells) < 2 ** len(_places(call)) or formula == GIVEN:
        total.extra = off * _around(source, cells)
    return total


def _around(source: Source, cells: Indices) -> float:
    """The size of the numbers next to some: torch may take a place that is next to a whole number
    from its other side.
    """
    if not len(cells):
        return 0.0
    low, high = np.maximum(cells.min(0) - 1, 0), cells.max(0) + 2
    region = tuple(slice(a, b) for a, b in zip(low[2:], high[2:], strict=True))
    near = source.tensor.detach()[tuple(cells[0, :2].tolist())][region]
    return float(near.double().abs().sum())


def forward(call: Call, index: Index) -> Sum:
    if _is_nearest(call):
        return reshape.forward(call, index)
    return _mean(call, call.source(), _taken(call, index), "Σ w ⋅")


def backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    if _is_nearest(call):
        return reshape.backward(call, argument, index, g)
    return _mean(call, g, _given(call, index), GIVEN)


RULES = [
    Rule(
        "interpolate",
        "input size scale_factor mode align_corners recompute_scale_factor antialias",
        forward,
        backward,
        whole_tensors,
    )
]
