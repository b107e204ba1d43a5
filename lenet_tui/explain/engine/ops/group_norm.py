"""Normalisation of one sample's numbers: layer, group, instance and RMS normalisation.

They differ in which numbers share a mean and a variance, and in which weight each number has.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch

from lenet_tui.explain.engine.links import SAME, Links, every
from lenet_tui.explain.engine.op_rule import Call, Rule
from lenet_tui.explain.engine.terms import (
    Index,
    Indices,
    NoArithmetic,
    Note,
    Operands,
    Source,
    Sum,
    Terms,
    grid,
    made_in,
    plain,
    read,
    read_each,
)
from lenet_tui.explain.rounding import (
    Rounded,
    computing_in,
    constant,
    exact,
    inside,
    rounded,
    sqrt,
)
from lenet_tui.text.numbers import number as digits

MOST = 1 << 20
"""Numbers that a weight's gradient may read before it is not worked out."""


def _group(call: Call, index: Index) -> Indices:
    """All elements that share their mean and variance with that at ``index``."""
    shape = call.source().shape
    if call.op in ("layer_norm", "rms_norm"):
        axes = _own_axes(call)
        lead = [[i] for i in index[: len(shape) - axes]]
        return grid(*lead, *(range(n) for n in shape[len(shape) - axes :]))
    channels = shape[1] // _groups(call)
    first = index[1] // channels * channels
    return grid([index[0]], range(first, first + channels), *(range(n) for n in shape[2:]))


def _own_axes(call: Call) -> int:
    shape = call.get("normalized_shape")
    return 1 if isinstance(shape, int) else len(tuple(shape or ()))


def _groups(call: Call) -> int:
    if call.op == "instance_norm":
        if not call.get("use_input_stats", True):
            raise NoArithmetic(call.op)
        return call.source().shape[1]
    return int(call.get("num_groups", 1))


def _weight_at(call: Call, indices: Indices) -> Indices:
    """Which of the weights each element has."""
    if call.op in ("layer_norm", "rms_norm"):
        return indices[:, indices.shape[1] - _own_axes(call) :]
    return indices[:, 1:2]


def _eps(call: Call) -> float:
    if call.op == "rms_norm":
        return float(call.get("eps", torch.finfo(call.source().tensor.dtype).eps))
    return float(call.get("eps", 1e-5))


@contextmanager
def _kernel(call: Call) -> Iterator[None]:
    """RMS normalisation may be made of several ops, each of which rounds to a 16-bit type."""
    if call.op == "rms_norm":
        yield
        return
    with inside():
        yield


@dataclass(frozen=True, slots=True, eq=False)
class Normal:
    """The numbers that share a mean: their ``cells``, how far each is ``off`` the mean (for RMS:
    itself), and 1 / √(variance + ε).
    """

    cells: Indices
    values: Operands
    off: Rounded
    inverse: Rounded
    notes: list[Note]

    @property
    def normalised(self) -> Rounded:
        return self.off * self.inverse


def _normal(call: Call, index: Index) -> Normal:
    cells = _group(call, index)
    values = read_each(call.source(), cells)
    count, x = exact(float(len(cells))), values.number
    notes: list[Note] = []
    off = x
    if call.op != "rms_norm":
        mean = x.sum(keepdims=True) / count
        # as torch may take it in two passes, or from the mean of the squares
        off = x - mean
        notes.append(("norm-mean", (str(len(cells)), digits(float(mean.value[0]), 7))))
    square = (off * off).sum(keepdims=True) / count
    if call.op != "rms_norm" and computing_in().digits != 53:
        size = float((np.abs(x.value) ** 2).mean())
        square = Rounded(square.value, square.error + 4 * computing_in().step * size)
    eps = _eps(call)
    what = "norm-rms" if call.op == "rms_norm" else "norm-var"
    notes.append((what, (digits(float(square.value[0]), 7), f"{eps:g}")))
    inverse = exact(1.0) / sqrt(square + constant(eps))
    return Normal(cells, values, off, inverse, notes)


