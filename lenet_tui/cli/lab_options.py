"""What ``lenet-tui lab`` is asked for."""

from __future__ import annotations

import argparse

from lenet_tui.cli.options import CommandError
from lenet_tui.lab.layer import FIRST_LAYER, Layer, LayerError, default_input
from lenet_tui.lab.parse import parse_layer, parse_shape

FORMATS = ("text", "json")


def add_lab_options(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``lab`` alone."""
    parser.add_argument("layer", nargs="?", metavar="LAYER", help=f"such as '{FIRST_LAYER}'")
    group = parser.add_argument_group("lab")
    group.add_argument("--input", metavar="SHAPE", help="such as 1,1,32,32")
    group.add_argument("--format", choices=FORMATS, help="print, instead of opening the screen")


def asked(args: argparse.Namespace) -> tuple[Layer, tuple[int, ...]]:
    """The layer and the input's shape; ``CommandError`` for a text that is neither."""
    given = vars(args)
    try:
        layer = parse_layer(given.get("layer") or FIRST_LAYER)
        shape = parse_shape(given["input"]) if "input" in given else default_input(layer)
    except LayerError as error:
        raise CommandError(str(error)) from None
    return layer, shape
