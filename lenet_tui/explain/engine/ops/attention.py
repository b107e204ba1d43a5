"""Scaled dot-product attention: each query's softmax over the keys, and the values by it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lenet_tui.explain.engine.inner_graph import dropped
from lenet_tui.explain.engine.op_rule import Call, Rule, whole_tensors
from lenet_tui.explain.engine.ops.softmax import softmax
from lenet_tui.explain.engine.terms import (
    Index,
    NoArithmetic,
    Operands,
    Source,
    Sum,
    Terms,
    gather,
    grid,
    read_each,
)
from lenet_tui.explain.rounding import (
    Rounded,
    computing_in,
    constant,
    exact,
    inside,
    rounded,
)

NAME = "scaled_dot_product_attention"
ASPECTS = ("scores", "weights")
"""``attn.scores[…,i,j]``, ``attn.weights[…,i,j]``: what is inside of it."""
MOST = 1 << 24
"""Products beyond which a single number is not worked out."""
Lead = tuple[int, ...]
Numbers = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One query's ``keys`` that it may see, and its ``scores`` and ``weights`` of them; ``used``:
    the weights after dropout, which multiplied them by ``factor``.
    """

    keys: Numbers
    scores: Rounded
    weights: Rounded
    used: Rounded
    factor: Rounded | None = None


def scale_of(call: Call) -> float:
    return float(call.get("scale", 1 / math.sqrt(max(call.source().shape[-1], 1))))


def _matrix(source: Source, lead: Lead, shared: int = 1) -> Rounded:
    """The rows of a query, key or value of one head; ``shared``: heads that read one."""
    values = (
        source.tensor.detach()[tuple(head(source, lead, shared))].to("cpu", torch.float64).numpy()
    )
    return exact(values)


def shared_by(call: Call) -> int:
    if not call.get("enable_gqa", False):
        return 1
    return call.source().shape[-3] // max(call.source("key").shape[-3], 1)


def _mask(call: Call, lead: Lead, i: int) -> tuple[Numbers, Rounded | None]:
    """The keys that a query may see, and what is added to their scores."""
    keys = np.arange(call.source("key").shape[-2])
    if call.get("is_causal", False):
        return keys[keys <= i], None
    mask = call.get("attn_mask")
    if mask is None:
        return keys, None
    indices = np.asarray([(*lead, i, j) for j in keys], np.int64)
    values = gather(mask.tensor, broadcast(mask.tensor, indices))
    if mask.tensor.dtype == torch.bool:
        return keys[values != 0], None
    seen = values != -math.inf
    return keys[seen], exact(values[seen])


def broadcast(tensor: Tensor, indices: Numbers) -> Numbers:
    own = indices[:, indices.shape[1] - tensor.dim() :]
    return np.where(np.asarray(tensor.shape) == 1, 0, own)


def dropout_of(call: Call) -> Rounded | None:
    """What dropout multiplied all weights by; ``None``: nothing."""
    p = float(call.get("dropout_p", 0.0))
    if not p:
        return None
    shape = (*call.tensor.shape[:-1], call.source("key").shape[-2])
    found = dropped(call, p, [shape])
    if len(found) != 1:
        raise NoArithmetic(call.op, ("dropout-within", ()))
    return found[0]


def row_of(call: Call, lead: Lead, i: int, dropout: Rounded | None = None) -> Row:
    keys, added = _mask(call, lead, i)
    if not len(keys):
        raise NoArithmetic(call.op)
    root = constant(math.sqrt(abs(scale_of(call))))
    sign = exact(math.copysign(1.0, scale_of(call)))
    query = _matrix(call.source(), lead)[i] * root
    several = _matrix(call.source("key"), lead, shared_by(call))
    products = Rounded(several.value[keys], several.error[keys]) * root * query * sign
    scores = products.sum(axis=1)
    if added is not None:
        scores = scores + added
    with inside():
        weights = rounded(softmax(scores))
    if dropout is None:
        return Row(keys, scores, weights, weights)
    place = (*lead, i)
    own = dropout[place]
    factor = Rounded(own.value[keys], own.error[keys])
    return Row(keys, scores, weights, weights * factor, factor)


