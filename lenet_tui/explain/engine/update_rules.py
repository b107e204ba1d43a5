"""How a parameter was updated: by hand, or by ``torch.optim``'s own formulas with their state."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lenet_tui.explain.engine.optimizer_steps import Step
from lenet_tui.explain.engine.terms import (
    Index,
    NoArithmetic,
    Operands,
    Source,
    Sum,
    Terms,
    plain,
    read,
)
from lenet_tui.explain.rounding import Rounded, constant, exact
from lenet_tui.protocol.optimizers import STATES
from lenet_tui.tape.engine.entries import UpdateEntry
from lenet_tui.text.numbers import number


def explained(entry: UpdateEntry, aspect: str, index: Index) -> Sum:
    """A parameter's new value, or its ``update``, or one of the optimizer's tensors of it."""
    if aspect == "update":
        return change(entry, index)
    return state_update(entry, aspect, index) if aspect in STATES else update(entry, index)


def update(entry: UpdateEntry, index: Index) -> Sum:
    """The parameter's new value at ``index``; ``NoArithmetic``: of an optimizer not known here."""
    w = entry.name
    value, step = plain(read(Source(w, entry.before), index)), Step(entry, index)
    if entry.grad is None:
        return Sum(f"{w}[…]", [value], [("no-gradient", ())], left=f"{w}.new")
    total = _STEPS[step.kind](step)
    total.terms.insert(0, value)
    total.left, total.right = f"{w}.new", f"{w}[…] − {total.right}"
    total.notes.insert(0, ("lr", (f"{step.lr:g}", entry.optimizer)))
    if step.sign() < 0:
        total.notes.append(("maximize", ()))
    return total


def change(entry: UpdateEntry, index: Index) -> Sum:
    """The last change: the new value less the old one."""
    w = entry.name
    new, old = read(Source(f"{w}.new", entry.after), index), read(Source(w, entry.before), index)
    blocks = [plain(new), Terms((old,), -old.number)]
    return Sum(f"{w}.new[…] − {w}[…]", blocks)


def operands(entry: UpdateEntry) -> dict[str, tuple[int, ...]]:
    """The tensors that went into an update, by name, with their shapes."""
    given = {entry.name: entry.before, f"{entry.name}.grad": entry.grad}
    given |= {f"{entry.name}.{key}": tensor for key, tensor in entry.state.items()}
    return {name: tuple(t.shape) for name, t in given.items() if t is not None}


def _less(step: Step, parts: list[tuple[Operands, float]], change: Rounded, right: str) -> Sum:
    """W less a ``change`` that is the sum of each operand times a factor: as terms."""
    terms = []
    for operand, factor in parts:
        lr = constant(step.lr) * exact(factor)
        terms.append(Terms((operand,), -(lr * operand.number)))
    total = Sum(right, terms)
    made = step.weight().number - constant(step.lr) * change
    total.error = float(made.error[0])
    return total


def _sgd(step: Step) -> Sum:
    """``w − lr⋅d``: d is g (+ λ⋅w), or with momentum b = μ⋅b + (1 − damping)⋅g, or g + μ⋅b."""
    g, w, decay = step.gradient(), step.weight(), step.decay
    mu, damping = step.number("momentum"), step.number("dampening")
    before = bool(mu) and step.kept("momentum_buffer")
    share = 1 - damping if before else 1.0
    nesterov = bool(mu and step.get("nesterov"))
    of_slope = 1 + mu * share if nesterov else share
    parts = [(g, step.sign() * of_slope)]
    if decay:
        parts.insert(0, (w, decay * of_slope))
    shown = f"{g.tensor}[…]"
    if decay:
        shown = f"({shown} + {decay:g} ⋅ {w.tensor}[…])"
    slope, right = shown, shown
    if before:
        b = step.state("momentum_buffer")
        parts.insert(0, (b, mu * mu if nesterov else mu))
        damped = f"{share:g} ⋅ {shown}" if damping else shown
        right = f"({mu:g} ⋅ {b.tensor}[…] + {damped})"
    if nesterov:
        right = f"({slope} + {mu:g} ⋅ {right})"
    return _less(step, parts, step.direction(), f"lr ⋅ {right}")


