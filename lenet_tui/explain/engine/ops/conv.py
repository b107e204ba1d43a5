"""Convolutions (torch's are cross-correlations), in one, two or three dimensions."""

from __future__ import annotations

from lenet_tui.explain.engine import windows
from lenet_tui.explain.engine.arguments import Call
from lenet_tui.explain.engine.op_rule import Box, Rule
from lenet_tui.explain.engine.terms import (
    Block,
    Index,
    Note,
    Source,
    Work,
    column,
    grid,
    one,
    plain,
    products,
)
from lenet_tui.explain.engine.windows import LETTERS, STEPS
from lenet_tui.explain.windows import Axis


def _dimensions(call: Call) -> int:
    return call.source("weight").tensor.dim() - 2


def _axes(call: Call) -> list[Axis]:
    return windows.axes_of(call, call.source("weight").shape[2:], _dimensions(call), 1)


def _channels(call: Call, output: int) -> tuple[int, int]:
    """The first input channel that an output channel reads, and how many."""
    weight = call.source("weight").shape
    group = output // (weight[0] // call.get("groups", 1))
    return group * weight[1], weight[1]


def _words(call: Call) -> tuple[str, str, str, str]:
    """The formula's pieces: sample, output index, kernel index, input index."""
    count = _dimensions(call)
    out, step = LETTERS[count], STEPS[count]
    sample = "n," if call.source().tensor.dim() == count + 2 else ""
    where = ", ".join(
        windows.place(a, o, s) for a, o, s in zip(_axes(call), out, step, strict=True)
    )
    channel = "c" if call.get("groups", 1) == 1 else "group(o)⋅C + c"
    return sample, ",".join(out), ",".join(step), f"{sample}{channel}, {where}"


def forward(call: Call, index: Index) -> Work:
    x, weight = call.source(), call.source("weight")
    count = _dimensions(call)
    *sample, out = index[:-count]
    first, channels = _channels(call, out)
    met = [windows.reads(a, i) for a, i in zip(_axes(call), index[-count:], strict=True)]
    cells = grid(*([s] for s in sample), range(first, first + channels), *(c for c, _ in met))
    kernel = grid([out], range(channels), *(s for _, s in met))
    blocks = [products(column(x, cells), column(weight, kernel))]
    n, place, step, where = _words(call)
    sums = " ".join(f"Σ_{letter}" for letter in ("c", *step.split(",")))
    right = f"{sums} {x.name}[{where}] ⋅ {weight.name}[o,c,{step}]"
    if call.get("bias") is not None:
        bias = call.source("bias")
        blocks.append(plain(one(bias, (out,))))
        right = f"{bias.name}[o] + {right}"
    read = channels
    for axis in _axes(call):
        read *= axis.kernel
    notes: list[Note] = [("products", (str(len(cells)),))]
    if read > len(cells):
        notes.append(("padding", (str(read - len(cells)),)))
    return Work(call.op, f"{n}o,{place}", right, blocks, notes)


def backward(call: Call, argument: str, index: Index, g: Source) -> Work:
    return {"input": _input, "weight": _weight, "bias": _bias}[argument](call, index, g)


def _samples(call: Call) -> list[range]:
    """Every index of what stands before the channels."""
    shape = call.source().shape
    return [range(n) for n in shape[: -_dimensions(call) - 1]]


def _weight(call: Call, index: Index, g: Source) -> Work:
    x = call.source()
    out, channel, *steps = index
    first, _ = _channels(call, out)
    met = [
        windows.meetings(a, s, n)
        for a, s, n in zip(_axes(call), steps, g.shape[-len(steps) :], strict=True)
    ]
    samples = _samples(call)
    windows_ = grid(*samples, [out], *(w for w, _ in met))
    cells = grid(*samples, [first + channel], *(c for _, c in met))
    n, place, step, where = _words(call)
    sums = " ".join(f"Σ_{letter}" for letter in f"{n}{place}".split(","))
    return Work(
        "", f"o,c,{step}", f"{sums} {g.name}[{n}o,{place}] ⋅ {x.name}[{where}]",
        [products(column(g, windows_), column(x, cells))],
    )  # fmt: skip


def _bias(call: Call, index: Index, g: Source) -> Work:
    places = [range(n) for n in g.shape[-_dimensions(call) :]]
    cells = grid(*_samples(call), [index[0]], *places)
    n, place, _, _ = _words(call)
    sums = " ".join(f"Σ_{letter}" for letter in f"{n}{place}".split(","))
    return Work("", "o", f"{sums} {g.name}[{n}o,{place}]", [plain(column(g, cells))])


def _input(call: Call, index: Index, g: Source) -> Work:
    weight = call.source("weight")
    count = _dimensions(call)
    *sample, channel = index[:-count]
    each, group_out = weight.shape[1], weight.shape[0] // call.get("groups", 1)
    outs = range(channel // each * group_out, (channel // each + 1) * group_out)
    met = [
        windows.readers(a, i, n)
        for a, i, n in zip(_axes(call), index[-count:], g.shape[-count:], strict=True)
    ]
    windows_ = grid(*([s] for s in sample), outs, *(w for w, _ in met))
    kernel = grid(outs, [channel % each], *(s for _, s in met))
    n, place, step, where = _words(call)
    spot = where.partition(", ")[2].split(", ")
    names = ("y",) if count == 1 else ("y", "z") if count == 2 else ("x", "y", "z")
    when = ", ".join(f"{s} = {v}" for s, v in zip(spot, names, strict=True))
    block: Block = products(column(g, windows_), column(weight, kernel))
    return Work(
        "", f"{n}c,{','.join(names)}",
        f"Σ {g.name}[{n}o,{place}] ⋅ {weight.name}[o,c,{step}]  ({when})", [block],
    )  # fmt: skip


def back(call: Call, box: Box) -> dict[str, Box]:
    count = _dimensions(call)
    *sample, (low, high) = box[:-count]
    first, _ = _channels(call, low)
    last, channels = _channels(call, high)
    region = windows.read_region(_axes(call), box[-count:])
    return {"input": (*sample, (first, last + channels - 1), *region)}


def ahead(call: Call, argument: str, box: Box) -> Box | None:
    weight = call.source("weight").shape
    count = _dimensions(call)
    *sample, (low, high) = box[:-count]
    group_out = weight[0] // call.get("groups", 1)
    outs = (low // weight[1] * group_out, (high // weight[1] + 1) * group_out - 1)
    outputs = tuple(call.entry.tensor.shape[-count:])
    region = windows.reader_region(_axes(call), box[-count:], outputs)
    return None if region is None else (*sample, outs, *region)


SIGNATURE = "input weight bias stride padding dilation groups"
RULES = [Rule("conv1d conv2d conv3d", SIGNATURE, forward, backward, back, ahead)]
