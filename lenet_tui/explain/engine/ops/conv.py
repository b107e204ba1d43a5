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
    known = _geometry(call)
    total = gathered(known, call.source(), call.source("weight"), index)
    return with_bias(call, total, index[len(known.samples)])


def with_bias(call: Call, total: Sum, channel: int) -> Sum:
    """A sum of products, and the bias of a channel if there is one."""
    if call.get("bias") is not None:
        bias = call.source("bias")
        added = read(bias, (channel,))
        total.terms.append(Terms((added,), added.cast))
        total.right = f"{bias.name}[o] + {total.right}"
    return total


def gathered(known: Geometry, x: Source, weight: Source, index: Index) -> Sum:
    """What one window reads: an output of a convolution."""
    place = len(known.samples)
    out, names = index[place], _letters(known)
    met = [axis.reads(i) for axis, i in zip(known.axes, index[place + 1 :], strict=True)]
    cells = grid(*([s] for s in index[:place]), known.fed_by(out), *(c for c, _ in met))
    kernel = grid([out], range(known.group_in), *(s for _, s in met))
    terms = [products(read_each(x, cells), read_each(weight, kernel))]
    sums = " ".join(f"Σ_{letter}" for letter in names.weight.split(",")[1:])
    right = f"{sums} {x.name}[{names.input}] ⋅ {weight.name}[{names.weight}]"
    notes: list[Note] = [("products", (str(len(cells)),))]
    if known.reads > len(cells):
        notes.append(("padding", (str(known.reads - len(cells)),)))
    return Sum(right, terms, notes, letters=names.output)


def backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    known = _geometry(call)
    if argument == "input":
        return spread(known, g, call.source("weight"), index)
    if argument == "bias":
        return of_bias(known, g, index)
    return of_weight(known, g, call.source(), index)


def of_bias(known: Geometry, g: Source, index: Index) -> Sum:
    """The gradients of a channel."""
    names = _letters(known)
    samples, place = [range(n) for n in known.samples], len(known.samples)
    cells = grid(*samples, [index[0]], *(range(n) for n in g.shape[place + 1 :]))
    right = " ".join([*names.sums, f"{g.name}[{names.output}]"])
    return Sum(right, [plain(read_each(g, cells))], letters="o")


def of_weight(known: Geometry, g: Source, x: Source, index: Index) -> Sum:
    """What a weight meets, at every place of its window and in every sample: ``g`` at the windows'
    places, ``x`` at the cells.
    """
    names, samples = _letters(known), [range(n) for n in known.samples]
    right = " ".join([*names.sums, f"{g.name}[{names.output}]"])
    out, channel, *steps = index
    met = [axis.meetings(s) for axis, s in zip(known.axes, steps, strict=True)]
    outputs = grid(*samples, [out], *(w for _, w in met))
    cells = grid(*samples, [known.fed_by(out)[channel]], *(c for c, _ in met))
    # of a 16-bit convolution, torch may round the sum of each sample
    apart = math.prod(map(len, samples)) if known.axes and computing_in().own else 1
    pairs = zip(np.array_split(outputs, apart), np.array_split(cells, apart), strict=True)
    terms = [products(read_each(g, at), read_each(x, cell)) for at, cell in pairs]
    return Sum(f"{right} ⋅ {x.name}[{names.input}]", terms, letters=names.weight)


def spread(known: Geometry, g: Source, weight: Source, index: Index) -> Sum:
    """What all windows that read a cell give it: a gradient on a convolution's input."""
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