def letters_of(call: Call) -> tuple[str, str]:
    lead = ["n", "h"][2 - len(call.tensor.shape) + 2 :]
    return ",".join([*lead, "i"]), ",".join([*lead, "j"])


def _weights(call: Call, lead: Lead, i: int, row: Row) -> Operands:
    places = np.asarray([(*lead, i, j) for j in row.keys], np.int64)
    return Operands(f"{call.name}.weights", places, row.weights.value, call.entry.tensor)


def _cells(source: Source, lead: Lead, rows: Numbers, column: int, shared: int) -> Operands:
    first = head(source, lead, shared)
    return read_each(source, np.asarray([(*first, r, column) for r in rows], np.int64))


def forward(call: Call, index: Index) -> Sum:
    """Σ_j weights_ij v_jd."""
    *lead, i, column = index
    row = row_of(call, tuple(lead), i, dropout_of(call))
    value = call.source("value")
    values = _cells(value, tuple(lead), row.keys, column, shared_by(call))
    with inside():
        made = row.used * values.number
    shown = _weights(call, tuple(lead), i, row)
    at, to = letters_of(call)
    total = Sum(f"Σ_j {shown.tensor}[{at},j] ⋅ {value.name}[{to},d]")
    total.letters = f"{at},d"
    total.terms = [Terms((shown, values), made)]
    total.notes = [("attended", (str(len(row.keys)), str(call.source("key").shape[-2])))]
    if row.factor is not None:
        gone = int((row.factor.value == 0).sum())
        total.notes.append(("weights-dropped", (str(gone), f"{float(call.get('dropout_p')):g}")))
    return total


def _slopes(call: Call, lead: Lead, i: int, row: Row, g: Source) -> Rounded:
    """d(root)/d(scores) of one query: w_j (g⋅v_j − Σ_k w_k g⋅v_k)."""
    values = _matrix(call.source("value"), lead, shared_by(call))
    own = gather(g.tensor, grid(*([n] for n in lead), [i], range(g.shape[-1])))
    gradient = exact(own)
    toward = (Rounded(values.value[row.keys], values.error[row.keys]) * gradient).sum(axis=1)
    if row.factor is not None:
        toward = toward * row.factor
    mean = (row.weights * toward).sum(keepdims=True)
    out = gather(call.tensor, grid(*([n] for n in lead), [i], range(g.shape[-1])))
    # torch may take the mean from the output, as it was rounded
    room = computing_in().own * np.abs(own * out).sum()
    return row.weights * (toward - Rounded(mean.value, mean.error + room))


def backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    if argument == "input":
        return _query(call, index, g)
    if argument in ("key", "value"):
        return _key_or_value(call, argument, index, g)
    if argument == "attn_mask":
        return _of_mask(call, index, g)
    raise NoArithmetic(call.op)


def _query(call: Call, index: Index, g: Source) -> Sum:
    """Scale Σ_j s_j k_je, s_j = w_j (g⋅v_j − g⋅out)."""
    *lead, i, column = index
    row = row_of(call, tuple(lead), i, dropout_of(call))
    slopes = _slopes(call, tuple(lead), i, row, g)
    keys = _cells(call.source("key"), tuple(lead), row.keys, column, shared_by(call))
    made = _thrice(constant(scale_of(call)) * slopes * keys.number)
    shown = _weights(call, tuple(lead), i, row)
    right = (
        f"{scale_of(call):.6g} ⋅ Σ_j {shown.tensor}[i,j] ⋅ (g_i⋅v_j − g_i⋅{call.name}[i]) ⋅ "
        f"{keys.tensor}[j,e]"
    )
    return Sum(right, [Terms((shown, keys), made)], [("attention-g", (g.name,))], letters="…,i,e")


def _thrice(x: Rounded) -> Rounded:
    """What may be rounded to a 16-bit type between several ops."""
    return rounded(rounded(rounded(x)))