def _saved(normal: Normal) -> Normal:
    """With the mean and the root as they are kept for the backward: in the input's own type."""
    inverse = rounded(normal.inverse)
    p = computing_in()
    spread = float(np.abs(normal.values.values - normal.off.value).max())
    off = Rounded(normal.off.value, normal.off.error + p.own * spread)
    return Normal(normal.cells, normal.values, off, inverse, normal.notes)


def _weights(call: Call, cells: Indices) -> Operands | None:
    if call.get("weight") is None:
        return None
    return read_each(call.source("weight"), _weight_at(call, cells))


def _place(cells: Indices, index: Index) -> int:
    return int(np.flatnonzero((cells == np.asarray(index)).all(1))[0])


def forward(call: Call, index: Index) -> Sum:
    """γ (x − mean) / √(var + ε) + β, over the numbers that belong together."""
    x, own = call.source(), np.asarray([index], np.int64)
    with _kernel(call):
        normal = _normal(call, index)
        if call.op == "instance_norm" and call.source().tensor.element_size() == 2:
            normal = _saved_as(call, normal)  # it is a batch normalisation, which keeps them so
        at = _place(normal.cells, index)
        made = normal.off[at : at + 1] * normal.inverse
        weight = _weights(call, own)
        if weight is not None:
            made = made * weight.number
        p = computing_in()
        if call.op != "rms_norm":
            # x ⋅ scale and mean ⋅ scale may be taken apart
            mean = normal.values.values[at] - normal.off.value[at]
            scale = abs(float(normal.inverse.value[0]))
            if weight is not None:
                scale *= abs(float(weight.values[0]))
            relative = float(normal.inverse.error[0]) / max(float(normal.inverse.value[0]), 1e-300)
            room = scale * abs(mean) * (4 * p.step + relative)
            made = Rounded(made.value, made.error + room)
    operands = [read(x, index), *([weight] if weight is not None else [])]
    terms = [Terms(tuple(operands), made)]
    right = _formula(call, x.name, weight)
    bias = call.get("bias") if call.op != "rms_norm" else None
    if bias is not None:
        added = read_each(call.source("bias"), _weight_at(call, own))
        terms.append(plain(added))
        right += f" + {added.tensor}[c]"
    return Sum(right, terms, normal.notes)


def _formula(call: Call, x: str, weight: Operands | None) -> str:
    scale = f"{weight.tensor}[c] ⋅ " if weight is not None else ""
    if call.op == "rms_norm":
        return f"{scale}{x}[…] / √(mean(x²) + ε)"
    return f"{scale}({x}[…] − mean) / √(var + ε)"


def backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    if argument == "input":
        return _input(call, index, g)
    if argument not in ("weight", "bias"):
        raise NoArithmetic(call.op)
    shape = g.shape
    if call.op in ("layer_norm", "rms_norm"):
        lead = shape[: len(shape) - _own_axes(call)]
        cells = grid(*(range(n) for n in lead), *([i] for i in index))
    else:
        cells = grid(range(shape[0]), [index[0]], *(range(n) for n in shape[2:]))
    gradient = read_each(g, cells)
    if argument == "bias":
        return _added_up(Sum(f"Σ {g.name}[…,c]", [plain(gradient)], letters="c"))
    count = len(cells) if call.op in ("layer_norm", "rms_norm") else shape[0]
    if count * len(_group(call, tuple(cells[0].tolist()))) > MOST:
        raise NoArithmetic(call.op)
    return _weight_gradient(call, cells, gradient, g.name)


