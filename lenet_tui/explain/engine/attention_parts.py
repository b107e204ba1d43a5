"""The scores and the weights inside of an attention, as tensors and cell by cell."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from lenet_tui.explain.engine.op_rule import Call
from lenet_tui.explain.engine.ops.attention import (
    broadcast,
    head,
    letters_of,
    row_of,
    scale_of,
    shared_by,
)
from lenet_tui.explain.engine.terms import Index, Operands, Source, Sum, Terms, grid, read_each
from lenet_tui.explain.rounding import computing_in, constant, exact


def inside_of(call: Call, aspect: str) -> Tensor:
    """All scores or weights of an attention, as torch computes them; hidden ones are −inf or 0."""
    query, key = (call.source(n).tensor.detach() for n in ("input", "key"))
    if shared_by(call) > 1:
        key = key.repeat_interleave(shared_by(call), -3)
    if query.element_size() == 2:
        query, key = query.float(), key.float()
    scores = (query @ key.transpose(-2, -1)) * scale_of(call)
    if call.get("is_causal", False):
        hidden = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril() == 0
        scores = scores.masked_fill(hidden, -math.inf)
    mask = call.get("attn_mask")
    if isinstance(mask, Source):
        given = mask.tensor.detach()
        if given.dtype == torch.bool:
            scores = scores.masked_fill(~given, -math.inf)
        else:
            scores = scores + given
    return scores if aspect == "scores" else scores.softmax(-1)


def part(call: Call, aspect: str, index: Index) -> Sum:
    """A score, or a weight: the softmax of the query's scores."""
    *lead, i, j = index
    row = row_of(call, tuple(lead), i)
    at = np.flatnonzero(row.keys == j)
    letters = f"{letters_of(call)[0]},j"
    if not len(at):
        hidden = -math.inf if aspect == "scores" else 0.0
        made = Terms((), exact(np.asarray([hidden])))
        return Sum(f"{hidden:g}", [made], [("masked", (str(j), str(i)))], letters=letters)
    if aspect == "weights":
        own = np.asarray([(*lead, i, k) for k in row.keys], np.int64)
        shown = Operands(f"{call.name}.scores", own, row.scores.value, call.entry.tensor)
        operands = tuple(shown[n : n + 1] for n in (int(at[0]), *range(len(own))))
        name = shown.tensor
        right = f"exp({name}[{letters}]) / Σ_k exp({name}[{letters[:-1]}k])"
        return Sum(right, [Terms(operands, row.weights[at[0] : at[0] + 1])], letters=letters)
    query, key = call.source(), call.source("key")
    count = query.shape[-1]
    a = read_each(query, grid(*([n] for n in head(query, tuple(lead), 1)), [i], range(count)))
    b = read_each(key, grid(*([n] for n in head(key, tuple(lead), shared_by(call))), [j],
                            range(count)))  # fmt: skip
    scale = constant(scale_of(call))
    terms = [Terms((a, b), a.number * b.number * scale * exact(1.0))]
    right = f"{scale_of(call):.6g} ⋅ Σ_e {query.name}[i,e] ⋅ {key.name}[j,e]"
    if isinstance(call.get("attn_mask"), Source) and row.scores.value.size:
        mask = call.source("attn_mask")
        if mask.tensor.dtype != torch.bool:
            cell = broadcast(mask.tensor, np.asarray([index], np.int64))
            added = read_each(mask, cell)
            terms.append(Terms((added,), added.number))
            right += f" + {mask.name}[i,j]"
    return Sum(right, terms, letters=letters, extra=2 * computing_in().step * _size(terms))


def _size(terms: list[Terms]) -> float:
    return float(sum(np.abs(t.result.value).sum() for t in terms))
