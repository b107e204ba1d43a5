"""Convolutions (torch's are cross-correlations), in one, two or three dimensions."""

from __future__ import annotations

from lenet_tui.explain.engine import windows
from lenet_tui.explain.engine.arguments import Call
from lenet_tui.explain.engine.op_rule import Box, Rule
from lenet_tui.explain.engine.terms import (
    Index,
    Note,
    Source,
    Sum,
    Terms,
    grid,
    plain,
    products,
    read,
    read_each,
)
from lenet_tui.explain.windows import Geometry


def _geometry(call: Call) -> Geometry:
    x, weight = call.source().shape, call.source("weight").shape
    count = len(weight) - 2
    axes = windows.axes_of(call, weight[2:], count, 1)
    return Geometry(x[: -count - 1], x[-count - 1], weight[0], call.get("groups", 1), axes)


def _words(call: Call) -> tuple[str, str, str, str]:
    """The formula's pieces: sample, output index, kernel index, input index."""
    known = _geometry(call)
    out, step, where = windows.letters(known.axes)
    sample = "n," if known.samples else ""
    channel = "c" if known.groups == 1 else "group(o)⋅C + c"
    return sample, out, step, f"{sample}{channel}, {where}"


def forward(call: Call, index: Index) -> Sum:
    x, weight = call.source(), call.source("weight")
    known = _geometry(call)
    *sample, out = index[: -len(known.axes)]
    met = [a.reads(i) for a, i in zip(known.axes, index[-len(known.axes) :], strict=True)]
    cells = grid(*([s] for s in sample), known.fed_by(out), *(c for c, _ in met))
    kernel = grid([out], range(known.group_in), *(s for _, s in met))
    blocks = [products(read_each(x, cells), read_each(weight, kernel))]
    n, place, step, where = _words(call)
    sums = " ".join(f"Σ_{letter}" for letter in ("c", *step.split(",")))
    right = f"{sums} {x.name}[{where}] ⋅ {weight.name}[o,c,{step}]"
    if call.get("bias") is not None:
        bias = call.source("bias")
        blocks.append(plain(read(bias, (out,))))
        right = f"{bias.name}[o] + {right}"
    count = known.reads
    notes: list[Note] = [("products", (str(len(cells)),))]
    if count > len(cells):
        notes.append(("padding", (str(count - len(cells)),)))
    return Sum(call.op, f"{n}o,{place}", right, blocks, notes)


def backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    return {"input": _input, "weight": _weight, "bias": _bias}[argument](call, index, g)


def _weight(call: Call, index: Index, g: Source) -> Sum:
    x, known = call.source(), _geometry(call)
    out, channel, *steps = index
    met = [axis.meetings(s) for axis, s in zip(known.axes, steps, strict=True)]
    windows_ = grid(*map(range, known.samples), [out], *(w for _, w in met))
    cells = grid(*map(range, known.samples), [known.fed_by(out)[channel]], *(c for c, _ in met))
    n, place, step, where = _words(call)
    sums = " ".join(f"Σ_{letter}" for letter in f"{n}{place}".split(","))
    return Sum(
        "", f"o,c,{step}", f"{sums} {g.name}[{n}o,{place}] ⋅ {x.name}[{where}]",
        [products(read_each(g, windows_), read_each(x, cells))],
    )  # fmt: skip


def _bias(call: Call, index: Index, g: Source) -> Sum:
    known = _geometry(call)
    places = (range(axis.out) for axis in known.axes)
    cells = grid(*map(range, known.samples), [index[0]], *places)
    n, place, _, _ = _words(call)
    sums = " ".join(f"Σ_{letter}" for letter in f"{n}{place}".split(","))
    return Sum("", "o", f"{sums} {g.name}[{n}o,{place}]", [plain(read_each(g, cells))])


def _input(call: Call, index: Index, g: Source) -> Sum:
    weight, known = call.source("weight"), _geometry(call)
    count = len(known.axes)
    *sample, channel = index[:-count]
    outs = known.feeds(channel)
    met = [axis.readers(i) for axis, i in zip(known.axes, index[-count:], strict=True)]
    windows_ = grid(*([s] for s in sample), outs, *(w for w, _ in met))
    kernel = grid(outs, [channel % known.group_in], *(s for _, s in met))
    n, place, step, where = _words(call)
    spot = where.partition(", ")[2].split(", ")
    names = ("y",) if count == 1 else ("y", "z") if count == 2 else ("x", "y", "z")
    when = ", ".join(f"{s} = {v}" for s, v in zip(spot, names, strict=True))
    block: Terms = products(read_each(g, windows_), read_each(weight, kernel))
    return Sum(
        "", f"{n}c,{','.join(names)}",
        f"Σ {g.name}[{n}o,{place}] ⋅ {weight.name}[o,c,{step}]  ({when})", [block],
    )  # fmt: skip


def back(call: Call, box: Box) -> dict[str, Box]:
    known = _geometry(call)
    count = len(known.axes)
    *sample, (low, high) = box[:-count]
    channels = known.fed_by(low)[0], known.fed_by(high)[-1]
    return {"input": (*sample, channels, *windows.read_region(known.axes, box[-count:]))}


def ahead(call: Call, argument: str, box: Box) -> Box | None:
    known = _geometry(call)
    count = len(known.axes)
    *sample, (low, high) = box[:-count]
    outs = known.feeds(low)[0], known.feeds(high)[-1]
    region = windows.reader_region(known.axes, box[-count:])
    return None if region is None else (*sample, outs, *region)


SIGNATURE = "input weight bias stride padding dilation groups"
RULES = [Rule("conv1d conv2d conv3d", SIGNATURE, forward, backward, back, ahead)]
