"""``nn.MultiheadAttention``, which torch runs as one op: its output, its weights, its gradients.

The queries, keys, values, weights and heads inside of it are worked out in float64; their names
cannot be asked for.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from lenet_tui.explain.engine.first_order import at, summed
from lenet_tui.explain.engine.heads import OWN, QKV, Heads, back, heads_of, on_scores
from lenet_tui.explain.engine.op_rule import Call, Rule, whole_tensors
from lenet_tui.explain.engine.terms import (
    Gradient,
    Index,
    Indices,
    NoArithmetic,
    Operands,
    Source,
    Sum,
    grid,
    products,
    read,
    read_each,
    tight,
)

LETTERS = "qkv"
MASKS = ("attn_mask", "key_padding_mask")


@torch.enable_grad()
def forward(call: Call, index: Index) -> Sum:
    """Σ_f heads[i,n,f] ⋅ W[c,f] + b[c]; or a weight that was returned."""
    if call.part:
        return tight(call.op, _weight(call, index))
    i, column = index[0], index[-1]
    n = index[1] if index[1:-1] else 0
    heads = heads_of(call, slice(n, n + 1))
    weight = call.source("out_proj_weight")
    row = np.arange(weight.shape[1])
    shown, values = _inner(
        heads, "heads", heads.made, (np.full_like(row, n), np.full_like(row, i), row)
    )
    w = read_each(weight, np.stack([np.full_like(row, column), row], 1))
    total = Sum(f"Σ_f {shown.tensor}[i,n,f] ⋅ {w.tensor}[c,f]", letters=_letters(call, "i,n,c"))
    total = summed(total, heads.roundings, ((shown, w), (values, torch.from_numpy(w.values))))
    if call.get("out_proj_bias") is not None:
        bias = read(call.source("out_proj_bias"), (column,))
        total.terms.append(products(bias))
        total.right += f" + {bias.tensor}[c]"
    total.notes = [("heads", (str(heads.count), str(heads.weights.shape[-1])))]
    return tight(call.op, total)


def _weight(call: Call, index: Index) -> Sum:
    """A weight: of one head, or the mean of all heads'."""
    mean = bool(call.get("average_attn_weights", True))
    *lead, i, j = index
    n = lead[0] if lead and (mean or len(lead) == 2) else 0
    heads = heads_of(call, slice(n, n + 1))
    if not mean:
        total = Sum("softmax_j(q_i ⋅ k_j / √d + mask)")
        return summed(total, heads.roundings, ((), (heads.used[0, lead[-1], i, j].reshape(1),)))
    which = np.arange(heads.count)
    values = heads.used[0, :, i, j]
    places = grid([n], which, [i], [j])
    shown = Operands(f"{call.entry.name}.weights", places, values.detach().numpy())
    total = Sum(f"1 / {heads.count} ⋅ Σ_h {shown.tensor}[n,h,i,j]", letters=_letters(call, "n,i,j"))
    mean_of = heads.roundings.made(values / heads.count, values / heads.count, 2)
    total = summed(total, heads.roundings, ((shown,), (mean_of,)))
    total.notes = [("heads", (str(heads.count), str(heads.weights.shape[-1])))]
    return total


@torch.enable_grad()
def backward(call: Call, argument: str, index: Index, g: Gradient) -> Sum:
    """The gradient on a weight, a bias, an input, or a mask of numbers."""
    if argument.startswith("out_proj"):
        total = _of_output(call, argument, index, g)
    elif argument in QKV:
        total = _of_input(call, argument, index, g)
    elif argument in (*OWN, "in_proj_weight", "in_proj_bias", "bias_k", "bias_v"):
        total = _of_projection(call, argument, index, g)
    elif argument in MASKS:
        total = _of_mask(call, argument, index, g)
    else:
        raise NoArithmetic(call.op)
    names = (f"{call.entry.name}[{p}].grad" if p else f"{call.entry.name}.grad" for p in g.beside)
    total.notes.append(("through-heads", (", ".join(names),)))
    return tight(call.op, total)


def _of_output(call: Call, argument: str, index: Index, g: Gradient) -> Sum:
    """Σ_n Σ_i g[i,n,c] ⋅ heads[i,n,f]; of the bias g alone."""
    if 0 not in g.beside:
        raise NoArithmetic(call.op)
    on = Source(f"{call.entry.name}.grad", g.beside[0])
    heads = heads_of(call)
    n, i = _everywhere(heads.made)
    mine = read_each(on, _cells(on, n, i, np.full_like(n, index[0])))
    if argument == "out_proj_bias":
        return Sum(f"Σ_n Σ_i {mine.tensor}[i,n,c]", [products(mine)], letters="c")
    shown, values = _inner(heads, "heads", heads.made, (n, i, np.full_like(n, index[1])))
    right = f"Σ_n Σ_i {mine.tensor}[i,n,c] ⋅ {shown.tensor}[i,n,f]"
    factors = torch.from_numpy(mine.values), values
    return summed(Sum(right, letters="c,f"), heads.roundings, ((mine, shown), factors))