def _adam(step: Step) -> Sum:
    """``w − lr⋅m̂ / (√v̂ + ε)``; m, v: moving averages, the hats: divided by 1 − βᵗ.

    With a weight decay λ of its own, ``lr⋅λ⋅w`` is subtracted too (AdamW): it does not go into m
    and v; in Adam it is added to the gradient.
    """
    keys = ["exp_avg", "exp_avg_sq", "step", *(["max_exp_avg_sq"] if step.get("amsgrad") else [])]
    states = [step.state(key) for key in keys]
    t, eps, betas = step.count, step.number("eps"), [float(b) for b in step.get("betas")]
    weight = [step.weight()] if step.decay else []
    columns = (step.gradient(), *(states if step.entry.state else ()), *weight)
    total = Sum(f"lr ⋅ m̂ / (√v̂ + {eps:g})")
    total.terms = [Terms(columns, -step.adam())]
    decay = step.number("weight_decay") if step.decoupled else 0.0
    if decay:
        w = step.weight()
        total.terms.insert(0, Terms((w,), -(constant(step.lr * decay) * w.number)))
        total.right = f"lr ⋅ ({decay:g} ⋅ {w.tensor}[…] + m̂ / (√v̂ + {eps:g}))"
    averages = zip(("adam-m", "adam-v"), betas, (step.first(), step.second()), strict=True)
    for key, beta, average in averages:
        m = float(average.value[0])
        hat = number(m / (1 - beta**t), 6)
        total.notes.append((key, (f"{beta:g}", f"{1 - beta:.4g}", number(m, 6), f"{t}", hat)))
    return _with_decay(step, total)


def _rmsprop(step: Step) -> Sum:
    """``w − lr⋅g / (√v + ε)``; v: the moving average of g², from zero and without a hat."""
    g, eps, alpha = step.gradient(), step.number("eps"), step.number("alpha")
    keys = [k for k in ("square_avg", "grad_avg", "momentum_buffer") if step.kept(k)]
    weight = [step.weight()] if step.decay else []
    columns = (g, *(step.state(key) for key in keys), *weight)
    root = "√(v − m²)" if step.get("centered") else "√v"
    right = f"{g.tensor}[…] / ({root} + {eps:g})"
    mu = step.number("momentum")
    if mu:
        right = f"({mu:g} ⋅ {step.state('momentum_buffer').tensor}[…] + {right})"
    total = Sum(f"lr ⋅ {right}", [Terms(columns, -(constant(step.lr) * step.rmsprop()))])
    v = number(float(step.square("square_avg", alpha).value[0]), 6)
    total.notes.append(("rmsprop-v", (f"{alpha:g}", f"{1 - alpha:.4g}", v)))
    return _with_decay(step, total)


def _with_decay(step: Step, total: Sum) -> Sum:
    if step.decay:
        total.notes.append(("decay", (f"{step.decay:g}", step.entry.name)))
    return total


_STEPS: dict[str, Callable[[Step], Sum]] = {
    "manual": _sgd,
    "sgd": _sgd,
    "adam": _adam,
    "adamw": _adam,
    "rmsprop": _rmsprop,
}


def state_update(entry: UpdateEntry, key: str, index: Index) -> Sum:
    """What a step made of one of the optimizer's own tensors."""
    step = Step(entry, index)
    before = step.state(key)
    name, left, old = f"{entry.name}.{key}", f"new {entry.name}.{key}", before.number
    shown = (before,) if step.kept(key) else ()  # zero before the first step
    if key == "step":
        terms = [Terms(shown, old), Terms((), exact(np.ones(1)))]
        return Sum(f"{name} + 1", terms, letters="", left=left)
    slope, g = step.slope(), step.gradient()
    operands = (g, step.weight()) if step.decay else (g,)
    written = f"{g.tensor}[…]"
    if step.decay:
        written = f"({written} + {step.decay:g} ⋅ {entry.name}[…])"
    if key == "momentum_buffer" and step.kind == "sgd":
        if not step.kept(key):
            return Sum(written, [Terms(operands, slope)], left=left)
        mu, share = step.number("momentum"), 1 - step.number("dampening")
        terms = [Terms(shown, constant(mu) * old)]
        terms.append(Terms(operands, constant(share) * slope if share != 1 else slope))
        damped = f"{share:g} ⋅ {written}" if share != 1 else written
        return Sum(f"{mu:g} ⋅ {name}[…] + {damped}", terms, left=left)
    if key not in ("square_avg", "exp_avg", "exp_avg_sq"):
        raise NoArithmetic(entry.optimizer)
    kept, average = step.number("alpha"), slope
    if key == "square_avg":
        average = step.square(key, kept)
    else:
        second = key == "exp_avg_sq"
        kept, average = float(step.get("betas")[second]), step.second() if second else step.first()
    square = key != "exp_avg"
    share_of = slope * slope if square else slope
    terms = [Terms(shown, constant(kept) * old), Terms(operands, constant(1 - kept) * share_of)]
    right = f"{kept:g} ⋅ {name}[…] + {1 - kept:.4g} ⋅ {written}{'²' if square else ''}"
    return Sum(right, terms, left=left, error=float(average.error[0]))
