"""By which arithmetic a number stopped being finite, from the operands of that one element."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from lenet_tui.findings.engine.numbers.elements import Index, at, finite, operands
from lenet_tui.tape.engine.entries import OpEntry

LOGS = frozenset(("log", "log2", "log10", "log1p", "xlogy", "logit", "log_"))
ROOTS = frozenset(("sqrt", "sqrt_", "rsqrt", "pow", "float_power", "__pow__"))
DIVISIONS = frozenset(("div", "true_divide", "__truediv__", "__rtruediv__", "reciprocal", "div_"))
BOUNDED = frozenset(("acos", "asin", "arccos", "arcsin", "atanh", "acosh", "erfinv", "logit"))
PRODUCTS = frozenset(("mul", "__mul__", "__rmul__", "multiply", "mul_", "addcmul"))
SOFTMAXES = frozenset(("softmax", "log_softmax", "scaled_dot_product_attention"))
SPREADS = frozenset(("std", "var", "std_mean", "var_mean"))
SUMS = frozenset(
    ("linear", "matmul", "bmm", "mm", "addmm", "baddbmm", "einsum", "conv1d", "conv2d", "conv3d",
     "sum", "mean", "norm", "cumsum", "dot", "mv")
)  # fmt: skip
"""Ops of which a single element is a sum: it overflows to ∞ − ∞."""
HALVES = (torch.float16, torch.bfloat16)

Factors = tuple[float, ...]
"""The operands of one element, in their order."""


def factors(op: OpEntry, index: Index) -> Factors:
    """What the element ``index`` of an op's result was made of; empty: not of single elements.

    So it is of ops whose operands are broadcast to the shape of the result.
    """
    shape = op.tensor.shape
    found = [at(t, index, shape) for _, _, t in operands(op)]
    scalars = [] if op.op in SOFTMAXES else [float(a) for a in op.args if type(a) in (int, float)]
    if not found or any(f is None for f in found):
        return ()
    return tuple(f for f in found if f is not None) + tuple(scalars)


def cause(op: OpEntry, index: Index, value: float) -> str:
    """A word for how a NaN or infinity came about at ``index``; ``arithmetic`` where none fits."""
    name, given = op.op, factors(op, index)
    infinite = any(not math.isfinite(f) for f in given)
    if name in SOFTMAXES and math.isnan(value):
        return "all-masked"
    if name in SPREADS and math.isnan(value) and not infinite:
        return "spread-of-one"
    if name == "mean" and math.isnan(value) and _empty(op):
        return "mean-of-nothing"
    if "loss" in name or name == "cross_entropy":
        return "nothing-counted" if math.isnan(value) and _all_ignored(op) else _overflow(op, value)
    if infinite:
        if name in PRODUCTS and 0.0 in given:
            return "zero-times-inf"
        return "inf-minus-inf" if math.isnan(value) else "inf-given"
    if name in LOGS and given:
        edge = -1.0 if name == "log1p" else 0.0
        if name == "logit":
            return "outside-domain"
        return "log-of-zero" if given[-1 if name == "xlogy" else 0] == edge else "log-of-negative"
    if name in DIVISIONS and given and given[-1 if len(given) > 1 else 0] == 0:
        return "zero-over-zero" if math.isnan(value) else "division-by-zero"
    if name in BOUNDED:
        return "outside-domain"
    if name in ROOTS and given and given[0] <= 0:
        return "root-of-negative" if given[0] < 0 else "division-by-zero"
    return _overflow(op, value)


def _overflow(op: OpEntry, value: float) -> str:
    summed = op.op in SUMS and all(finite(t) for _, _, t in operands(op))
    if math.isinf(value) or summed:
        return "half-overflow" if op.tensor.dtype in HALVES else "overflow"
    return "arithmetic"


def _empty(op: OpEntry) -> bool:
    return any(not t.numel() for _, _, t in operands(op))


def _all_ignored(op: OpEntry) -> bool:
    """Whether a loss on labels has none that counts."""
    labels = [a for a in op.args if isinstance(a, Tensor) and not a.is_floating_point()]
    ignored = op.kwargs.get("ignore_index", -100)
    return bool(labels) and bool((labels[0] == ignored).all())


def wanted(op: OpEntry) -> bool:
    """Whether an op makes infinities on purpose, as those of an attention mask.

    It is given an infinite number, or takes the logarithm of a mask of zeros and ones, or is given
    the least number of its type where it should be minus infinity.
    """
    given = [*op.args, *op.kwargs.values()]
    if any(isinstance(n, float) and math.isinf(n) for n in given):
        return True
    tensors: Sequence[Tensor] = [t for _, _, t in operands(op)]
    if op.op in LOGS and tensors and not tensors[0].requires_grad:
        return bool(((tensors[0] == 0) | (tensors[0] == 1)).all())
    return any(_least(t) for t in tensors)


def _least(tensor: Tensor) -> bool:
    """Whether some number of it is (nearly) the least of its type, which stands for −∞."""
    if not tensor.numel():
        return False
    least, finfo = float(tensor.detach().min()), torch.finfo(tensor.dtype)
    return math.isfinite(least) and least < finfo.min / 2
