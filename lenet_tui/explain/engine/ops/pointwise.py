"""Ops that work on each element by itself: activations, sums and products, dropout, casts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lenet_tui.explain.engine.links import SAME, Links, every
from lenet_tui.explain.engine.op_rule import Call, Rule, element_wise, of_input
from lenet_tui.explain.engine.terms import (
    Gradient,
    Index,
    NoArithmetic,
    Note,
    Operands,
    Source,
    Sum,
    Terms,
    gather,
    plain,
    precision_of,
    read,
    read_broadcast,
    read_each,
)
from lenet_tui.explain.rounding import (
    FLOAT32,
    Rounded,
    computing_in,
    constant,
    exact,
    exp,
    log1p,
    sigmoid,
    tanh,
)
from lenet_tui.tape.engine.entries import same

_ONE = exact(1.0)


def relu_forward(call: Call, index: Index) -> Sum:
    x = read(call.source(), index)
    terms = Terms((x,), exact(np.maximum(x.values, 0)))
    note: Note = ("open" if x.values[0] > 0 else "closed", ())
    return Sum(f"max(0, {call.source().name}[…])", [terms], [note])


def relu_backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    """Torch's gate is shut where the *output* is not above 0 (a NaN lets the gradient through)."""
    gradient, out = read(g, index), read(call.output, index)
    shut = out.values <= 0
    terms = Terms((gradient, out), exact(np.where(shut, 0.0, gradient.values)))
    note: Note = ("gate-closed" if shut[0] else "gate-open", (call.name,))
    return Sum(f"{g.name}[…] where {call.name}[…] > 0, else 0", [terms], [note])


def _smooth(
    name: str,
    signature: str,
    function: Callable[[Rounded], Rounded],
    slope: Callable[[Rounded], Rounded],
    formula: str,
) -> Rule:
    """A function of each element. ``slope``: its derivative, from its output."""

    def forward(call: Call, index: Index) -> Sum:
        x = read(call.source(), index)
        right = f"{call.op}({call.source().name}[…])"
        return Sum(right, [Terms((x,), function(x.number))])

    def backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
        gradient, out = read(g, index), read(call.output, index)
        terms = Terms((gradient, out), gradient.number * slope(out.number))
        return Sum(f"{g.name}[…] ⋅ {formula.format(y=call.name)}", [terms])

    return Rule(name, signature, forward, backward)


def _softplus(call: Call, x: Operands) -> tuple[Rounded, str, list[Note]]:
    """β, what the formula multiplies x by, and a note where β⋅x is above the threshold: there
    torch hands x on as it is.
    """
    beta, threshold = float(call.get("beta", 1.0)), float(call.get("threshold", 20.0))
    kept = FLOAT32 if computing_in().own else computing_in()  # as torch compares
    scaled = float(kept.nearest(x.values[0] * float(kept.nearest(beta))))
    linear: Note = ("linear", (f"{beta:g}", f"{threshold:g}"))
    factor = f"{beta:g} ⋅ " if beta != 1 else ""
    return constant(beta), factor, [linear] if scaled > kept.nearest(threshold) else []


def softplus_forward(call: Call, index: Index) -> Sum:
    """log(1 + exp(β x)) / β, or x itself where β x is above the threshold."""
    x = read(call.source(), index)
    beta, factor, linear = _softplus(call, x)
    if linear:
        return Sum(f"{x.tensor}[…]", [plain(x)], linear)
    over = f" / {factor[:-3]}" if factor else ""
    right = f"log(1 + exp({factor}{x.tensor}[…])){over}"
    return Sum(right, [Terms((x,), log1p(exp(x.number * beta)) / beta)])


def softplus_backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    """The slope is the sigmoid of β x, and 1 above the threshold."""
    gradient, x = read(g, index), read(call.source(), index)
    beta, factor, linear = _softplus(call, x)
    if linear:
        return Sum(f"{g.name}[…]", [plain(gradient, x)], linear)
    power = exp(x.number * beta)
    right = f"{g.name}[…] ⋅ z / (1 + z), z = exp({factor}{x.tensor}[…])"
    return Sum(right, [Terms((gradient, x), gradient.number * power / (power + _ONE))])


def _operands(call: Call, index: Index) -> list[tuple[str, Operands | None, Rounded]]:
    """``input`` and ``other`` at an index of the output: (what it is called, operand, number)."""
    found: list[tuple[str, Operands | None, Rounded]] = []
    for value in (call.arguments.get("input"), call.arguments.get("other")):
        if isinstance(value, Source):
            if not value.known and same(value.tensor, call.entry.tensor):
                raise NoArithmetic(call.op)  # overwritten in place: what it was is gone
            operand = read_broadcast(value, [index])
            found.append((f"{value.name}[…]", operand, operand.number))
        elif isinstance(value, (int, float)):
            found.append((f"{value:g}", None, constant(float(value))[(None,)]))
        else:
            raise NoArithmetic(call.op)
    return found


def _factor(call: Call, argument: str) -> float:
    """What an argument of a sum or a difference is multiplied by."""
    given = call.get("alpha", 1)
    if isinstance(given, complex):
        raise NoArithmetic(call.op)
    alpha = float(given)
    if call.op == "rsub":
        return 1.0 if argument == "other" else -alpha
    if argument == "input":
        return 1.0
    return -alpha if call.op in ("sub", "isub") else alpha


def add_forward(call: Call, index: Index) -> Sum:
    """``input ± alpha ⋅ other``; each a term of its own."""
    total = Sum("")
    operands = zip(("input", "other"), _operands(call, index), strict=True)
    for argument, (name, operand, number) in operands:
        factor, shown, signed = _factor(call, argument), name, number
        if abs(factor) != 1:
            shown, signed = f"({factor:g}) ⋅ {name}", number * constant(factor)
        elif factor == -1:
            shown, signed = f"−{name}", -number
        total.terms.append(Terms((operand,) if operand else (), signed))
        total.right += f" + {shown}" if total.right else shown
    total.right = total.right.replace("+ −", "− ")
    return total


