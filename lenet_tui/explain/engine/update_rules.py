"""How a parameter was updated: by hand, or by ``torch.optim``'s own formulas with their state.

The formulas are those of the documentation of ``torch.optim.SGD`` and ``torch.optim.Adam``, in
the order in which torch's single-tensor versions compute them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from lenet_tui.explain.engine.rounding import Rounded, constant, exact, sqrt
from lenet_tui.explain.engine.terms import Block, Column, Index, Source, Work, one, plain
from lenet_tui.protocol.optimizers import OPTIMIZERS
from lenet_tui.tape.engine.entries import UpdateEntry
from lenet_tui.text.numbers import number

MOMENTUM = OPTIMIZERS["momentum"].arguments["momentum"]
BETAS = (0.9, 0.999)
EPS = 1e-8


def update(entry: UpdateEntry, index: Index) -> Work:
    """The parameter's new value at ``index``."""
    w = entry.name
    value = plain(one(Source(w, entry.before), index))
    if entry.grad is None:
        return Work(
            entry.op, "…", f"{w}[…]", [value], [("no-gradient", ())], left=f"{w}.new"
        )  # fmt: skip
    step = _STEPS.get(entry.optimizer, _by_hand)
    work = step(entry, index)
    work.blocks.insert(0, value)
    work.left, work.right = f"{w}.new", f"{w}[…] − {work.right}"
    work.notes.insert(0, ("lr", (f"{entry.lr:g}", entry.optimizer)))
    return work


def change(entry: UpdateEntry, index: Index) -> Work:
    """The last change: the new value less the old one."""
    w = entry.name
    new, old = one(Source(f"{w}.new", entry.after), index), one(Source(w, entry.before), index)
    blocks = [plain(new), Block((old,), -old.number)]
    return Work(entry.op, "…", f"{w}.new[…] − {w}[…]", blocks)


def _gradient(entry: UpdateEntry, index: Index) -> Column:
    assert entry.grad is not None
    return one(Source(f"{entry.name}.grad", entry.grad), index)


def _state(entry: UpdateEntry, key: str, index: Index) -> Column:
    """The optimizer's tensor before the step; zero before the first one."""
    like = torch.zeros(()) if key == "step" else torch.zeros_like(entry.before)
    tensor: Tensor = entry.state.get(key, like)
    return one(Source(f"{entry.name}.{key}", tensor), index if tensor.dim() else ())


def _by_hand(entry: UpdateEntry, index: Index) -> Work:
    """``w − lr⋅g``, which is SGD's formula too."""
    g = _gradient(entry, index)
    block = Block((g,), -(constant(entry.lr) * g.number))
    return Work(entry.op, "…", f"lr ⋅ {g.tensor}[…]", [block])


def _momentum(entry: UpdateEntry, index: Index) -> Work:
    """``w − lr⋅b``, b = μ⋅b + g (at the first step b = g)."""
    work = _by_hand(entry, index)
    if "momentum_buffer" in entry.state:
        b = _state(entry, "momentum_buffer", index)
        lr, mu = constant(entry.lr), constant(MOMENTUM)
        work.blocks.insert(0, Block((b,), -(lr * (mu * b.number))))
        sum_error = lr * (mu * b.number + _gradient(entry, index).number)
        work.blocks[1] = _looser(work.blocks[1], sum_error)
        name = entry.name
        work.right = f"lr ⋅ ({MOMENTUM:g} ⋅ {b.tensor}[…] + {name}.grad[…])"
    return work


def _looser(block: Block, whole: Rounded) -> Block:
    """The term with the error of a whole that it was computed in."""
    return Block(block.columns, Rounded(block.result.value, block.result.error + whole.error))


def _averages(entry: UpdateEntry, index: Index) -> tuple[Rounded, Rounded]:
    """Adam's moving averages of the gradient and of its square, after the step."""
    g = _gradient(entry, index).number
    m = _state(entry, "exp_avg", index).number
    v = _state(entry, "exp_avg_sq", index).number
    first = m + constant(1 - BETAS[0]) * (g - m)
    second = constant(BETAS[1]) * v + constant(1 - BETAS[1]) * (g * g)
    return first, second


def _adam(entry: UpdateEntry, index: Index) -> Work:
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
    work = Work(entry.op, "…", f"lr ⋅ m̂ / (√v̂ + {EPS:g})")
    work.blocks = [Block(columns, -(size * (first / below)))]
    decay = OPTIMIZERS[entry.optimizer].arguments.get("weight_decay", 0)
    if decay:
        w = one(Source(entry.name, entry.before), index)
        work.blocks.insert(0, Block((w,), -(constant(entry.lr * decay) * w.number)))
        work.right = f"lr ⋅ ({decay:g} ⋅ {entry.name}[…] + m̂ / (√v̂ + {EPS:g}))"
    for key, beta, average in zip(("adam-m", "adam-v"), BETAS, (first, second), strict=True):
        m = float(average.value[0])
        hat = number(m / (1 - beta**t), 6)
        work.notes.append((key, (f"{beta:g}", f"{1 - beta:.4g}", number(m, 6), f"{t:.0f}", hat)))
    return work


_STEPS: dict[str, Callable[[UpdateEntry, Index], Work]] = {
    "momentum": _momentum,
    "adam": _adam,
    "adamw": _adam,
}


def state_update(entry: UpdateEntry, key: str, index: Index) -> Work:
    """What a step made of one of the optimizer's own tensors."""
    work = _state_update(entry, key, index)
    work.left = f"new {entry.name}.{key}"
    return work


def _state_update(entry: UpdateEntry, key: str, index: Index) -> Work:
    before = _state(entry, key, index)
    name, old = f"{entry.name}.{key}", before.number
    operands = (before,) if key in entry.state else ()  # zero before the first step
    if key == "step":
        blocks = [Block(operands, old), Block((), exact(np.ones(1)))]
        return Work(entry.op, "", f"{name} + 1", blocks)
    g = _gradient(entry, index)
    if key == "momentum_buffer":
        if key not in entry.state:
            return Work(entry.op, "…", f"{g.tensor}[…]", [plain(g)])
        blocks = [Block((before,), constant(MOMENTUM) * old), plain(g)]
        return Work(entry.op, "…", f"{MOMENTUM:g} ⋅ {name}[…] + {g.tensor}[…]", blocks)
    beta = BETAS[key == "exp_avg_sq"]
    square = key == "exp_avg_sq"
    made = _averages(entry, index)[square]
    share = g.number * g.number if square else g.number
    blocks = [
        Block(operands, constant(beta) * old),
        Block((g,), constant(1 - beta) * share),
    ]
    right = f"{beta:g} ⋅ {name}[…] + {1 - beta:.4g} ⋅ {g.tensor}[…]{'²' if square else ''}"
    return Work(entry.op, "…", right, blocks, error=float(made.error[0]))
