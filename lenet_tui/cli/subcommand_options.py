"""The options of each subcommand alone, and what they mean. Light: no torch, Textual or rich."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from lenet_tui.cli.options import CommandError, session_options
from lenet_tui.explain.cell_address import Cell, CellError, parse_cell
from lenet_tui.lab.layer import FIRST_LAYER, Layer, LayerError, default_input
from lenet_tui.lab.parse import parse_layer, parse_shape
from lenet_tui.protocol.options import SWITCHES, Options
from lenet_tui.tour.stops import PRESET, STOPS

_OWN = ("data", "batch_size", "loss", "lr", "optimizer", *SWITCHES)
"""Options of the session that the tour's words and numbers depend on."""


def add_trace_options(parser: argparse.ArgumentParser) -> None:
    """The options of ``trace`` alone."""
    group = parser.add_argument_group("transcript")
    extent = group.add_mutually_exclusive_group()
    extent.add_argument(
        "--iterations", type=_whole("iterations", 0), metavar="N", help="how many (1)"
    )
    extent.add_argument("--moves", metavar="FILE", help="play moves, one a line; -: standard input")
    group.add_argument("--ops", action="store_true", help="every op of each phase too")
    group.add_argument("--format", choices=("text", "jsonl"), help="text (default) or jsonl")


def add_export_options(parser: argparse.ArgumentParser) -> None:
    """The options of ``export`` alone."""
    group = parser.add_argument_group("script")
    extent = group.add_mutually_exclusive_group()
    extent.add_argument(
        "--iterations", type=_whole("iterations", 0), metavar="N", help="how many (1)"
    )
    extent.add_argument("--moves", metavar="FILE", help="the session of these moves, one a line")
    group.add_argument("--output", metavar="FILE", required=True, help="a new file; -: print it")
    group.add_argument("--force", action="store_true", help="take the place of another file")


def add_explain_options(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``explain`` alone."""
    parser.add_argument("cell", metavar="CELL", help="such as 'conv1.weight.grad[0,0,2,3]'")
    group = parser.add_argument_group("explanation")
    group.add_argument(
        "--iteration", type=_whole("iteration", 1), metavar="N", help="in which iteration (1)"
    )
    group.add_argument("--check", action="store_true", help="a gradient by central difference too")
    group.add_argument("--format", choices=("text", "json"), help="text (default) or json")


def asked_cell(args: argparse.Namespace) -> tuple[Cell, int]:
    """The cell, and the iteration to run to; ``CommandError`` for a text that is no cell."""
    try:
        cell = parse_cell(args.cell)
    except CellError as error:
        raise CommandError(str(error)) from None
    iteration = int(vars(args).get("iteration", 1))
    return cell, max(iteration, cell.iteration or 0)


def add_lab_options(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``lab`` alone."""
    parser.add_argument("layer", nargs="?", metavar="LAYER", help=f"such as '{FIRST_LAYER}'")
    group = parser.add_argument_group("lab")
    group.add_argument("--input", metavar="SHAPE", help="such as 1,1,32,32")
    group.add_argument(
        "--format", choices=("text", "json"), help="print, instead of opening the screen"
    )


def asked_layer(args: argparse.Namespace) -> tuple[Layer, tuple[int, ...]]:
    """The layer and the input's shape; ``CommandError`` for a text that is neither."""
    given = vars(args)
    try:
        layer = parse_layer(given.get("layer") or FIRST_LAYER)
        shape = parse_shape(given["input"]) if "input" in given else default_input(layer)
    except LayerError as error:
        raise CommandError(str(error)) from None
    return layer, shape


def add_tour_options(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``tour`` alone."""
    parser.add_argument("stop", nargs="?", metavar="STOP", help=f"1 to {len(STOPS)}, or its name")
    group = parser.add_argument_group("tour")
    group.add_argument("--format", choices=("text",), help="print, instead of opening the screen")


def asked_stop(args: argparse.Namespace) -> int | None:
    """The number of the stop asked for, from 0; ``CommandError`` where there is none like that."""
    asked = vars(args).get("stop")
    if asked is None:
        return None
    names = [stop.key for stop in STOPS]
    numbers = [str(number) for number in range(1, len(names) + 1)]
    for known in (names, numbers):
        if asked in known:
            return known.index(asked)
    raise CommandError(f"no stop {asked!r}: 1 to {len(names)}, or one of {', '.join(names)}")


def tour_options(args: argparse.Namespace) -> Options:
    """The options of the tour's session: its own preset, on the device and seed asked for."""
    given = vars(args)
    preset = given.get("preset", PRESET)
    own = [f"--{name.replace('_', '-')}" for name in _OWN if name in given]
    if preset != PRESET or own:
        what = ", ".join(own) or f"--preset {preset}"
        raise CommandError(
            f"the tour has a session of its own, the preset {PRESET}: no {what} here"
        )
    args.preset = PRESET
    return session_options(args)


def _whole(name: str, least: int) -> Callable[[str], int]:
    """A parser of whole numbers from ``least`` on."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least:
            raise argparse.ArgumentTypeError(f"{name} {text!r} is not a whole number from {least}")
        return value

    return parse
