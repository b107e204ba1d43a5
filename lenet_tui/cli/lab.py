"""``lenet-tui lab LAYER``: a layer's shapes, formula and counts, without the screen."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from rich.cells import cell_len, set_cell_size

from lenet_tui.cli.blocking_engine import BlockingEngine
from lenet_tui.cli.options import CommandError, complain, language
from lenet_tui.cli.words import words_in
from lenet_tui.explain.windows import NoWindow
from lenet_tui.lab.geometry import LESS, geometry, parameter_formula, shape_formulas
from lenet_tui.lab.layer import Layer
from lenet_tui.lab.result import LabResult, RunLab
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Notice, notice, verbatim
from lenet_tui.text.numbers import ascii_text, shape_text, thousands

SHOWN_INDICES = 64
"""Indices that the text shows; JSON has them all."""


def run(
    args: argparse.Namespace, layer: Layer, shape: tuple[int, ...], instead: Notice | None = None
) -> int:
    """Print what torch reports of the layer.

    Where torch rejects it, that is one line on standard error, as for a layer that cannot be read;
    as JSON there is an object with the error too. ``instead``: a line on why the layer is printed.
    """
    as_object = vars(args).get("format") == "json"
    with BlockingEngine() as engine:
        result = engine.ask(RunLab(str(layer), shape))
    if as_object:
        _print(json.dumps(as_json(layer, result)))
    if result.error:
        raise CommandError(verbatim(result.error))
    if instead:
        complain(instead)
    if not as_object:
        text = "\n".join(_lines(layer, result, language(args)))
        _print(ascii_text(text) if "ascii" in args else text)
    for line in _remarks(layer, result):
        complain(line)
    return 0


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


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


def _formulas(layer: Layer, result: LabResult, less: str = LESS) -> tuple[str, ...]:
    try:
        return shape_formulas(geometry(layer, result.input_shape), less)
    except NoWindow:
        return ()


def _lines(layer: Layer, result: LabResult, lang: str) -> list[str]:
    words = words_in(lang)
    rows = [("lab.input", shape_text(result.input_shape))]
    if result.output_shape is not None:
        rows.append(("lab.output", shape_text(result.output_shape)))
    rows += [("lab.formula", line) for line in _formulas(layer, result, words("lab.less"))]
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
    width = max(cell_len(words(key)) for key, _ in rows) + 2
    names = [set_cell_size(words(key), width) for key, _ in rows]
    return [clean(result.layer), *(f"  {n}{v}" for n, (_, v) in zip(names, rows, strict=True))]


def _remarks(layer: Layer, result: LabResult) -> list[Notice]:
    """The lines on standard error about a layer that torch has run."""
    lines = [notice("cli:warning", text=text) for text in result.warnings]
    if not result.computed:
        lines.append(notice("cli:too-large"))
    elif layer.kind == "MaxPool2d" and layer["return_indices"] and result.indices is None:
        lines.append(notice("cli:too-many-indices"))
    return lines
