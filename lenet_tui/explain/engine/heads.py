"""Multi-head attention that torch runs as one op: everything inside of it, and the way back.

Everything is computed in float64, with the roundings that torch may have made on the way.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad

from lenet_tui.explain.engine.first_order import Roundings
from lenet_tui.explain.engine.inner_graph import dropped
from lenet_tui.explain.engine.op_rule import Call
from lenet_tui.explain.engine.terms import NoArithmetic

MOST = 1 << 27
"""Products beyond which an attention is not worked out for a single number."""
QKV = ("input", "key", "value")
OWN = ("q_proj_weight", "k_proj_weight", "v_proj_weight")


@dataclass(frozen=True, slots=True, eq=False)
class Heads:
    """Some of the samples. ``lengths``: of the queries, keys and values. ``parts``: these,
    projected, (samples, heads, length, features / heads). ``weights`` (samples, heads, queries,
    keys); ``factor``: what dropout multiplied them by, and ``used``: the product. ``made``: of each
    query the heads' means of the values side by side, (samples, queries, features).
    """

    call: Call
    samples: slice
    count: int
    roundings: Roundings
    lengths: tuple[int, ...]
    parts: tuple[Tensor, ...]
    weights: Tensor
    factor: Tensor | None
    used: Tensor
    made: Tensor

    @property
    def scale(self) -> float:
        return 1 / math.sqrt(self.parts[0].shape[-1])


def _double(tensor: Tensor) -> Tensor:
    return tensor.detach().to("cpu", torch.float64)


def _batched(tensor: Tensor) -> Tensor:
    """(samples, length, features), of (length, samples, features) or (length, features)."""
    whole = _double(tensor)
    return whole[None] if whole.dim() == 2 else whole.transpose(0, 1)


def heads_of(call: Call, samples: slice = slice(None)) -> Heads:
    """All that is inside of an attention; ``NoArithmetic`` where it is not known."""
    given = call.arguments
    if any(given.get(n) is not None for n in ("static_k", "static_v")):
        raise NoArithmetic(call.op)
    read = [given[n] for n in (*QKV, "out_proj_weight")]
    if any(s.tensor.dtype != call.entry.tensor.dtype for s in read):
        raise NoArithmetic(call.op)  # autocast gave torch other numbers than these
    r, count = Roundings(), int(given["num_heads"])
    whole = [_batched(call.source(n).tensor) for n in QKV]
    every, queries, wide = whole[0].shape
    keys = whole[1].shape[1]
    x = [one[samples] for one in whole]
    if len(x[0]) * wide * (wide * (queries + 2 * keys) + 2 * queries * keys) > MOST:
        raise NoArithmetic(call.op, ("too-large", ()))
    projections = zip(x, _projections(call, wide), strict=True)
    q, k, v = (r.affine([(a, w)], b)[0] for a, (w, b) in projections)
    k, v = _with_more(call, k, "bias_k"), _with_more(call, v, "bias_v")
    parts = tuple(_split(one, count) for one in (q, k, v))
    hidden, added = _masks(call, every, (count, queries, keys), samples)
    hidden, added = (pad(m, (0, parts[1].shape[2] - keys)) for m in (hidden, added))
    scale = 1 / math.sqrt(wide // count)
    scores, size = r.affine([(parts[0] * scale, parts[1])], added)
    scores = r.made(scores, size, 3)
    hidden = hidden.expand(scores.shape)
    if hidden.all(-1).any():
        raise NoArithmetic(call.op, ("all-hidden", ()))
    weights = _softmax(r, scores, hidden)
    factor = _factor(call, every, weights.shape, samples, r)
    used = weights if factor is None else r.made(weights * factor, weights * factor, 1)
    made, _ = r.affine([(used, parts[2].mT)])
    lengths = tuple(one.shape[1] for one in x)
    return Heads(call, samples, count, r, lengths, parts, weights, factor, used, _merged(made))


def _projections(call: Call, wide: int) -> list[tuple[Tensor, Tensor]]:
    """The weight and the bias of the queries, keys and values."""
    bias = call.get("in_proj_bias")
    zeros = torch.zeros(3, wide, dtype=torch.float64)
    biases = zeros if bias is None else _double(bias.tensor).reshape(3, -1)
    if call.get("use_separate_proj_weight", False):
        weights = [_double(call.source(n).tensor) for n in OWN]
    else:
        weights = [*_double(call.source("in_proj_weight").tensor).reshape(3, wide, -1)]
    return list(zip(weights, biases, strict=True))


def _with_more(call: Call, x: Tensor, bias: str) -> Tensor:
    """Keys or values with those that belong to no place in the sequence: a learned one, a zero."""
    more = [x]
    if call.get(bias) is not None:
        more.append(_double(call.source(bias).tensor).expand(len(x), 1, -1))
    if call.get("add_zero_attn", False):
        more.append(torch.zeros_like(x[:, :1]))
    return torch.cat(more, 1)


def _masks(
    call: Call, every: int, shape: tuple[int, int, int], samples: slice
) -> tuple[Tensor, Tensor]:
    """Which keys a query may not see, and what is added to the scores; broadcast to them."""
    given: Any = call.get("attn_mask")
    padding: Any = call.get("key_padding_mask")
    count, queries, keys = shape
    hidden = torch.zeros(1, 1, queries, keys, dtype=torch.bool)
    added = torch.zeros(1, 1, queries, keys, dtype=torch.float64)
    if call.get("is_causal", False) and padding is None and not call.get("need_weights", True):
        return torch.ones_like(hidden).triu(1), added
    if given is not None:
        lead = (every, count) if given.tensor.dim() == 3 else (1, 1)
        own = samples if given.tensor.dim() == 3 else slice(None)
        hidden, added = _mask(given.tensor.reshape(*lead, queries, keys)[own])
    if padding is not None:
        more, numbers = _mask(padding.tensor.reshape(every, 1, 1, keys)[samples])
        hidden, added = hidden | more, added + numbers
    return hidden, added


def _mask(tensor: Tensor) -> tuple[Tensor, Tensor]:
    """A mask of booleans, of which True hides a key; or of numbers that are added."""
    values = _double(tensor)
    hidden = values != 0 if tensor.dtype == torch.bool else values == -math.inf
    return hidden, torch.zeros_like(values) if tensor.dtype == torch.bool else (
        values.masked_fill(hidden, 0.0)
    )


def _factor(
    call: Call, every: int, shape: tuple[int, ...], samples: slice, roundings: Roundings
) -> Tensor | None:
    """What dropout multiplied the weights by; ``None``: nothing."""
    p = float(call.get("dropout_p", 0.0)) * bool(call.get("training", True))
    if not p:
        return None
    _, count, queries, keys = shape
    whole = (every, count, queries, keys)
    found = dropped(call, p, [(every * count, queries, keys), whole])
    if len(found) != 1:
        raise NoArithmetic(call.op, ("dropout-within", ()))
    return roundings.of(found[0]).reshape(whole)[samples]


def _softmax(r: Roundings, scores: Tensor, hidden: Tensor) -> Tensor:
    """Over the keys that may be seen; also as exp(s − log Σ exp), which flash attention takes."""
    low = scores.masked_fill(hidden, -math.inf)
    weights, sizes = low.softmax(-1), low.logsumexp(-1, keepdim=True).detach().abs()
    sizes = sizes + scores.detach().abs() + scores.shape[-1] + 16
    return r.made(weights, weights.detach() * sizes, 1).masked_fill(hidden, 0.0)


def _split(x: Tensor, count: int) -> Tensor:
    """(samples, length, features) by heads."""
    return x.reshape(*x.shape[:2], count, -1).transpose(1, 2)


def _merged(x: Tensor) -> Tensor:
    """The heads side by side again."""
    return x.transpose(1, 2).flatten(2)


def back(heads: Heads, gradients: Mapping[int, Tensor]) -> tuple[Tensor, ...]:
    """The gradients on the projected queries, keys and values, (samples, length, features) each.

    ``gradients``: on the output and on the weights that were returned, by their places.
    """
    r = heads.roundings
    on_made, slopes = _slopes(heads, gradients, heads.scale)
    on_q, _ = r.affine([(slopes, heads.parts[1].mT)])
    on_k, _ = r.affine([(slopes.mT, heads.parts[0].mT)])
    on_v, _ = r.affine([(heads.used.mT, on_made.mT)])
    return _merged(on_q), _merged(on_k), _merged(on_v)


def on_scores(heads: Heads, gradients: Mapping[int, Tensor]) -> Tensor:
    """The gradients on the scores, with the masks in them, (samples, heads, queries, keys)."""
    return _slopes(heads, gradients, 1.0)[1]


def _slopes(heads: Heads, gradients: Mapping[int, Tensor], scale: float) -> tuple[Tensor, Tensor]:
    """The gradients on the heads' means, and on what was multiplied by ``scale`` into scores."""
    r, w_out = heads.roundings, _double(heads.call.source("out_proj_weight").tensor)
    if 0 in gradients:
        on_out = _batched(gradients[0])[heads.samples]
    else:
        on_out = torch.zeros(*heads.made.shape[:2], len(w_out), dtype=torch.float64)
    on_made = _split(r.affine([(on_out, w_out.mT)])[0], heads.count)
    more = [_on_returned(heads, gradients[1])] if 1 in gradients else []
    on_weights, size = r.affine([(on_made, heads.parts[2])], *more)
    if heads.factor is not None:
        size = size * heads.factor.detach().abs()
        on_weights = r.made(on_weights * heads.factor, size, 2)
    # flash attention takes the mean from the output, g ⋅ out
    shares = heads.weights * on_weights
    count = heads.weights.shape[-1] + on_made.shape[-1] + 4
    sizes = (heads.weights.detach() * size).sum(-1, keepdim=True)
    mean = r.made(shares.sum(-1, keepdim=True), sizes, count)
    slopes = heads.weights * (on_weights - mean) * scale
    return on_made, r.made(slopes, heads.weights.detach() * (size + sizes) * scale, 5)


def _on_returned(heads: Heads, gradient: Tensor) -> Tensor:
    """The gradient on each head's weights by way of those that were returned, or of their mean."""
    whole, mean = _double(gradient), bool(heads.call.get("average_attn_weights", True))
    whole = whole[None] if whole.dim() == (2 if mean else 3) else whole
    on = whole[heads.samples]
    if not mean:
        return on
    return heads.roundings.made(on[:, None] / heads.count, on[:, None] / heads.count, 2)
