"""How a parameter was updated: by hand, or by ``torch.optim``'s own formulas with their state.

The formulas are those of the documentation of ``torch.optim.SGD``, ``torch.optim.Adam`` and
``torch.optim.RMSprop``, in the order in which torch's single-tensor versions compute them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from lenet_tui.explain.engine.terms import Index, Operands, Source, Sum, Terms, plain, read
from lenet_tui.explain.rounding import Rounded, constant, exact, sqrt
from lenet_tui.protocol.optimizers import OPTIMIZERS
from lenet_tui.tape.engine.entries import UpdateEntry
from lenet_tui.text.numbers import number

MOMENTUM = OPTIMIZERS["momentum"].arguments["momentum"]
BETAS = (0.9, 0.999)
ALPHA = 0.99
EPS = 1e-8


def update(entry: UpdateEntry, index: Index) -> Sum:
    """The parameter's new value at ``index``."""
    w = entry.name
    value = plain(read(Source(w, entry.before), index))
    if entry.grad is None:
        return Sum(f"{w}[…]", [value], [("no-gradient", ())], left=f"{w}.new")
    step = _STEPS.get(entry.optimizer, _by_hand)
    total = step(entry, index)
    total.terms.insert(0, value)
    total.left, total.right = f"{w}.new", f"{w}[…] − {total.right}"
    total.notes.insert(0, ("lr", (f"{entry.lr:g}", entry.optimizer)))
    return total


def change(entry: UpdateEntry, index: Index) -> Sum:
    """The last change: the new value less the old one."""
    w = entry.name
    new, old = read(Source(f"{w}.new", entry.after), index), read(Source(w, entry.before), index)
    blocks = [plain(new), Terms((old,), -old.number)]
    return Sum(f"{w}.new[…] − {w}[…]", blocks)


def _gradient(entry: UpdateEntry, index: Index) -> Operands:
    assert entry.grad is not None
    return read(Source(f"{entry.name}.grad", entry.grad), index)


def _state(entry: UpdateEntry, key: str, index: Index) -> Operands:
    """The optimizer's tensor before the step; zero before the first one."""
    like = torch.zeros(()) if key == "step" else torch.zeros_like(entry.before)
    tensor: Tensor = entry.state.get(key, like)
    return read(Source(f"{entry.name}.{key}", tensor), index if tensor.dim() else ())


def _by_hand(entry: UpdateEntry, index: Index) -> Sum:
    """``w − lr⋅g``, which is SGD's formula too."""
    g = _gradient(entry, index)
    block = Terms((g,), -(constant(entry.lr) * g.number))
    return Sum(f"lr ⋅ {g.tensor}[…]", [block])


def _momentum(entry: UpdateEntry, index: Index) -> Sum:
    """``w − lr⋅b``, b = μ⋅b + g (at the first step b = g)."""
    total = _by_hand(entry, index)
    if "momentum_buffer" in entry.state:
        b = _state(entry, "momentum_buffer", index)
        lr, mu = constant(entry.lr), constant(MOMENTUM)
        total.terms.insert(0, Terms((b,), -(lr * (mu * b.number))))
        sum_error = lr * (mu * b.number + _gradient(entry, index).number)
        total.terms[1] = _looser(total.terms[1], sum_error)
        name = entry.name
        total.right = f"lr ⋅ ({MOMENTUM:g} ⋅ {b.tensor}[…] + {name}.grad[…])"
    return total


def _looser(block: Terms, whole: Rounded) -> Terms:
    """The term with the error of a whole that it was computed in."""
    return Terms(block.operands, Rounded(block.result.value, block.result.error + whole.error))


def _averages(entry: UpdateEntry, index: Index) -> tuple[Rounded, Rounded]:
    """Adam's moving averages of the gradient and of its square, after the step."""
    g = _gradient(entry, index).number
    m = _state(entry, "exp_avg", index).number
    first = m + constant(1 - BETAS[0]) * (g - m)
    return first, _square_average(entry, "exp_avg_sq", BETAS[1], index)


def _square_average(entry: UpdateEntry, key: str, kept: float, index: Index) -> Rounded:
    """The moving average of the gradient's square, after the step."""
    g = _gradient(entry, index).number
    return constant(kept) * _state(entry, key, index).number + constant(1 - kept) * (g * g)


