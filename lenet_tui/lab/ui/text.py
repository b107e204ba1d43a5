"""The lab's words and numbers: the output cell's arithmetic, the groups, the legend."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from rich.cells import cell_len
from textual.content import Content

from lenet_tui.explain.proof import prove
from lenet_tui.explain.rounding import exact
from lenet_tui.explain.windows import Axis, Shape
from lenet_tui.lab.geometry import (
    Tap,
    parameter_count,
    parameter_formula,
    shape_formulas,
    taps,
    weight_shape,
)
from lenet_tui.lab.ui.state import LabState
from lenet_tui.tensors.tiling import ravel
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import index_text, number, shape_text, thousands
from lenet_tui.text.words import Words

Array = npt.NDArray[np.float32]
Read = list[tuple[Tap, float | None]]
"""The cells that an output cell reads, and their values; ``None`` for padding of zeros or −∞."""
MOST_TAPS = 20_000
"""Products that are summed for one picture; above, only torch's value is shown."""


def pretty(text: str) -> str:
    """A formula with × and − for * and -."""
    return text.replace("*", "×").replace(" - ", " − ").replace(" @ ", " ⋅ ")


def heading(state: LabState, words: Words) -> Content:
    """The shapes on one line, and whether torch agrees."""
    result = state.result
    shape = result.output_shape if result else state.output_shape
    parts: list[tuple[str, str]] = [
        (words("lab.title"), "bold $accent"),
        (f"   {shape_text(state.shape)} → ", ""),
        (shape_text(shape) if shape is not None else "?", "bold"),
    ]
    if result is None:
        parts.append((f"   {words('lab.asking')}", "$foreground-muted"))
    elif result.error:
        parts.append((f"   {words('lab.refused')}", "bold $text-error"))
    elif not result.computed:
        parts.append((f"   {words('lab.meta')}", "$text-warning"))
    elif state.output_shape == result.output_shape:
        parts.append((f"   ✔ {words('lab.agrees')}", "$text-success"))
    else:
        parts.append((f"   {words('lab.by-torch')}", "$text-warning"))
    return Content.assemble(*parts)


def formulas(state: LabState, words: Words) -> list[str]:
    """The output's size along each axis, with the numbers in it."""
    if state.known is None:
        return []
    return [pretty(line) for line in shape_formulas(state.known, words("lab.less"))]


def keys(text: str, width: int) -> str:
    """As many of the keys, two blanks between them, as have room; the first ones first."""
    parts = text.split("  ")
    while len(parts) > 1 and cell_len("  ".join(parts)) > width:
        parts.pop()
    return "  ".join(parts)


def counts(state: LabState, words: Words) -> str:
    """Parameters and the shape of the weight, by arithmetic or as torch has made them."""
    count, shape = parameter_count(state.layer), weight_shape(state.layer)
    if state.result is not None:
        count, shape = state.result.parameters, state.result.weight_shape
    if count is None:
        return ""
    if shape is None:
        return words("lab.no-weights")
    counted = pretty(parameter_formula(state.layer) or thousands(count))
    return f"{words('lab.parameters')} {counted}   {words('lab.weight')} {shape_text(shape)}"


def remark(state: LabState, words: Words) -> Content:
    """What torch has against it, or warns of; else which channels feed which."""
    result = state.result
    if result is not None and result.error:
        return Content.styled(f"torch: {clean(result.error)}", "$text-error")
    if result is not None and not result.computed:
        return Content.styled(words("lab.too-large"), "$text-warning")
    if result is not None and result.warnings:
        line = words("lab.warns", line=clean(result.warnings[0]))
        return Content.styled(line, "$text-warning")
    return groups(state, words)


def arithmetic(state: LabState, words: Words) -> list[str]:
    """The arithmetic of the selected output cell: its sum on one line, its terms on the next."""
    known, index, result = state.known, state.index, state.result
    if known is None or index is None:
        return []
    name = f"output{index_text(index)}"
    pool = state.layer.kind == "MaxPool2d"
    weight, x, y = (result.weight, result.input, result.output) if result else (None, None, None)
    if x is None or y is None or (weight is None and not pool) or known.reads > MOST_TAPS:
        return [words("lab.reads", name=name, count=thousands(known.reads))]
    if y.shape != known.output_shape:
        return []
    read = [
        (tap, None if tap.source is None else float(x[tap.source])) for tap in taps(known, index)
    ]
    value = float(y[index])
    if weight is None:
        lines = _pooled(state, read, value, words)
    else:
        lines = _summed(state, read, [float(weight[tap.weight]) for tap, _ in read], value, words)
    return [f"{name} = {lines[0]}", lines[1]]


def _summed(
    state: LabState, read: Read, kernel: list[float], value: float, words: Words
) -> tuple[str, str]:
    biases = state.result.bias if state.result else None
    bias = None if biases is None else float(biases[state.channel])
    pairs = [(w, cell) for w, (_, cell) in zip(kernel, read, strict=True) if cell is not None]
    products = exact([w for w, _ in pairs]) * exact([cell for _, cell in pairs])
    proof = prove([products, exact(bias or 0.0)], value)
    sums = words("lab.sum", count=thousands(len(read)))
    plus = f" + {words('lab.bias')} {number(bias)}" if bias is not None else ""
    same = "✔" if proof.checked else words("lab.differs")
    first = f"{sums}{plus} = {number(proof.sum, 6)}   torch {number(value, 6)} {same}"
    axes = state.known.axes if state.known else ()
    terms = (_term(w, *cell, axes) for w, cell in zip(kernel, read[:40], strict=False))
    return first, "  ".join(terms)