def _weight_gradient(call: Call, cells: Indices, gradient: Operands, name: str) -> Sum:
    groups: dict[bytes, Normal] = {}
    values, errors = [], []
    with _kernel(call):
        for cell in cells.tolist():
            key = _group(call, tuple(cell))[0].tobytes()
            if key not in groups:
                groups[key] = _normal(call, tuple(cell))
                if computing_in().own or call.source().tensor.element_size() == 2:
                    groups[key] = _saved_as(call, groups[key])
            normal = groups[key]
            at = _place(normal.cells, tuple(cell))
            made = normal.off[at] * normal.inverse[0]
            values.append(float(made.value))
            errors.append(float(made.error))
        hat = Rounded(np.asarray(values), np.asarray(errors))
        products = gradient.number * hat
        if call.op in ("group_norm", "instance_norm"):
            # torch adds up g ⋅ x and g first, and takes mean ⋅ Σ g off afterwards
            step, size = computing_in().step, len(cells)
            means = [float((n.values.values - n.off.value).mean()) for n in groups.values()]
            roots = [float(n.inverse.value[0]) for n in groups.values()]
            most = max(abs(m) * r for m, r in zip(means, roots, strict=True))
            worst = max(
                float(n.inverse.error[0]) / max(float(n.inverse.value[0]), 1e-300)
                for n in groups.values()
            )
            room = np.abs(gradient.values) * most * (2 * (size + 4) * step + worst)
            products = Rounded(products.value, products.error + room)
    operands = (gradient, read_each(call.source(), cells))
    total = Sum(f"Σ {name}[…,c] ⋅ x̂[…,c]", [Terms(operands, products)], letters="c")
    total.notes = [("normalised", ())]
    return _added_up(total)


def _added_up(total: Sum) -> Sum:
    """A sum over the samples, that is kept in a 16-bit type while it grows."""
    value = total.terms[0].result.value
    total.extra = computing_in().own * float(np.abs(value).sum()) * len(value)
    return total


def _saved_as(call: Call, normal: Normal) -> Normal:
    with made_in(call.source().tensor):
        return _saved(normal)


def _input(call: Call, index: Index, g: Source) -> Sum:
    """1/√(var + ε) ⋅ (γ_i g_i − 1/m Σ_j γ_j g_j (1 + x̂_i x̂_j)); for RMS without the 1."""
    cells = _group(call, index)
    gradient, weight = read_each(g, cells), _weights(call, cells)
    with _kernel(call):
        normal = _normal(call, index)
        if call.source().tensor.element_size() == 2:
            normal = _saved_as(call, normal)
        at, hat = _place(cells, index), normal.normalised
        scaled = gradient.number * weight.number if weight is not None else gradient.number
        ones = exact(np.zeros(len(cells)) if call.op == "rms_norm" else np.ones(len(cells)))
        mine = hat[at : at + 1]
        shared = scaled * (ones + mine * hat) * normal.inverse / exact(float(len(cells)))
        first = scaled[at : at + 1] * normal.inverse
        # sums of each part are taken first, which the sum of all does not show
        step, count = computing_in().step, len(cells)
        raw = np.abs(normal.values.values).max() * float(normal.inverse.value[0])
        size = np.abs(scaled.value) * (1.0 + np.abs(mine.value) * raw)
        room = (2 * count + 12) * step * size * float(normal.inverse.value[0]) / count
        shared = Rounded(shared.value, shared.error + room)
    own = gradient[at : at + 1]
    factors = () if weight is None else (weight,)
    several = (gradient, normal.values, *factors)
    terms = [Terms((own, *(w[at : at + 1] for w in factors)), first), Terms(several, -shared)]
    total = Sum("", terms, normal.notes)
    gamma = "γ ⋅ " if weight is not None else ""
    one = "" if call.op == "rms_norm" else "1 + "
    spread = "mean(x²)" if call.op == "rms_norm" else "var"
    total.right = (
        f"1/√({spread} + ε) ⋅ ({gamma}{g.name}[…] − "
        f"1/{len(cells)} ⋅ Σ_j {gamma}{g.name}[j] ⋅ ({one}x̂⋅x̂[j]))"
    )
    return total


def _links(call: Call, argument: str) -> Links | None:
    if argument != "input":
        return None
    shape = call.source().shape
    if call.op in ("layer_norm", "rms_norm"):
        own = len(shape) - _own_axes(call)
        return Links(*(SAME if d < own else every(n, n) for d, n in enumerate(shape)))
    return Links(SAME, *(every(n, n) for n in shape[1:]))


RULES = [
    Rule("layer_norm", "input normalized_shape weight bias eps", forward, backward, _links),
    Rule("rms_norm", "input normalized_shape weight eps", forward, backward, _links),
    Rule("group_norm", "input num_groups weight bias eps", forward, backward, _links),
    Rule(
        "instance_norm",
        "input running_mean running_var weight bias use_input_stats momentum eps",
        forward,
        backward,
        _links,
    ),
]