def _of_projection(call: Call, argument: str, index: Index, g: Gradient) -> Sum:
    """Σ_n Σ_i of the gradient on q, k or v ⋅ what its weight multiplied; of a bias alone."""
    heads = heads_of(call)
    wide = heads.parts[0].shape[-1] * heads.count
    if argument in OWN:
        which, row = OWN.index(argument), index[0]
    elif argument.startswith("bias_"):
        which, row = LETTERS.index(argument[-1]), index[-1]
    else:
        which, row = divmod(index[0], wide)
    on, letter = back(heads, g.beside)[which], LETTERS[which]
    length = heads.lengths[which]
    n, i = _everywhere(on)
    own = i == length if argument.startswith("bias_") else i < length
    n, i = n[own], i[own]
    shown, values = _inner(heads, f"{letter}.grad", on, (n, i, np.full_like(n, row)))
    right = f"Σ_n Σ_i {shown.tensor}[i,n,r]"
    if "bias" in argument:
        total = Sum(right, letters="r" if len(index) == 1 else "…,r")
        return summed(total, heads.roundings, ((shown,), (values,)))
    x = call.source(QKV[which])
    read_of = read_each(x, _cells(x, n, i, np.full_like(n, index[1])))
    right += f" ⋅ {read_of.tensor}[i,n,c]"
    factors = values, torch.from_numpy(read_of.values)
    return summed(Sum(right, letters="r,c"), heads.roundings, ((shown, read_of), factors))


def _of_input(call: Call, argument: str, index: Index, g: Gradient) -> Sum:
    """Σ_r of the gradient on q, k or v ⋅ its weight."""
    which = QKV.index(argument)
    i, column, n = index[0], index[-1], (index[1] if index[1:-1] else 0)
    heads = heads_of(call, slice(n, n + 1))
    on, wide = back(heads, g.beside)[which], heads.made.shape[2]
    row = np.arange(wide)
    places = np.full_like(row, n), np.full_like(row, i), row
    shown, values = _inner(heads, f"{LETTERS[which]}.grad", on, places)
    own = bool(call.get("use_separate_proj_weight", False))
    weight = call.source(OWN[which] if own else "in_proj_weight")
    first = 0 if own else which * wide
    w = read_each(weight, np.stack([row + first, np.full_like(row, column)], 1))
    right = f"Σ_r {shown.tensor}[i,n,r] ⋅ {w.tensor}[{f'{first} + ' if first else ''}r,c]"
    total = Sum(right, letters=_letters(call, "i,n,c"))
    return summed(total, heads.roundings, ((shown, w), (values, torch.from_numpy(w.values))))


def _of_mask(call: Call, argument: str, index: Index, g: Gradient) -> Sum:
    """Σ of the gradients on the scores that the element of the mask was added to."""
    heads = heads_of(call)
    on = on_scores(heads, g.beside)
    samples, count, queries, _ = on.shape
    of: list[Sequence[int]] = [range(samples), range(count), range(queries), [index[-1]]]
    if argument == "key_padding_mask":
        sums, letters = "Σ_h Σ_i ", "n,j" if len(index) == 2 else "j"
        of[0] = [index[0]] if len(index) == 2 else [0]
    else:
        of[2] = [index[-2]]
        sums, letters = ("Σ_n Σ_h ", "i,j") if len(index) == 2 else ("", "n⋅h,i,j")
        if len(index) == 3:
            of[0], of[1] = ([place] for place in divmod(index[0], count))
    cells = grid(*of)
    values = at(on, *cells.T)
    shown = Operands(f"{call.entry.name}.scores.grad", cells, values.detach().numpy())
    total = Sum(f"{sums}{shown.tensor}[n,h,i,j]", letters=letters)
    return summed(total, heads.roundings, ((shown,), (values,)))


def _everywhere(x: Tensor) -> tuple[Indices, Indices]:
    """Each sample and place of (samples, length, …)."""
    pairs = grid(range(x.shape[0]), range(x.shape[1]))
    return pairs[:, 0], pairs[:, 1]


def _inner(
    heads: Heads, name: str, x: Tensor, places: tuple[Indices, Indices, Indices]
) -> tuple[Operands, Tensor]:
    """What is inside of the op at (sample, place, feature)."""
    n, i, column = places
    values = at(x, n - (heads.samples.start or 0), i, column)
    cells = _cells(heads.call.source(), n, i, column)
    return Operands(f"{heads.call.entry.name}.{name}", cells, values.detach().numpy()), values


def _cells(source: Source, n: Indices, i: Indices, column: Indices) -> Indices:
    """Where (sample, place, feature) is in an input or the output."""
    return np.stack([i, n, column][:: 1 if source.tensor.dim() == 3 else 2], 1)


def _letters(call: Call, letters: str) -> str:
    batched = call.source().tensor.dim() == 3
    return letters if batched else ",".join(c for c in letters.split(",") if c != "n")


RULES = [
    Rule(
        "multi_head_attention_forward",
        "input key value embed_dim_to_check num_heads in_proj_weight in_proj_bias bias_k bias_v"
        " add_zero_attn dropout_p out_proj_weight out_proj_bias training key_padding_mask"
        " need_weights attn_mask use_separate_proj_weight q_proj_weight k_proj_weight v_proj_weight"
        " static_k static_v average_attn_weights is_causal",
        forward,
        backward,
        whole_tensors,
        parts=True,
        together=True,
        inner="heads weights q.grad k.grad v.grad scores.grad",
    )
]