def _term(weight: float, tap: Tap, value: float | None, axes: tuple[Axis, ...]) -> str:
    """``0.12×34``; what padding gives is in braces, as in the picture."""
    text = "0" if value is None else _figure(value)
    inside = all(0 <= p < axis.size for p, axis in zip(tap.positions, axes, strict=True))
    return f"{number(weight, 3)}×{text if inside else '{' + text + '}'}"


def _pooled(state: LabState, read: Read, value: float, words: Words) -> tuple[str, str]:
    cells = ", ".join(_figure(cell) for _, cell in read[:40] if cell is not None)
    padding = sum(cell is None for _, cell in read)
    more = "  " + words("lab.minus-inf", count=padding) if padding else ""
    second = f"= {_figure(value, 6)}"
    if state.result and state.known and state.result.indices is not None:
        flat, width = int(state.result.indices[state.index]), state.known.axes[1].size
        row, col = divmod(flat, width)
        second += "   " + words("lab.index", flat=flat, row=row, width=width, col=col)
    return f"max({cells}){more}", second


def _figure(value: float, digits: int = 4) -> str:
    """A number; a whole one without a point."""
    whole = value.is_integer() and abs(value) < 1e7
    return number(int(value) if whole else value, digits)


def groups(state: LabState, words: Words) -> Content:
    """Which input channels feed which output channels; empty where all feed all."""
    known = state.known
    if known is None or known.groups < 2 or state.layer.kind == "MaxPool2d":
        return Content("")
    each = known.channels_out // known.groups
    now = state.channel // max(each, 1)
    first = max(0, min(now - 1, known.groups - 4))
    parts: list[tuple[str, str]] = [(f"{words('lab.groups')} ", "$foreground-muted")]
    for group in range(first, min(first + 4, known.groups)):
        fed = known.fed_by(group * each)
        outs = range(group * each, (group + 1) * each)
        mark, style = ("▶", "bold $accent") if group == now else (" ", "")
        parts.append((f"{mark}{group}: {_span(fed)} → {_span(outs)}  ", style))
    if first + 4 < known.groups:
        parts.append(("…", "$foreground-muted"))
    return Content.assemble(*parts)


def _span(channels: range) -> str:
    if not channels:
        return "–"
    return str(channels[0]) if len(channels) == 1 else f"{channels[0]}–{channels[-1]}"


def where(index: Shape | None, state: LabState) -> str:
    """Which output cell of how many."""
    shape = state.output_shape
    if index is None or shape is None:
        return ""
    return f"{thousands(ravel(index, shape) + 1)}/{thousands(math.prod(shape))}"


def legend(state: LabState, words: Words) -> str:
    """The marks of the input's picture that occur with this layer."""
    parts = ["[ ] " + words("lab.legend.read")]
    known = state.known
    if known is None:
        return ""
    if any(axis.before > 0 or axis.after > 0 for axis in known.axes):
        held = {"zeros": " 0", "-inf": " −∞"}.get(known.axes[0].mode, "")
        parts.append("{ } " + words("lab.legend.padding") + held)
        if known.axes[0].mode not in ("zeros", "-inf"):
            parts.append(words("lab.legend.copies"))
    if any(axis.dilation > 1 and axis.kernel > 1 for axis in known.axes):
        parts.append("∘ " + words("lab.legend.hole"))
    if state.layer.kind == "MaxPool2d":
        parts.append("> < " + words("lab.legend.winner"))
    return "  ".join(parts)


def titles(state: LabState, words: Words) -> tuple[str, str, str]:
    """What the pictures of input, weight and output show, in index notation."""
    known, index = state.known, state.index
    if known is None or index is None:
        return "input", "weight", "output"
    samples, channel, fed = index[: len(known.samples)], state.channel, state.input_channel
    if not known.axes:
        rows = f": {words('lab.samples')}"
        weight = _named("weight", (channel,), (known.channels_in,))
        output = _named("output", (), known.output_shape) + rows
        return _named("input", (), known.input_shape) + rows, weight, output
    ins, outs = known.input_shape[len(samples) :], known.output_shape[len(samples) :]
    kernel = tuple(axis.kernel for axis in known.axes)
    each = known.channels_in // known.groups
    if len(known.axes) == 1:
        return (
            f"{_named('input', samples, ins)}: {words('lab.words')}",
            _named("weight", (channel,), (each, *kernel)),
            f"{_named('output', samples, outs)}: {words('lab.channels')}",
        )
    return (
        _named("input", (*samples, fed), ins[1:]),
        _named("weight", (channel, state.fed), kernel),
        _named("output", (*samples, channel), outs[1:]),
    )


def _named(name: str, index: Shape, shape: Shape) -> str:
    return f"{name}{index_text(index)}  {shape_text(shape)}"