def _adam(entry: UpdateEntry, index: Index) -> Sum:
    """``w − lr⋅m̂ / (√v̂ + ε)``; m, v: moving averages, the hats: divided by 1 − βᵗ.

    With a weight decay λ, ``lr⋅λ⋅w`` is subtracted too (AdamW): it does not go into m and v.
    """
    keys = ("exp_avg", "exp_avg_sq", "step")
    states = [_state(entry, key, index) for key in keys]
    t = float(states[-1].values[0]) + 1
    columns = (_gradient(entry, index), *(states if entry.state else ()))
    first, second = _averages(entry, index)
    size = constant(entry.lr / (1 - BETAS[0] ** t))
    below = sqrt(second) / constant((1 - BETAS[1] ** t) ** 0.5) + constant(EPS)
    total = Sum(f"lr ⋅ m̂ / (√v̂ + {EPS:g})")
    total.terms = [Terms(columns, -(size * (first / below)))]
    decay = OPTIMIZERS[entry.optimizer].arguments.get("weight_decay", 0)
    if decay:
        w = read(Source(entry.name, entry.before), index)
        total.terms.insert(0, Terms((w,), -(constant(entry.lr * decay) * w.number)))
        total.right = f"lr ⋅ ({decay:g} ⋅ {entry.name}[…] + m̂ / (√v̂ + {EPS:g}))"
    for key, beta, average in zip(("adam-m", "adam-v"), BETAS, (first, second), strict=True):
        m = float(average.value[0])
        hat = number(m / (1 - beta**t), 6)
        total.notes.append((key, (f"{beta:g}", f"{1 - beta:.4g}", number(m, 6), f"{t:.0f}", hat)))
    return total


def _rmsprop(entry: UpdateEntry, index: Index) -> Sum:
    """``w − lr⋅g / (√v + ε)``; v: the moving average of g², from zero and without a hat."""
    g = _gradient(entry, index)
    columns = (g, *((_state(entry, "square_avg", index),) if entry.state else ()))
    average = _square_average(entry, "square_avg", ALPHA, index)
    below = sqrt(average) + constant(EPS)
    block = Terms(columns, -(constant(entry.lr) * (g.number / below)))
    total = Sum(f"lr ⋅ {g.tensor}[…] / (√v + {EPS:g})", [block])
    v = number(float(average.value[0]), 6)
    total.notes.append(("rmsprop-v", (f"{ALPHA:g}", f"{1 - ALPHA:.4g}", v)))
    return total


_STEPS: dict[str, Callable[[UpdateEntry, Index], Sum]] = {
    "momentum": _momentum,
    "adam": _adam,
    "adamw": _adam,
    "rmsprop": _rmsprop,
}


def state_update(entry: UpdateEntry, key: str, index: Index) -> Sum:
    """What a step made of one of the optimizer's own tensors."""
    before = _state(entry, key, index)
    name, left, old = f"{entry.name}.{key}", f"new {entry.name}.{key}", before.number
    operands = (before,) if key in entry.state else ()  # zero before the first step
    if key == "step":
        terms = [Terms(operands, old), Terms((), exact(np.ones(1)))]
        return Sum(f"{name} + 1", terms, letters="", left=left)
    g = _gradient(entry, index)
    if key == "momentum_buffer":
        if key not in entry.state:
            return Sum(f"{g.tensor}[…]", [plain(g)], left=left)
        terms = [Terms((before,), constant(MOMENTUM) * old), plain(g)]
        return Sum(f"{MOMENTUM:g} ⋅ {name}[…] + {g.tensor}[…]", terms, left=left)
    if key == "square_avg":
        kept, average = ALPHA, _square_average(entry, key, ALPHA, index)
    else:
        second = key == "exp_avg_sq"
        kept, average = BETAS[second], _averages(entry, index)[second]
    square = key != "exp_avg"
    share = g.number * g.number if square else g.number
    terms = [Terms(operands, constant(kept) * old), Terms((g,), constant(1 - kept) * share)]
    right = f"{kept:g} ⋅ {name}[…] + {1 - kept:.4g} ⋅ {g.tensor}[…]{'²' if square else ''}"
    return Sum(right, terms, left=left, error=float(average.error[0]))
