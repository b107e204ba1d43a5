"""``linear`` and the convolutions (torch's are cross-correlations): sums of products.

A linear layer is a convolution without axes to slide along: its features are the channels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lenet_tui.explain.engine.links import windowed
from lenet_tui.explain.engine.op_rule import Call, Rule, of_input
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
from lenet_tui.explain.engine.windows import CELLS, LETTERS, STEPS, meetings
from lenet_tui.explain.rounding import computing_in
from lenet_tui.explain.windows import Geometry, convolution


def _geometry(call: Call) -> Geometry:
    given = call.given("stride", "padding", "dilation", "groups")
    return convolution(call.source().shape, call.source("weight").shape, **given)


@dataclass(frozen=True, slots=True)
class Letters:
    """What the formulas call an index of the output, of the weight and of the input, and the
    input cells where the two meet. ``sums``: over which letters a weight's gradient goes.
    """

    output: str
    weight: str
    input: str
    met: list[str]
    sums: list[str]


def _letters(known: Geometry) -> Letters:
    lead, count = "nmlk"[: len(known.samples)], len(known.axes)
    channel, met = "c" if count else "i", meetings(known.axes)
    read = channel if known.groups == 1 else f"group(o)⋅C + {channel}"
    return Letters(
        ",".join([*lead, "o", *LETTERS[count]]),
        ",".join(["o", channel, *STEPS[count]]),
        ", ".join([",".join([*lead, read]), *met]),
        met,
        [f"Σ_{letter}" for letter in (*lead, *LETTERS[count])],
    )


def forward(call: Call, index: Index) -> Sum:
    x, weight, known = call.source(), call.source("weight"), _geometry(call)
    place = len(known.samples)
    out, names = index[place], _letters(known)
    met = [axis.reads(i) for axis, i in zip(known.axes, index[place + 1 :], strict=True)]
    cells = grid(*([s] for s in index[:place]), known.fed_by(out), *(c for c, _ in met))
    kernel = grid([out], range(known.group_in), *(s for _, s in met))
    terms = [products(read_each(x, cells), read_each(weight, kernel))]
    sums = " ".join(f"Σ_{letter}" for letter in names.weight.split(",")[1:])
    right = f"{sums} {x.name}[{names.input}] ⋅ {weight.name}[{names.weight}]"
    if call.get("bias") is not None:
        bias = call.source("bias")
        added = read(bias, (out,))
        terms.append(Terms((added,), added.cast))
        right = f"{bias.name}[o] + {right}"
    notes: list[Note] = [("products", (str(len(cells)),))]
    if known.reads > len(cells):
        notes.append(("padding", (str(known.reads - len(cells)),)))
    return Sum(right, terms, notes, letters=names.output)


def backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    known = _geometry(call)
    names = _letters(known)
    if argument == "input":
        return _input(call, index, g)
    samples = [range(n) for n in known.samples]
    right = " ".join([*names.sums, f"{g.name}[{names.output}]"])
    if argument == "bias":
        cells = grid(*samples, [index[0]], *(range(axis.out) for axis in known.axes))
        return Sum(right, [plain(read_each(g, cells))], letters="o")
    out, channel, *steps = index
    met = [axis.meetings(s) for axis, s in zip(known.axes, steps, strict=True)]
    outputs = grid(*samples, [out], *(w for _, w in met))
    cells = grid(*samples, [known.fed_by(out)[channel]], *(c for c, _ in met))
    # of a 16-bit convolution, torch may round the sum of each sample
    apart = math.prod(map(len, samples)) if known.axes and computing_in().own else 1
    pairs = zip(np.array_split(outputs, apart), np.array_split(cells, apart), strict=True)
    terms = [products(read_each(g, at), read_each(call.source(), cell)) for at, cell in pairs]
    return Sum(f"{right} ⋅ {call.source().name}[{names.input}]", terms, letters=names.weight)


def _input(call: Call, index: Index, g: Source) -> Sum:
    weight, known = call.source("weight"), _geometry(call)
    place, names = len(known.samples), _letters(known)
    outs, channel = known.feeds(index[place]), index[place] % known.group_in
    met = [axis.readers(i) for axis, i in zip(known.axes, index[place + 1 :], strict=True)]
    outputs = grid(*([s] for s in index[:place]), outs, *(w for w, _ in met))
    kernel = grid(outs, [channel], *(s for _, s in met))
    cells = CELLS[len(met)]
    when = ", ".join(f"{s} = {cell}" for s, cell in zip(names.met, cells, strict=True))
    sign, where = ("Σ", f"  ({when})") if when else ("Σ_o", "")
    letters = ",".join([*"nmlk"[:place], names.weight.split(",")[1], *cells])
    right = f"{sign} {g.name}[{names.output}] ⋅ {weight.name}[{names.weight}]{where}"
    return Sum(right, [products(read_each(g, outputs), read_each(weight, kernel))], letters=letters)


RULES = [
    Rule(
        "linear conv1d conv2d conv3d",
        "input weight bias stride padding dilation groups",
        forward,
        backward,
        of_input(lambda call: windowed(_geometry(call))),
    )
]
