"""Ops that work on each element by itself: activations, sums and products, dropout, casts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lenet_tui.explain.engine.arguments import Call
from lenet_tui.explain.engine.broadcasting import ahead, back, readers, source_index
from lenet_tui.explain.engine.op_rule import Box, Rule
from lenet_tui.explain.engine.rounding import Rounded, constant, exact, sigmoid, tanh
from lenet_tui.explain.engine.terms import (
    Block,
    Column,
    Gradient,
    Index,
    NoArithmetic,
    Note,
    Source,
    Work,
    column,
    gather,
    one,
    plain,
)
from lenet_tui.tape.engine.entries import same

_ONE = exact(1.0)
_MIRRORED = {"radd": "add", "iadd": "add", "isub": "sub", "rmul": "mul", "imul": "mul"}


def relu_forward(call: Call, index: Index) -> Work:
    x = one(call.source(), index)
    block = Block((x,), exact(np.maximum(x.values, 0)))
    note: Note = ("open" if x.values[0] > 0 else "closed", ())
    return Work(call.op, "…", f"max(0, {call.source().name}[…])", [block], [note])


def relu_backward(call: Call, argument: str, index: Index, g: Source) -> Work:
    """Torch's gate is shut where the *output* is not above 0 (a NaN lets the gradient through)."""
    gradient, out = one(g, index), one(call.output, index)
    shut = out.values <= 0
    block = Block((gradient, out), exact(np.where(shut, 0.0, gradient.values)))
    note: Note = ("gate-closed" if shut[0] else "gate-open", (call.name,))
    return Work("", "…", f"{g.name}[…] where {call.name}[…] > 0, else 0", [block], [note])


def _smooth(
    function: Callable[[Rounded], Rounded], slope: Callable[[Rounded], Rounded], formula: str
) -> Rule:
    """A function of each element. ``slope``: its derivative, from its output."""

    def forward(call: Call, index: Index) -> Work:
        x = one(call.source(), index)
        right = f"{call.op}({call.source().name}[…])"
        return Work(call.op, "…", right, [Block((x,), function(x.number))])

    def backward(call: Call, argument: str, index: Index, g: Source) -> Work:
        gradient, out = one(g, index), one(call.output, index)
        block = Block((gradient, out), gradient.number * slope(out.number))
        return Work("", "…", f"{g.name}[…] ⋅ {formula.format(y=call.name)}", [block])

    return Rule(forward, backward, back, ahead)


def _operands(call: Call, index: Index) -> list[tuple[str, Column | None, Rounded]]:
    """``input`` and ``other`` at an index of the output: (name, operand, number)."""
    found: list[tuple[str, Column | None, Rounded]] = []
    for name in ("input", "other"):
        value = call.arguments.get(name)
        if isinstance(value, Source):
            if not value.known and same(value.tensor, call.entry.tensor):
                raise NoArithmetic(call.op)  # overwritten in place: what it was is gone
            operand = one(value, source_index(value, index))
            found.append((value.name, operand, operand.number))
        elif isinstance(value, (int, float)):
            found.append((f"{value:g}", None, constant(float(value))))
        else:
            raise NoArithmetic(call.op)
    return found


def _kind(call: Call) -> str:
    return _MIRRORED.get(call.op, call.op)


def add_forward(call: Call, index: Index) -> Work:
    """``input ± alpha ⋅ other``; each a term of its own."""
    kind = _kind(call)
    work = Work(call.op, "…", "")
    for name, operand, number in _operands(call, index):
        signed, shown = number, f"{name}[…]" if operand else name
        factor = _factor(call, kind, "other" if work.right else "input")
        if factor != 1:
            signed = number * constant(factor) if abs(factor) != 1 else -number
            shown = f"({factor:g}) ⋅ {shown}" if abs(factor) != 1 else f"−{shown}"
        work.blocks.append(Block((operand,) if operand else (), _line(signed)))
        work.right += f" + {shown}" if work.right else shown
    work.right = work.right.replace("+ −", "− ")
    return work


def _line(number: Rounded) -> Rounded:
    return Rounded(number.value.reshape(1), number.error.reshape(1))


def _factor(call: Call, kind: str, argument: str) -> float:
    alpha = float(call.get("alpha", 1))
    if kind == "rsub":
        return 1.0 if argument == "other" else -alpha
    if argument == "input":
        return 1.0
    return -alpha if kind == "sub" else alpha


def add_backward(call: Call, argument: str, index: Index, g: Source) -> Work:
    operand = column(g, readers(call, argument, index))
    factor = _factor(call, _kind(call), argument)
    if factor == 1:
        return Work("", "…", f"{g.name}[…]", [plain(operand)])
    number = -operand.number if factor == -1 else operand.number * constant(factor)
    return Work("", "…", f"({factor:g}) ⋅ {g.name}[…]", [Block((operand,), number)])


