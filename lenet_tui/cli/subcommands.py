"""The subcommands: their options, and what each does. torch and Textual are imported late."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from lenet_tui.cli import streams
from lenet_tui.cli.explain_options import add_explain_options, asked_cell
from lenet_tui.cli.lab_options import add_lab_options, asked
from lenet_tui.cli.options import (
    Parser,
    add_export_options,
    add_trace_options,
    complain,
    session_options,
)
from lenet_tui.cli.tour_options import add_tour_options, asked_stop, tour_options
from lenet_tui.process import forkserver as template

if TYPE_CHECKING:
    from lenet_tui.app.ui.main_screen import MainScreen


class OpenApp(Protocol):
    """What runs the app; ``first``: what to open over its main screen."""

    def __call__(
        self, args: argparse.Namespace, first: Callable[[MainScreen], None] | None = None
    ) -> int: ...


def add_all(add: Callable[..., Parser], open_app: OpenApp) -> None:
    """Add every subcommand with ``add`` of ``parser.make_parser``."""
    add_trace_options(add("trace", "print what happens, without a screen", trace))
    add_lab_options(
        add("lab", "try a layer: its window, shapes, formula, numbers", partial(_lab, open_app))
    )
    add_tour_options(
        add("tour", "the chapter in a dozen stops, beside the app", partial(_tour, open_app))
    )
    add_explain_options(add("explain", "one number and where it came from", _explain))
    add_export_options(add("export", "a session as a plain PyTorch script", _export))
    add("info", "what this terminal can show, the devices here, versions", _info)


def trace(args: argparse.Namespace, why: str = "") -> int:
    """Print the transcript; ``why``: a line first, where it takes the place of the app."""
    session_options(args)
    template.prepare()  # torch is imported there, while numpy is here
    from lenet_tui.cli import trace  # noqa: PLC0415

    return trace.run(args, why)


def _lab(open_app: OpenApp, args: argparse.Namespace) -> int:
    layer, shape = asked(args)
    why = None if vars(args).get("format") else streams.no_screen()
    if not vars(args).get("format") and not why:
        return open_app(args, lambda main: main.open_lab(str(layer), shape))
    if why:
        complain(f"{why}: the layer is printed instead of shown")
    template.prepare()
    from lenet_tui.cli import lab  # noqa: PLC0415

    return lab.run(args)


def _tour(open_app: OpenApp, args: argparse.Namespace) -> int:
    number = asked_stop(args)
    tour_options(args)
    why = None if vars(args).get("format") else streams.no_screen()
    if not vars(args).get("format") and not why:
        return open_app(args, lambda main: main.tour.open(number, fresh=True))
    if why:
        complain(f"{why}: the stops are printed instead of shown")
    from lenet_tui.cli import tour  # noqa: PLC0415

    return tour.run(args)


def _explain(args: argparse.Namespace) -> int:
    asked_cell(args)
    session_options(args)
    template.prepare()
    from lenet_tui.cli import explain  # noqa: PLC0415

    return explain.run(args)


def _export(args: argparse.Namespace) -> int:
    session_options(args)
    template.prepare()
    from lenet_tui.cli import export  # noqa: PLC0415

    return export.run(args)


def _info(args: argparse.Namespace) -> int:
    template.prepare()
    from lenet_tui.cli import info  # noqa: PLC0415

    return info.run(args)