def _readers(call: Call, argument: str, index: Index) -> Iterator[tuple[Lead, int]]:
    """The heads and queries that read a key or a value, or an element of the mask."""
    source, out = call.source(argument), call.tensor.shape
    heads = [list(range(n)) for n in out[:-2]]
    shared = shared_by(call) if argument != "attn_mask" else 1
    own = index[:-2]
    for place, at in enumerate(own, len(heads) - len(own)):
        size = source.shape[place - len(heads) + len(own)]
        if shared > 1 and place == len(heads) - 1:
            heads[place] = list(range(at * shared, (at + 1) * shared))
        elif size > 1 or out[place] == 1:
            heads[place] = [at]
    every = range(out[-2])
    if argument == "attn_mask":
        row = index[-2] if len(index) > 1 else 0
        stretched = len(index) < 2 or source.shape[-2] == 1
        every = every if stretched else range(row, row + 1)
    cost = math.prod(map(len, heads)) * len(every) * call.source("key").tensor.shape[-2]
    if cost * call.source().shape[-1] > MOST:
        raise NoArithmetic(call.op)
    for lead in grid(*heads).tolist():
        for i in every:
            yield tuple(lead), i


def _key_or_value(call: Call, argument: str, index: Index, g: Source) -> Sum:
    """Scale Σ_i s_ij q_ie for a key; Σ_i w_ij g_id for a value."""
    j, column = index[-2:]
    other, dropout = g if argument == "value" else call.source(), dropout_of(call)
    places, cells, values, errors, weights = [], [], [], [], []
    for lead, i in _readers(call, argument, index):
        try:
            row = row_of(call, lead, i, dropout)
        except NoArithmetic:
            continue
        at = np.flatnonzero(row.keys == j)
        if not len(at):
            continue
        factor = row.used if argument == "value" else _slopes(call, lead, i, row, g)
        mine = _matrix(other, lead)[i, column]
        made = factor[int(at[0])] * mine
        if argument == "key":
            made = _thrice(made * constant(scale_of(call)))
        values.append(float(made.value))
        errors.append(float(made.error))
        weights.append(float(row.weights.value[at[0]]))
        places.append((*lead, i, j))
        cells.append((*head(other, lead, 1), i, column))
    name = f"{call.name}.weights"
    total = Sum("", letters="…,j,e", notes=[("attention-g", (g.name,))])
    total.right = f"Σ_i {name}[i,j] ⋅ {g.name}[i,d]"
    if argument == "key":
        total.right = (
            f"{scale_of(call):.6g} ⋅ Σ_i {name}[i,j] ⋅ (g_i⋅v_j − g_i⋅{call.name}[i]) ⋅ "
            f"{other.name}[i,e]"
        )
    if not values:
        total.notes.append(("unread", (call.name,)))
        return total
    shown = Operands(name, np.asarray(places, np.int64), np.asarray(weights), call.entry.tensor)
    result = Rounded(np.asarray(values), np.asarray(errors))
    total.terms = [Terms((shown, read_each(other, np.asarray(cells, np.int64))), result)]
    return total


def _of_mask(call: Call, index: Index, g: Source) -> Sum:
    """Σ s_ij over the heads and queries that the element of the mask is added to."""
    values: list[float] = []
    errors: list[float] = []
    places, weights = [], []
    stretched, dropout = call.source("attn_mask").shape[-1] == 1, dropout_of(call)
    for lead, i in _readers(call, "attn_mask", index):
        row = row_of(call, lead, i, dropout)
        slopes = _thrice(_slopes(call, lead, i, row, g))
        for at in range(len(row.keys)) if stretched else np.flatnonzero(row.keys == index[-1]):
            values.append(float(slopes.value[at]))
            errors.append(float(slopes.error[at]))
            weights.append(float(row.weights.value[at]))
            places.append((*lead, i, int(row.keys[at])))
    name = f"{call.name}.weights"
    total = Sum(f"Σ {name}[i,j] ⋅ (g_i⋅v_j − g_i⋅{call.name}[i])", letters="i,j")
    if values:
        shown = Operands(name, np.asarray(places, np.int64), np.asarray(weights), call.entry.tensor)
        total.terms = [Terms((shown,), Rounded(np.asarray(values), np.asarray(errors)))]
    return total


def head(source: Source, lead: Lead, shared: int) -> list[int]:
    at = list(lead[len(lead) - len(source.shape) + 2 :])
    if shared > 1:
        at[-1] //= shared
    return [0 if n == 1 else i for n, i in zip(source.shape[:-2], at, strict=True)]


RULES = [
    Rule(
        NAME,
        "input key value attn_mask dropout_p is_causal scale enable_gqa",
        forward,
        backward,
        whole_tensors,
    )
]