def mul_forward(call: Call, index: Index) -> Work:
    (left, a, x), (right, b, y) = _operands(call, index)
    block = Block(tuple(c for c in (a, b) if c), _line(x * y))
    shown = [f"{n}[…]" if c else n for n, c in ((left, a), (right, b))]
    return Work(call.op, "…", " ⋅ ".join(shown), [block])


def mul_backward(call: Call, argument: str, index: Index, g: Source) -> Work:
    cells = readers(call, argument, index)
    gradient = column(g, cells)
    other = call.arguments["other" if argument == "input" else "input"]
    if not isinstance(other, Source):
        block = Block((gradient,), gradient.number * constant(float(other)))
        return Work("", "…", f"{g.name}[…] ⋅ {float(other):g}", [block])
    factor = column(other, [source_index(other, tuple(cell)) for cell in cells])
    block = Block((gradient, factor), gradient.number * factor.number)
    return Work("", "…", f"{g.name}[…] ⋅ {other.name}[…]", [block])


def dropout_forward(call: Call, index: Index) -> Work:
    x = one(call.source(), index)
    p, training = float(call.get("p", 0.5)), bool(call.get("training", True))
    if not training or p == 0:
        return Work(call.op, "…", f"{x.tensor}[…]", [plain(x)], [("evaluating", ())])
    kept = bool(gather(call.entry.tensor, np.asarray([index]))[0] != 0)
    work = Work(call.op, "…", f"{x.tensor}[…] ⋅ 1/(1 − {p:g}) if kept, else 0")
    work.blocks = [Block((x,), x.number * _scale(p, kept))]
    if kept or x.values[0] != 0:
        work.notes.append(("kept" if kept else "dropped", (f"{p:g}",)))
    return work


def _scale(p: float, kept: bool) -> Rounded:
    return _ONE / (_ONE - constant(p)) if kept and p < 1 else exact(0.0)


def dropout_backward(call: Call, argument: str, index: Index, g: Gradient) -> Work:
    """Kept or dropped is seen in the output; where the input is 0, in the gradient itself."""
    gradient = one(g, index)
    p, training = float(call.get("p", 0.5)), bool(call.get("training", True))
    if not training or p == 0:
        return Work("", "…", f"{g.name}[…]", [plain(gradient)], [("evaluating", ())])
    out = one(call.output, index)
    kept = bool(out.values[0] != 0)
    work = Work("", "…", f"{g.name}[…] ⋅ 1/(1 − {p:g}) if kept, else 0")
    if not kept and one(call.source(), index).values[0] == 0:
        kept = g.handed is not None and bool(gather(g.handed, np.asarray([index]))[0] != 0)
        work.notes.append(("mask-unseen", ()))
    work.blocks = [Block((gradient, out), gradient.number * _scale(p, kept))]
    work.notes.append(("kept" if kept else "dropped", (f"{p:g}",)))
    return work


def cast_forward(call: Call, index: Index) -> Work:
    x = one(call.source(), index)
    return Work(call.op, "…", f"{x.tensor}[…]", [plain(x)])


def cast_backward(call: Call, argument: str, index: Index, g: Source) -> Work:
    return Work("", "…", f"{g.name}[…]", [plain(one(g, index))])


def one_hot_forward(call: Call, index: Index) -> Work:
    return one_hot(call.source(), index, call.op)


def one_hot(classes: Source, index: Index, op: str) -> Work:
    """1 where the last index is the class, else 0."""
    x = one(classes, index[:-1])
    block = Block((x,), exact((x.values == index[-1]).astype(np.float64)))
    letters = "n" if len(index) == 2 else "…"
    note = "hot" if x.values[0] == index[-1] else "cold"
    notes: list[Note] = [(note, (f"{x.values[0]:.0f}", str(index[-1])))]
    return Work(op, f"{letters},c", f"1 if {x.tensor}[{letters}] = c, else 0", [block], notes)


def no_backward(call: Call, argument: str, index: Index, g: Source) -> Work:
    raise NoArithmetic(call.op)


def _hot_back(call: Call, box: Box) -> dict[str, Box]:
    return {"input": box[:-1]}


def _hot_ahead(call: Call, argument: str, box: Box) -> Box | None:
    return (*box, (0, call.entry.tensor.shape[-1] - 1))


RELU = Rule(relu_forward, relu_backward, back, ahead)
TANH = _smooth(tanh, lambda y: _ONE - y * y, "(1 − {y}[…]²)")
SIGMOID = _smooth(sigmoid, lambda y: y * (_ONE - y), "{y}[…] ⋅ (1 − {y}[…])")
ADD = Rule(add_forward, add_backward, back, ahead)
MUL = Rule(mul_forward, mul_backward, back, ahead)
DROPOUT = Rule(dropout_forward, dropout_backward, back, ahead)
CAST = Rule(cast_forward, cast_backward, back, ahead)
ONE_HOT = Rule(one_hot_forward, no_backward, _hot_back, _hot_ahead)
