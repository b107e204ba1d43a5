"""What ``lenet-tui explain`` is asked for."""

from __future__ import annotations

import argparse

from lenet_tui.cli.options import CommandError
from lenet_tui.explain.cell_address import Cell, CellError, parse_cell

FORMATS = ("text", "json")


def add_explain_options(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``explain`` alone."""
    parser.add_argument("cell", metavar="CELL", help="such as 'conv1.weight.grad[0,0,2,3]'")
    group = parser.add_argument_group("explanation")
    group.add_argument("--iteration", type=_iteration, metavar="N", help="in which iteration (1)")
    group.add_argument("--check", action="store_true", help="a gradient by central difference too")
    group.add_argument("--format", choices=FORMATS, help="text (default) or json")


def asked_cell(args: argparse.Namespace) -> tuple[Cell, int]:
    """The cell, and the iteration to run to; ``CommandError`` for a text that is no cell."""
    try:
        cell = parse_cell(args.cell)
    except CellError as error:
        raise CommandError(str(error)) from None
    iteration = int(vars(args).get("iteration", 1))
    return cell, max(iteration, cell.iteration or 0)


def _iteration(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"iteration {text!r} is not a whole number from 1")
    return value
