"""What the explain pane explains at the cursor, and the numbers that go into its words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lenet_tui.explain.explain_shapes import (
    chain_line,
    count_line,
    flat_line,
    linear_line,
    product,
    reshape_line,
    window_lines,
)
from lenet_tui.explain.windows import window_axes
from lenet_tui.protocol.frame import Argument, Entry, Frame, OpRow, Parameter, Shape
from lenet_tui.protocol.optimizers import OPTIMIZERS
from lenet_tui.protocol.options import OWN, optimizer_settings, switches
from lenet_tui.protocol.phases import BACKWARD, FORWARD, LOSS, PHASES
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import number, shape_text, thousands

WINDOWED = ("conv1d", "conv2d", "conv3d", "max_pool1d", "max_pool2d", "max_pool3d", "avg_pool2d")
WEIGHTED = ("conv1d", "conv2d", "conv3d", "linear")
RESHAPING = ("view", "reshape", "flatten")


@dataclass(frozen=True, slots=True)
class Explained:
    """A phase, or one ``op`` in it, and the numbers of the moment by the names words use.

    A value that is not known yet is not in ``values``; words that need it are left out.
    """

    phase: str
    op: str | None
    values: dict[str, str]


def at_cursor(frame: Frame, parameters: Sequence[Parameter] = ()) -> Explained:
    """What the cursor of ``frame`` is in: the op it passed last, or between phases the phase."""
    position, entry = frame.position, frame.entry
    values = session_values(frame, parameters)
    if position.op is None or entry is None or entry.phase != position.phase:
        return Explained(position.phase, None, values | _phase_values(frame))
    row = frame.rows.named(entry.name)
    values |= {"name": clean(entry.name), "op": clean(entry.op)}
    kind = PHASES[entry.phase]
    if kind is FORWARD and row:
        values |= row_values(row, frame.rows, parameters)
    elif kind is LOSS:
        values |= _loss_values(frame)
    elif kind is BACKWARD:
        values |= _node_values(entry, frame)
    else:
        values |= _known(shape=entry.shapes[0] if entry.shapes else None)
    return Explained(entry.phase, entry.op, values | _numbers(entry))


def session_values(frame: Frame, parameters: Sequence[Parameter] = ()) -> dict[str, str]:
    """The numbers that hold wherever the cursor is."""
    options = frame.options
    values = {
        "iteration": thousands(frame.position.iteration),
        "lr": f"{options.lr:g}" if frame.lr is None else number(frame.lr, 6),
        "optimizer": options.optimizer,
        "loss": options.loss,
        "seed": str(options.seed),
        "device": options.device,
    }
    values |= {name: f"{value:g}" for name, value in switches(options).items()}
    if options.preset == OWN:
        values["own"] = options.model
    if settings := optimizer_settings(options):
        made = OPTIMIZERS[options.optimizer].statement(settings).partition("torch.optim.")[2]
        values["statement"] = made.replace("lr=lr", f"lr={values['lr']}")
    if parameters:
        values["tensors"] = str(len(parameters))
        values["parameters"] = thousands(sum(math.prod(p.shape) for p in parameters))
    if frame.accumulated > 1:
        values["accumulated"] = str(frame.accumulated)
    return values


def row_values(
    row: OpRow, rows: Sequence[OpRow] = (), parameters: Sequence[Parameter] = ()
) -> dict[str, str]:
    """The numbers of one op of the forward.

    ``rows``: all of them, for the sizes on the way; ``parameters``: the model's, for the weights.
    """
    if not row.shapes:
        return {}
    values = _known(input=row.shapes[0], output=row.shape)
    call = dict(row.arguments)
    read = [p.shape for p in parameters if p.name in row.parameters] or list(row.shapes[1:])
    weight = next((shape for shape in read if len(shape) > 1), None)
    bias = any(len(shape) == 1 for shape in read)
    if row.op in WINDOWED:
        values |= _window_values(row, weight, call)
    if weight and row.op in WEIGHTED:
        values["weight"] = shape_text(weight)
        values["count"] = count_line(weight, bias)
        values["terms"] = product(weight[1:])
    if weight and row.op == "linear":
        values["product"] = linear_line(row.shapes[0], weight, bias)
    if row.op in RESHAPING and row.shape is not None:
        values["elements"] = reshape_line(row.shapes[0], row.shape)
        if len(row.shapes[0]) > 2:
            values["flat"] = flat_line(row.shapes[0])
            values |= _chain(rows[: rows.index(row)] if row in rows else ())
    if row.op == "dropout" and "p" in call:
        values["p"] = clean(str(call["p"]))
    if len(row.shapes) > 1:
        values["other"] = shape_text(row.shapes[1])
    return values


def _window_values(row: OpRow, weight: Shape | None, call: dict[str, Argument]) -> dict[str, str]:
    """Why the spatial sizes come out as they do; nothing where the arithmetic does not fit."""
    assert row.shapes
    sizes, kernel = row.shapes[0][2:], weight[2:] if weight else call.get("kernel_size")
    if kernel is None or not sizes or row.shape is None:
        return {}
    values: dict[str, str] = {}
    for ceil_mode in (False, True):
        try:
            axes = window_axes(
                sizes,
                kernel,
                call.get("stride", 1 if weight else None),
                call.get("padding", 0),
                call.get("dilation", 1),
                ceil_mode=ceil_mode,
            )
        except (TypeError, ValueError):
            return {}
        if tuple(axis.out for axis in axes) == tuple(row.shape[2:]):
            values["kernel"] = shape_text([axis.kernel for axis in axes])
            lines = window_lines(axes)
            values |= dict(zip(("window", "window2", "window3"), lines, strict=False))
            break
    return values


def _phase_values(frame: Frame) -> dict[str, str]:
    """The numbers of a whole phase."""
    segment = frame.segments[-1] if frame.segments else None
    values: dict[str, str] = {}
    if segment and segment.how == "skip":
        values["skipped"] = segment.phase
    kind = PHASES[frame.position.phase]
    if kind is FORWARD:
        first = frame.rows[0].shapes if frame.rows else None
        values |= _known(input=first[0] if first else None, output=frame.output_shape)
        values |= _chain(frame.rows)
        values["ops"] = str(len(frame.rows))
    elif kind is LOSS:
        values |= _loss_values(frame)
    elif kind is BACKWARD:
        if segment and segment.vector:
            values["vector"] = segment.vector
        if segment and segment.total:
            values["nodes"] = str(segment.total)
    elif frame.entry and frame.entry.phase == frame.position.phase:
        values |= _numbers(frame.entry)
    return values


def _numbers(entry: Entry) -> dict[str, str]:
    """What an entry computed beside tensors."""
    return {name: number(value, 6) for name, value in entry.numbers}


def _loss_values(frame: Frame) -> dict[str, str]:
    """The numbers of the loss: the output's shape, and how many elements or classes it has."""
    output = frame.output_shape
    if not output:
        return {}
    values = {
        "input": shape_text(output),
        "samples": str(output[0]),
        "elements": product(output),
        "classes": str(output[-1]),
        "even": number(math.log(output[-1])),
    }
    if frame.options.data != "random":
        values["onehot"] = shape_text(output)
    if frame.options.loss == "cross_entropy" and output[0] == 1 and frame.loss is not None:
        values["probability"] = number(math.exp(-frame.loss), 4)
        values["value"] = number(frame.loss, 4)
    return values


def _node_values(entry: Entry, frame: Frame) -> dict[str, str]:
    """The numbers of an autograd node: the gradients it produced."""
    shapes = ("None" if shape is None else shape_text(shape) for shape in entry.shapes)
    values = {"gradients": ", ".join(shapes)}
    output = frame.output_shape
    if output:
        values["samples"] = str(output[0])
        values["elements"] = product(output)
    return values


def _chain(rows: Sequence[OpRow]) -> dict[str, str]:
    """The spatial sizes from the first op's input on, if they change on the way."""
    shapes = [rows[0].shapes[0]] if rows and rows[0].shapes else []
    shapes += [row.shape for row in rows if row.shape is not None]
    spatial = [shape for shape in shapes if len(shape) > 2]
    chain = chain_line(spatial)
    return {"chain": chain} if "→" in chain else {}


def _known(**shapes: Shape | None) -> dict[str, str]:
    return {name: shape_text(shape) for name, shape in shapes.items() if shape is not None}
