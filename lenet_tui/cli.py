"""The command line: ``lenet-tui`` and its subcommands. Textual and torch are imported late."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from lenet_tui import template
from lenet_tui.command import streams
from lenet_tui.command.explain_options import add_explain_options, asked_cell
from lenet_tui.command.lab_options import add_lab_options, asked
from lenet_tui.command.moves_file import moves_of
from lenet_tui.command.parser import (
    CommandError,
    add_export_options,
    add_trace_options,
    complain,
    language,
    make_parser,
    session_options,
)  # fmt: skip
from lenet_tui.command.resume_options import add_resume_options, asked_resume
from lenet_tui.command.tour_options import add_tour_options, asked_stop, tour_options

if TYPE_CHECKING:
    from lenet_tui.core.engine_api import Engine, OnReport
    from lenet_tui.tui.app import LenetApp
    from lenet_tui.tui.resuming import Lost

FAILED = 1
INTERRUPTED = 130
UNREAD = 141
"""What a program that SIGPIPE ends leaves behind."""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    streams.tolerate_any_text()
    try:
        status = run(argv)
        sys.stdout.flush()
    except CommandError as error:
        complain(str(error))
        status = error.status
    except KeyboardInterrupt:
        status = INTERRUPTED
    except BrokenPipeError:
        streams.leave_unread()
        status = UNREAD
    except OSError as error:
        streams.leave_unread()
        complain(f"it cannot go on: {error.strerror or error}")
        status = FAILED
    sys.exit(status)


def run(argv: Sequence[str] | None = None) -> int:
    """What ``argv`` asks for; returns the exit status."""
    parser, add = make_parser()
    parser.add_argument("--moves", metavar="FILE", help="a key plays its next line, for demos")
    add_resume_options(parser)
    add_trace_options(add("trace", "print what happens, without a screen", _trace))
    add_lab_options(add("lab", "try a layer: its window, shapes, formula, numbers", _lab))
    add_tour_options(add("tour", "the chapter in a dozen stops, beside the app", _tour))
    add_explain_options(add("explain", "one number and where it came from", _explain))
    add_export_options(add("export", "a session as a plain PyTorch script", _export))
    add("info", "what this terminal can show, the devices here, versions", _info)
    args = parser.parse(sys.argv[1:] if argv is None else argv)
    command: Callable[[argparse.Namespace], int] = vars(args).get("run", _app)
    return command(args)


def _app(args: argparse.Namespace, first: Callable[[LenetApp], None] | None = None) -> int:
    options = session_options(args)
    file = vars(args).get("moves")
    if file == "-":
        raise CommandError("--moves - goes with trace: the app needs standard input for its keys")
    moves = [move for _, move in moves_of(file)] if file is not None else []
    why = streams.no_screen()
    resume = asked_resume(args)
    if why and resume is not None:
        raise CommandError(f"--resume needs a terminal, and {why}")
    if why:
        return _trace(args, f"{why}: here is the transcript of one iteration instead of the app")
    template.prepare()
    lost: Sequence[Lost] = ()
    if resume is not None:
        from lenet_tui.command.resume import found  # noqa: PLC0415

        lost = found(resume)
    gc.disable()  # a tenth of the time to the first frame; terminal.run takes it up again
    from lenet_tui.tui import terminal  # noqa: PLC0415

    def make_app() -> LenetApp:
        from lenet_tui.tui.app import LenetApp  # noqa: PLC0415

        ascii = bool(vars(args).get("ascii"))
        return LenetApp(
            _make_engine, options, lang=language(args), ascii=ascii, moves=moves, first=first,
            lost=lost,
        )  # fmt: skip

    return terminal.run(make_app)


def _make_engine(on_report: OnReport) -> Engine:
    """Called after the first picture: imported no sooner."""
    from lenet_tui.client import EngineClient  # noqa: PLC0415
    from lenet_tui.client.saves import default_folder  # noqa: PLC0415

    return EngineClient(on_report, saves=default_folder())


def _trace(args: argparse.Namespace, why: str = "") -> int:
    session_options(args)
    template.prepare()  # torch is imported there, while numpy is here
    from lenet_tui.command import trace  # noqa: PLC0415

    return trace.run(args, why)


def _lab(args: argparse.Namespace) -> int:
    layer, shape = asked(args)
    why = "" if vars(args).get("format") else streams.no_screen()
    if not vars(args).get("format") and not why:

        def open_lab(app: LenetApp) -> None:
            from lenet_tui.tui.actions import open_lab  # noqa: PLC0415

            open_lab(app, str(layer), shape)

        return _app(args, open_lab)
    if why:
        complain(f"{why}: the layer is printed instead of shown")
    template.prepare()
    from lenet_tui.command import lab  # noqa: PLC0415

    return lab.run(args)


def _tour(args: argparse.Namespace) -> int:
    number = asked_stop(args)
    tour_options(args)
    why = "" if vars(args).get("format") else streams.no_screen()
    if not vars(args).get("format") and not why:
        return _app(args, lambda app: app.tour.open(number, fresh=True))
    if why:
        complain(f"{why}: the stops are printed instead of shown")
    from lenet_tui.command import tour  # noqa: PLC0415

    return tour.run(args)


def _explain(args: argparse.Namespace) -> int:
    asked_cell(args)
    session_options(args)
    template.prepare()
    from lenet_tui.command import explain  # noqa: PLC0415

    return explain.run(args)


def _export(args: argparse.Namespace) -> int:
    session_options(args)
    template.prepare()
    from lenet_tui.command import export  # noqa: PLC0415

    return export.run(args)


def _info(args: argparse.Namespace) -> int:
    template.prepare()
    from lenet_tui.command import info  # noqa: PLC0415

    return info.run(args)