def add_backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    operand = read_each(g, element_wise(call, argument).readers(index))
    factor = _factor(call, argument)
    if factor == 1:
        return Sum(f"{g.name}[…]", [plain(operand)])
    number = -operand.number if factor == -1 else operand.number * constant(factor)
    return Sum(f"({factor:g}) ⋅ {g.name}[…]", [Terms((operand,), number)])


def mul_forward(call: Call, index: Index) -> Sum:
    (left, a, x), (right, b, y) = _operands(call, index)
    return Sum(f"{left} ⋅ {right}", [Terms(tuple(c for c in (a, b) if c), x * y)])


def mul_backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    cells = element_wise(call, argument).readers(index)
    gradient = read_each(g, cells)
    other = call.arguments["other" if argument == "input" else "input"]
    if isinstance(other, complex):
        raise NoArithmetic(call.op)
    if not isinstance(other, Source):
        terms = Terms((gradient,), gradient.number * constant(float(other)))
        return Sum(f"{g.name}[…] ⋅ {float(other):g}", [terms])
    factor = read_broadcast(other, cells)
    terms = Terms((gradient, factor), gradient.number * factor.number)
    return Sum(f"{g.name}[…] ⋅ {other.name}[…]", [terms])


def _drops(call: Call) -> float | None:
    """The probability of being dropped; ``None``: nothing is dropped here."""
    p = float(call.get("p", 0.5))
    return p if p and call.get("training", True) else None


def _scale(p: float, kept: bool) -> Rounded:
    return _ONE / (_ONE - constant(p)) if kept and p < 1 else exact(0.0)


def dropout_forward(call: Call, index: Index) -> Sum:
    x, p = read(call.source(), index), _drops(call)
    if p is None:
        return Sum(f"{x.tensor}[…]", [plain(x)], [("evaluating", ())])
    kept = bool(read(call.output, index).values[0] != 0)
    total = Sum(f"{x.tensor}[…] ⋅ 1/(1 − {p:g}) if kept, else 0")
    total.terms = [Terms((x,), x.number * _scale(p, kept))]
    if kept or x.values[0] != 0:
        total.notes.append(("kept" if kept else "dropped", (f"{p:g}",)))
    else:
        total.notes.append(("mask-unknown", ()))
    return total


def dropout_backward(call: Call, argument: str, index: Index, g: Gradient) -> Sum:
    """The output shows whether an element was dropped; where the input is 0, the gradient does."""
    gradient, p = read(g, index), _drops(call)
    if p is None:
        return Sum(f"{g.name}[…]", [plain(gradient)], [("evaluating", ())])
    out = read(call.output, index)
    kept = bool(out.values[0] != 0)
    total = Sum(f"{g.name}[…] ⋅ 1/(1 − {p:g}) if kept, else 0")
    if not kept and read(call.source(), index).values[0] == 0:
        kept = g.handed is not None and bool(gather(g.handed, np.asarray([index]))[0] != 0)
        total.notes.append(("mask-unseen", ()))
    total.terms = [Terms((gradient, out), gradient.number * _scale(p, kept))]
    total.notes.append(("kept" if kept else "dropped", (f"{p:g}",)))
    return total


def cast_forward(call: Call, index: Index) -> Sum:
    x = read(call.source(), index)
    return Sum(f"{x.tensor}[…]", [Terms((x,), exact(computing_in().nearest(x.values)))])


def cast_backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    gradient, kind = read(g, index), precision_of(call.source().tensor)
    return Sum(f"{g.name}[…]", [Terms((gradient,), exact(kind.nearest(gradient.values)))])


def one_hot(classes: Source, index: Index) -> Sum:
    """1 where the last index is the class, else 0."""
    x = read(classes, index[:-1])
    hot = x.values == index[-1]
    n = "n" if len(index) == 2 else "…"
    return Sum(
        f"1 if {x.tensor}[{n}] = c, else 0",
        [Terms((x,), exact(hot.astype(np.float64)))],
        [("hot" if hot[0] else "cold", (f"{x.values[0]:.0f}", str(index[-1])))],
        letters=f"{n},c",
        op="one_hot",
    )


def _one_hot_links(call: Call) -> Links:
    *samples, classes = call.entry.tensor.shape
    return Links(*(SAME for _ in samples), every(None, classes))


def no_backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    raise NoArithmetic(call.op)


RULES = [
    Rule("relu", "input inplace", relu_forward, relu_backward),
    _smooth("tanh", "input", tanh, lambda y: _ONE - y * y, "(1 − {y}[…]²)"),
    _smooth("sigmoid", "input", sigmoid, lambda y: y * (_ONE - y), "{y}[…] ⋅ (1 − {y}[…])"),
    Rule("softplus", "input beta threshold", softplus_forward, softplus_backward),
    Rule("add radd iadd sub isub rsub", "input other alpha", add_forward, add_backward),
    Rule("mul rmul imul", "input other", mul_forward, mul_backward),
    Rule(
        "dropout dropout1d dropout2d dropout3d",
        "input p training inplace",
        dropout_forward,
        dropout_backward,
    ),
    Rule(
        "to float double half bfloat16 type type_as cpu cuda", "input", cast_forward, cast_backward
    ),
    Rule(
        "one_hot",
        "input num_classes",
        lambda call, index: one_hot(call.source(), index),
        no_backward,
        of_input(_one_hot_links),
    ),
]
