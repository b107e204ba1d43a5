"""What a line of the layers pane says, as a pure function of its node and the frame."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from lenet_tui.app.module_tree import INPUT, LOSS, MODULE, OP, PARAMETER, Node
from lenet_tui.protocol.frame import Frame, Parameter, Shape, has_loss
from lenet_tui.protocol.options import OWN, RETURNED
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import ascii_text, number, shape_text, thousands

LONG = 120
"""Characters of an op's arguments that are shown."""


@dataclass(frozen=True, slots=True)
class Line:
    """The texts of a line.

    ``op`` is at the left after the title, ``shape`` and ``count`` at the right; where there is
    room, ``flow`` (``1×1×32×32 → 1×6×28×28``) instead of the shape, once the op is reached.
    ``reached``: its tensor exists at the cursor; of a module, all of its ops are ``done``.
    ``detail``: an op's input and output shapes and its arguments, for the line of the cursor.
    """

    op: str = ""
    flow: str = ""
    shape: str = ""
    count: str = ""
    reached: bool = True
    done: int = 0
    detail: str = ""


def line_of(node: Node, frame: Frame | None) -> Line:
    """What the line of a node says at the cursor of ``frame``."""
    if node.kind == INPUT:
        return Line(shape=_shape(dict(frame.inputs).get(node.tensor) if frame else None))
    if node.kind == PARAMETER:
        shape = node.parameter.shape if node.parameter else None
        return Line(shape=_shape(shape), count=thousands(node.count) if node.parameter else "")
    if node.kind == MODULE:
        return _module_line(node, frame)
    if node.kind == OP:
        return _op_line(node, frame)
    if node.kind != LOSS:
        return Line()
    loss = frame.loss if frame and has_loss(frame) else None
    criterion = frame.options.loss if frame else ""
    criterion = "" if criterion in (OWN, RETURNED) else criterion  # where it is from is no op
    return Line(criterion, count="" if loss is None else number(loss), reached=loss is not None)


def in_ascii(line: Line) -> Line:
    """``line`` in ASCII, which may be longer: its places are measured after this."""
    return replace(
        line,
        op=ascii_text(line.op),
        flow=ascii_text(line.flow),
        shape=ascii_text(line.shape),
        count=ascii_text(line.count),
    )


def total(parameters: tuple[Parameter, ...]) -> int:
    """How many numbers the model learns."""
    return sum(math.prod(p.shape) for p in parameters)


def _module_line(node: Node, frame: Frame | None) -> Line:
    """A module's line has the shape that comes out of its last op."""
    done = min(max(0, (frame.rows.reached if frame else 0) - node.first), node.ops)
    reached = frame is not None and done == node.ops and node.last <= len(frame.rows.ops)
    reached = reached and node.ops > 0
    shape = _shape(frame.rows.ops[node.last - 1].shape) if frame and reached else ""
    count = thousands(node.count) if node.count else ""
    detail = "  ".join(part for part in (clean(node.path), shape) if part)
    return Line("", "", shape, count, reached or not node.ops, done, detail)


def _op_line(node: Node, frame: Frame | None) -> Line:
    row = node.row
    reached = bool(frame and row and node.first < frame.rows.reached)
    flow = shape = ""
    if row and reached:
        shape = _shape(row.shape)
        flow = f"{', '.join(map(_shape, row.shapes or ()))} → {shape}"
    arguments = row.arguments if row else ()
    called = clean(", ".join(f"{k}={v}" if k else str(v) for k, v in arguments))
    return Line(
        node.op,
        flow,
        shape,
        thousands(node.count) if node.count else "",
        reached,
        detail="  ".join(part for part in (flow, called[:LONG]) if part),
    )


def _shape(shape: Shape | None) -> str:
    return "" if shape is None else shape_text(shape)
