"""Multi-head attention that torch runs as one op: everything inside of it, and the way back.

Everything is computed in float64 with what rounding may have done to torch's numbers on the way.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lenet_tui.explain.engine.inner_graph import dropped
from lenet_tui.explain.engine.op_rule import Call
from lenet_tui.explain.engine.recurrent_steps import affine, joined
from lenet_tui.explain.engine.terms import NoArithmetic
from lenet_tui.explain.rounding import F64, Rounded, computing_in, constant, exact, exp

MOST = 1 << 28
"""Products beyond which an attention is not worked out for a single number."""
QKV = ("input", "key", "value")
OWN = ("q_proj_weight", "k_proj_weight", "v_proj_weight")


@dataclass(frozen=True, slots=True, eq=False)
class Heads:
    """Some of the samples: ``x`` are the inputs, (samples, length, features) each. ``parts``: the
    projected queries, keys and values, (samples, heads, length, features / heads). ``weights``
    (samples, heads, queries, keys); ``factor``: what dropout multiplied them by. ``made``: of each
    query the heads' means of the values side by side, (samples, queries, features).
    """

    call: Call
    samples: slice
    count: int
    x: tuple[F64, F64, F64]
    projections: tuple[tuple[F64, F64], ...]
    parts: tuple[Rounded, Rounded, Rounded]
    weights: Rounded
    factor: Rounded | None
    made: Rounded

    @property
    def scale(self) -> float:
        return 1 / math.sqrt(self.parts[0].value.shape[-1])

    @property
    def used(self) -> Rounded:
        """The weights after dropout."""
        return self.weights if self.factor is None else self.weights * self.factor


def array(tensor: Tensor) -> F64:
    found: F64 = tensor.detach().to("cpu", torch.float64).numpy()
    return found


def batched(tensor: Tensor) -> F64:
    """(samples, length, features), of (length, samples, features) or (length, features)."""
    whole = array(tensor)
    return whole[None] if whole.ndim == 2 else whole.swapaxes(0, 1)


def heads_of(call: Call, samples: slice = slice(None)) -> Heads:
    """All that is inside of an attention; ``NoArithmetic`` where it is not known."""
    given = call.arguments
    if any(given.get(n) is not None for n in ("static_k", "static_v")):
        raise NoArithmetic(call.op)
    read = [given[n] for n in (*QKV, "out_proj_weight")]
    if any(s.tensor.dtype != call.entry.tensor.dtype for s in read):
        raise NoArithmetic(call.op)  # autocast gave torch other numbers than these
    count = int(given["num_heads"])
    x = tuple(batched(call.source(n).tensor) for n in QKV)
    every, queries, wide = x[0].shape
    keys = x[1].shape[1]
    x = tuple(one[samples] for one in x)
    some = len(x[0])
    if some * wide * (wide * (queries + 2 * keys) + 2 * queries * keys) > MOST:
        raise NoArithmetic(call.op, ("too-large", ()))
    projections = _projections(call, wide)
    q, k, v = (affine([(exact(a), w)], b) for a, (w, b) in zip(x, projections, strict=True))
    k, v = _with_more(call, k, "bias_k"), _with_more(call, v, "bias_v")
    parts = tuple(_split(one, count) for one in (q, k, v))
    visible, added = _masks(call, every, count, samples, parts[1].value.shape[2] - keys)
    scores = matmul(parts[0] * constant(1 / math.sqrt(wide // count)), parts[1], turned=True)
    if added is not None:
        scores = scores + added
    shown = np.broadcast_to(visible, scores.value.shape)
    if not shown.any(-1).all():
        raise NoArithmetic(call.op, ("all-hidden", ()))
    weights = _softmax(scores, shown)
    factor = _factor(call, every, weights.value.shape, samples)
    used = weights if factor is None else weights * factor
    made = _merged(matmul(used, parts[2]))
    return Heads(call, samples, count, x, projections, parts, weights, factor, made)  # type: ignore[arg-type]


def _projections(call: Call, wide: int) -> tuple[tuple[F64, F64], ...]:
    """The weight and the bias of the queries, keys and values."""
    bias = call.get("in_proj_bias")
    biases = array(bias.tensor).reshape(3, -1) if bias is not None else np.zeros((3, wide))
    if call.get("use_separate_proj_weight", False):
        weights = [array(call.source(n).tensor) for n in OWN]
    else:
        weights = list(array(call.source("in_proj_weight").tensor).reshape(3, wide, -1))
    return tuple(zip(weights, biases, strict=True))


def _with_more(call: Call, x: Rounded, bias: str) -> Rounded:
    """Keys or values with those that belong to no place in the sequence: a learned one, a zero."""
    more = []
    if call.get(bias) is not None:
        more.append(
            np.broadcast_to(array(call.source(bias).tensor), (len(x.value), 1, x.value.shape[2]))
        )
    if call.get("add_zero_attn", False):
        more.append(np.zeros((len(x.value), 1, x.value.shape[2])))
    return joined([x, *map(exact, more)], 1) if more else x


def _masks(
    call: Call, every: int, count: int, samples: slice, more: int
) -> tuple[npt.NDArray[np.bool_], Rounded | None]:
    """Which keys a query may see, and what is added to the scores; broadcast to them."""
    given: Any = call.get("attn_mask")
    padding: Any = call.get("key_padding_mask")
    queries, keys = (
        batched(call.source().tensor).shape[1],
        batched(call.source("key").tensor).shape[1],
    )
    visible = np.ones((1, 1, 1, keys), bool)
    added = None
    if call.get("is_causal", False) and padding is None and not call.get("need_weights", True):
        visible = np.tri(queries, keys, dtype=bool)[None, None]
    elif given is not None:
        whole = given.tensor
        shape = (every, count, queries, keys) if whole.dim() == 3 else (1, 1, queries, keys)
        visible, added = _mask(whole.reshape(shape), samples if whole.dim() == 3 else slice(None))
    if padding is not None:
        hidden, more_added = _mask(padding.tensor.reshape(every, 1, 1, keys), samples)
        visible = visible & hidden
        if more_added is not None:
            added = more_added if added is None else added + more_added
    if more:
        visible = np.pad(np.broadcast_to(visible, (*visible.shape[:3], keys)),
                         [(0, 0)] * 3 + [(0, more)], constant_values=True)  # fmt: skip
    if added is not None:
        pads = [(0, 0)] * 3 + [(0, more)]
        added = Rounded(np.pad(added.value, pads), np.pad(added.error, pads))
    return visible, added


def _mask(tensor: Tensor, samples: slice) -> tuple[npt.NDArray[np.bool_], Rounded | None]:
    """A mask of booleans, of which True hides a key; or of numbers that are added."""
    values = array(tensor)[samples]
    if tensor.dtype == torch.bool:
        return values == 0, None
    hidden = values == -np.inf
    return ~hidden, exact(np.where(hidden, 0.0, values))


def _factor(call: Call, every: int, shape: tuple[int, ...], samples: slice) -> Rounded | None:
    """What dropout multiplied the weights by; ``None``: nothing."""
    p = float(call.get("dropout_p", 0.0)) * bool(call.get("training", True))
    if not p:
        return None
    _, count, queries, keys = shape
    shapes = [(every * count, queries, keys), (every, count, queries, keys)]
    found = dropped(call, p, shapes)
    if len(found) != 1:
        raise NoArithmetic(call.op, ("dropout-within", ()))
    whole = (every, count, queries, keys)
    return Rounded(found[0].value.reshape(whole)[samples], found[0].error.reshape(whole)[samples])


def matmul(a: Rounded, b: Rounded, turned: bool = False) -> Rounded:
    """A ⋅ b over the last two axes, or a ⋅ bᵀ, added up in any order."""
    right, room = (
        (b.value.swapaxes(-1, -2), b.error.swapaxes(-1, -2)) if turned else (b.value, b.error)
    )
    value, p, count = a.value @ right, computing_in(), a.value.shape[-1] + 2
    size = (np.abs(a.value) + a.error) @ (np.abs(right) + room)
    error = np.abs(a.value) @ room + a.error @ (np.abs(right) + room)
    error = error + count * p.step / (1 - count * p.step) * size + count * p.tiny
    if p.own:
        error = error + 3 * (p.own * (np.abs(value) + error) + p.under)
    return Rounded(value, error)


def _softmax(scores: Rounded, visible: npt.NDArray[np.bool_]) -> Rounded:
    """Over the keys that may be seen; also as exp(s − log Σ exp), which flash attention takes."""
    top = np.where(visible, scores.value, -np.inf).max(-1, keepdims=True)
    low = Rounded(np.where(visible, scores.value, top), np.where(visible, scores.error, 0.0))
    share = exp(low - exact(top))
    share = Rounded(np.where(visible, share.value, 0.0), np.where(visible, share.error, 0.0))
    total = share.sum(-1, keepdims=True)
    made, p = share / total, computing_in()
    room = p.step * (4 + np.abs(top) + np.log(total.value)) * made.value
    return Rounded(made.value, np.where(visible, made.error + room, 0.0))


def _split(x: Rounded, count: int) -> Rounded:
    """(samples, length, features) by heads."""
    return Rounded(*(a.reshape(*a.shape[:2], count, -1).swapaxes(1, 2) for a in (x.value, x.error)))


def _merged(x: Rounded) -> Rounded:
    """The heads side by side again."""

    def merge(a: F64) -> F64:
        return np.ascontiguousarray(a.swapaxes(1, 2)).reshape(a.shape[0], a.shape[2], -1)

    return Rounded(merge(x.value), merge(x.error))


def back(heads: Heads, gradients: Mapping[int, Tensor]) -> tuple[Rounded, Rounded, Rounded]:
    """The gradients on the projected queries, keys and values, (samples, length, features) each.

    ``gradients``: on the output and on the weights that were returned, by their places.
    """
    call, used = heads.call, heads.used
    shape = (*heads.made.value.shape[:2], call.source("out_proj_weight").shape[0])
    on_out = batched(gradients[0])[heads.samples] if 0 in gradients else np.zeros(shape)
    on_made = _split(
        affine([(exact(on_out), array(call.source("out_proj_weight").tensor).T)]), heads.count
    )
    on_weights = matmul(on_made, heads.parts[2], turned=True)
    if 1 in gradients:
        on_weights = on_weights + _on_returned(heads, gradients[1])
    if heads.factor is not None:
        on_weights = on_weights * heads.factor
    parts = heads.weights * on_weights
    mean = parts.sum(-1, keepdims=True)
    # flash attention takes this mean from the output, g ⋅ out
    p, size = computing_in(), np.abs(parts.value).sum(-1, keepdims=True)
    mean = Rounded(mean.value, 2 * mean.error + (4 * p.step + p.own) * size)
    slopes = heads.weights * (on_weights - mean) * constant(heads.scale)
    on_q = matmul(slopes, heads.parts[1])
    on_k = matmul(_turned(slopes), heads.parts[0])
    on_v = matmul(_turned(used), on_made)
    return _merged(on_q), _merged(on_k), _merged(on_v)


def _on_returned(heads: Heads, gradient: Tensor) -> Rounded:
    """The gradient on each head's weights by way of those that were returned, or of their mean."""
    whole = array(gradient)
    mean = bool(heads.call.get("average_attn_weights", True))
    whole = whole[None] if whole.ndim == (2 if mean else 3) else whole
    on = whole[heads.samples]
    return exact(on[:, None]) * constant(1 / heads.count) if mean else exact(on)


def _turned(x: Rounded) -> Rounded:
    return Rounded(x.value.swapaxes(-1, -2), x.error.swapaxes(-1, -2))
