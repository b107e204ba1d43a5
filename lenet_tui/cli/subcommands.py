"""The subcommands: their options, and what each does. torch and Textual are imported late."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from lenet_tui.cli import streams
from lenet_tui.cli.options import Parser, complain, session_options
from lenet_tui.cli.subcommand_options import (
    add_explain_options,
    add_export_options,
    add_lab_options,
    add_tour_options,
    add_trace_options,
    asked_cell,
    asked_layer,
    asked_stop,
    tour_options,
)
from lenet_tui.process import forkserver

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
    add_explain_options(
        add(
            "explain",
            "one number and where it came from",
            _command("explain", asked_cell, session_options),
        )
    )
    add_export_options(
        add("export", "a session as a plain PyTorch script", _command("export", session_options))
    )
    add("info", "what this terminal can show, the devices here, versions", _command("info"))


def trace(args: argparse.Namespace, why: str = "") -> int:
    """Print the transcript; ``why``: a line first, where it takes the place of the app."""
    session_options(args)
    forkserver.prepare()  # torch is imported there, while numpy is here
    from lenet_tui.cli import trace  # noqa: PLC0415

    return trace.run(args, why)


def _lab(open_app: OpenApp, args: argparse.Namespace) -> int:
    layer, shape = asked_layer(args)
    why = None if vars(args).get("format") else streams.no_screen()
    if not vars(args).get("format") and not why:
        return open_app(args, lambda main: main.open_lab(str(layer), shape))
    if why:
        complain(f"{why}: the layer is printed instead of shown")
    forkserver.prepare()
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


def _command(
    name: str, *checks: Callable[[argparse.Namespace], object]
) -> Callable[[argparse.Namespace], int]:
    """A subcommand that needs no screen: ``checks`` of its options, then ``run`` of its module."""

    def run(args: argparse.Namespace) -> int:
        for check in checks:
            check(args)
        forkserver.prepare()
        status: int = import_module(f"lenet_tui.cli.{name}").run(args)
        return status

    return run
