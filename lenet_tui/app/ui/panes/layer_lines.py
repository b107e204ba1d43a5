"""The lines of the layers pane, as a pure function of the frame."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lenet_tui.protocol.frame import Frame, OpRow, Parameter, Shape, has_loss
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import number, shape_text, thousands

LONG = 120
"""Characters of an op's arguments that are shown."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line; ``tensor`` is what the panes show when it is chosen.

    ``title`` and ``op`` are at the left, ``shape`` and ``count`` at the right; where there is
    room, ``flow`` (``1×1×32×32 → 1×6×28×28``) instead of the shape, once the op is reached.
    ``here``: the cursor has just passed it. ``reached``: its tensor exists at the cursor.
    ``under``: the parameters of an op, shown below it. ``detail``: its input's and output's shape
    and its arguments, shown for the line that the cursor is on.
    """

    tensor: str
    title: str
    op: str = ""
    flow: str = ""
    shape: str = ""
    count: str = ""
    here: bool = False
    reached: bool = True
    under: tuple[Line, ...] = ()
    detail: str = ""


def layer_lines(frame: Frame | None, parameters: tuple[Parameter, ...]) -> list[Line]:
    """All lines: the input, every op of the forward with its parameters, target and loss."""
    shapes = {p.name: p.shape for p in parameters}
    inside = frame is not None and frame.position.op is not None
    passed = frame.entry.name if frame and frame.entry and inside else ""
    rows = frame.rows if frame else ()
    first = rows[0].shapes[0] if rows and rows[0].shapes else None
    lines = [Line("input", "input", shape=_shape(first))]
    shown: set[str] = set()
    for row in rows:
        lines.append(_op_line(row, shapes, passed))
        shown.update(row.parameters)
    lines += [_parameter(n, n, shapes, passed) for n in shapes if n not in shown]
    lines.append(Line("target", "target"))
    loss = frame.loss if frame and has_loss(frame) else None
    criterion = frame.options.loss if frame else ""
    value = "" if loss is None else number(loss)
    here, known = passed == "loss", loss is not None
    return [*lines, Line("loss", "loss", criterion, count=value, here=here, reached=known)]


def total(parameters: tuple[Parameter, ...]) -> int:
    """How many numbers the model learns."""
    return sum(math.prod(p.shape) for p in parameters)


def _op_line(row: OpRow, shapes: dict[str, Shape], passed: str) -> Line:
    """A module's op is titled ``conv1`` and called ``conv2d``; a functional one only ``relu``."""
    tail = row.name.rpartition(".")[2]
    functional = tail == row.op or tail.startswith(f"{row.op}#")
    title, op = ("", tail) if functional else (row.name, row.op)
    flow = ""
    if row.shapes is not None and row.shape is not None:
        flow = f"{', '.join(map(_shape, row.shapes))} → {_shape(row.shape)}"
    called = clean(", ".join(f"{k}={v}" if k else str(v) for k, v in row.arguments))
    return Line(
        row.name,
        clean(title),
        f"{clean(op)} {clean(row.short)}".rstrip(),
        flow,
        _shape(row.shape),
        thousands(row.count) if row.count else "",
        here=row.name == passed,
        reached=row.shape is not None,
        under=tuple(_parameter(n, n.rpartition(".")[2], shapes, passed) for n in row.parameters),
        detail="  ".join(part for part in (flow, called[:LONG]) if part),
    )


def _parameter(name: str, title: str, shapes: dict[str, Shape], passed: str) -> Line:
    shape = shapes.get(name)
    count = thousands(math.prod(shape)) if shape is not None else ""
    return Line(name, clean(title), shape=_shape(shape), count=count, here=name == passed)


def _shape(shape: Shape | None) -> str:
    return "" if shape is None else shape_text(shape)
