"""``lenet-tui lab LAYER``: a layer's shapes, formula and counts, without the screen."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from rich.cells import cell_len, set_cell_size

from lenet_tui.command.parser import CommandError, complain, language
from lenet_tui.command.talk import Talk
from lenet_tui.core.clean import clean
from lenet_tui.core.lab import Layer, LayerError, default_input
from lenet_tui.core.lab_formula import parameter_formula, shape_formulas
from lenet_tui.core.lab_geometry import NoWindow, geometry
from lenet_tui.core.lab_parse import parse_layer, parse_shape
from lenet_tui.core.lab_result import LabResult
from lenet_tui.core.numbers import ascii_text, shape_text, thousands
from lenet_tui.core.protocol import RunLab
from lenet_tui.text import words as words_of

FORMATS = ("text", "json")
SHOWN_INDICES = 64
"""Indices that the text shows; JSON has them all."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the subcommand takes besides the options of every command."""
    parser.add_argument("layer", nargs="?", metavar="LAYER", help="such as 'Conv2d(1, 6, 5)'")
    parser.add_argument("--input", metavar="SHAPE", help="such as 1,1,32,32")
    parser.add_argument("--format", choices=FORMATS, help="print instead of opening the screen")


def asked(args: argparse.Namespace) -> tuple[Layer, tuple[int, ...]]:
    """The layer and the input shape of the command line; ``CommandError`` for what is neither."""
    given = vars(args)
    try:
        layer = parse_layer(given.get("layer") or "Conv2d(1, 6, 5)")
        shape = parse_shape(given["input"]) if "input" in given else default_input(layer)
    except LayerError as error:
        raise CommandError(str(error)) from None
    return layer, shape


def print_lab(args: argparse.Namespace) -> int:
    """Print what torch says of the layer; 1 if it refuses."""
    layer, shape = asked(args)
    with Talk() as talk:
        result = talk.ask(RunLab(1, str(layer), shape), LabResult)
    if vars(args).get("format") == "json":
        text = json.dumps(as_json(layer, result))
    else:
        text = "\n".join(_lines(layer, result, language(args)))
        text = ascii_text(text) if "ascii" in args else text
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
    for line in _remarks(layer, result):
        complain(line)
    return 1 if result.error else 0


def as_json(layer: Layer, result: LabResult) -> dict[str, Any]:
    """The result as plain values; ``indices``: row-major, one for each cell of the output."""
    return {
        "layer": result.layer,
        "input_shape": result.input_shape,
        "output_shape": result.output_shape,
        "parameters": result.parameters,
        "weight_shape": result.weight_shape,
        "formula": "; ".join(_formulas(layer, result)) or None,
        "indices": None if result.indices is None else result.indices.ravel().tolist(),
        "error": result.error or None,
    }


def _formulas(layer: Layer, result: LabResult) -> tuple[str, ...]:
    try:
        return shape_formulas(geometry(layer, result.input_shape))
    except NoWindow:
        return ()


def _lines(layer: Layer, result: LabResult, lang: str) -> list[str]:
    say = words_of(lang)
    rows = [("lab.input", shape_text(result.input_shape))]
    if result.output_shape is not None:
        rows.append(("lab.output", shape_text(result.output_shape)))
    rows += [("lab.formula", line) for line in _formulas(layer, result)]
    if result.parameters is not None:
        counted = parameter_formula(layer)
        how = f"   {counted}" if counted else ""
        rows.append(("lab.parameters", f"{thousands(result.parameters)}{how}"))
    if result.weight_shape is not None:
        rows.append(("lab.weight", shape_text(result.weight_shape)))
    if result.indices is not None:
        flat = result.indices.ravel().tolist()
        more = f" … ({len(flat)})" if len(flat) > SHOWN_INDICES else ""
        rows.append(("lab.indices", " ".join(map(str, flat[:SHOWN_INDICES])) + more))
    width = max(cell_len(say(key)) for key, _ in rows) + 2
    names = [set_cell_size(say(key), width) for key, _ in rows]
    return [clean(result.layer), *(f"  {n}{v}" for n, (_, v) in zip(names, rows, strict=True))]


def _remarks(layer: Layer, result: LabResult) -> list[str]:
    """What is said beside the result, on standard error."""
    lines = [result.error] if result.error else []
    lines += [f"warning: {line}" for line in result.warnings]
    if not result.computed and not result.error:
        lines.append("too large to run here: the shapes are from torch's meta device")
    elif layer.kind == "MaxPool2d" and layer["return_indices"] and result.indices is None:
        lines += [] if result.error else ["there are too many indices to be carried"]
    return lines
