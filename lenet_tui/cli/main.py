"""The command line: ``lenet-tui`` and its subcommands. Textual and torch are imported late."""

from __future__ import annotations

import argparse
import gc
import re
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from lenet_tui.app.settings import SettingsFile, default_path, load
from lenet_tui.cli import limited, streams
from lenet_tui.cli.options import (
    LANGUAGE,
    SETTINGS,
    USAGE_ERROR,
    CommandError,
    asked_resume,
    complain,
    language,
    make_parser,
    only_the_app,
    session_options,
    spread,
)
from lenet_tui.process import forkserver
from lenet_tui.text.notice import Notice, Problem, notice

if TYPE_CHECKING:
    from lenet_tui.app.ui.app import LenetApp
    from lenet_tui.app.ui.main_screen import MainScreen
    from lenet_tui.protocol.engine_api import Engine, OnReport
    from lenet_tui.protocol.moves import Move
    from lenet_tui.sessions.ui.resume import Lost

FAILED = 1
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    streams.occupy_closed()
    as_before = streams.tolerate_any_text()
    words = sys.argv[1:] if argv is None else argv
    SETTINGS.set(load(default_path()))
    asked = re.search(
        r"--lang[= ](en|zh)\b", _before_script(words)
    )  # the words may be wrong otherwise
    LANGUAGE.set(asked[1] if asked else language(argparse.Namespace()))
    script: Callable[[], int] | None = None
    try:
        status = run(words)
        if callable(status):
            script, status = status, 0
        else:
            sys.stdout.flush()
    except Problem as error:
        complain(error.notice)
        status = error.status if isinstance(error, CommandError) else USAGE_ERROR
    except KeyboardInterrupt:
        status = INTERRUPTED
    except BrokenPipeError:
        streams.leave_unread()
        status = streams.UNREAD
    except OSError as error:
        streams.leave_unread()
        complain(notice("cli:cannot-go-on", why=error.strerror or str(error)))
        status = FAILED
    if script is not None:  # what it raises is its own
        as_before()
        status = script()
    sys.exit(status)


def _before_script(words: Sequence[str]) -> str:
    """The words that are not a script's own."""
    return " ".join(limited.split(words)[0])


def run(words: Sequence[str]) -> int | Callable[[], int]:
    """Run the command that ``words`` name; return the exit status, or a script to be run."""
    ours, theirs = limited.split(words)
    ours = spread(ours)
    args = None if theirs else only_the_app(ours, _add_options)
    if args is not None:
        return open_app(args)
    from lenet_tui.cli import subcommands  # noqa: PLC0415 - the app does without

    parser, add = make_parser()
    _add_options(parser)
    subcommands.add_all(add, open_app)
    args = parser.parse(ours)
    if theirs and vars(args).get("command") in limited.DASHED:
        args.words = theirs[1:]
    limited.check(args)
    if theirs and "words" not in args:
        raise CommandError("cli:no-option", name="--")
    if theme := vars(args).get("theme"):  # what prints has no use for it, but a typo is one
        _check_theme(theme)
    _complain_of_settings()
    command: Callable[[argparse.Namespace], int | Callable[[], int]]
    command = vars(args).get("run", open_app)
    return command(args)


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--moves", metavar="FILE", help="each . plays its next line")
    parser.add_argument(
        "--resume", nargs="?", const="", metavar="FILE", help="resume one of the last sessions"
    )


def open_app(args: argparse.Namespace, first: Callable[[MainScreen], None] | None = None) -> int:
    """Run the app; ``first``: what to open over its main screen."""
    file = vars(args).get("moves")
    if file == "-":
        raise CommandError("cli:no-keys")
    moves: Sequence[Move] = ()
    remark: Notice | None = None
    if file is None:
        options = session_options(args)
    else:
        from lenet_tui.cli.moves_file import MovesFile  # noqa: PLC0415

        read = MovesFile(file, args)
        moves = [move for _, move in read]
        options, remark = read.options, read.remark
    why = streams.no_screen()
    theme = vars(args).get("theme", "")
    resume = asked_resume(args)
    if why and resume is not None:
        raise CommandError("cli:resume-needs-terminal", why=why)
    if why:
        from lenet_tui.cli.subcommands import trace  # noqa: PLC0415

        if theme:
            _check_theme(theme)
        if vars(args).get("command") is None:
            _complain_of_settings()
        return trace(args, notice("cli:transcript", why=why))
    forkserver.prepare()
    if theme:
        _check_theme(theme)
    if remark:
        complain(remark)
    lost: Sequence[Lost] = ()
    if resume is not None:
        from lenet_tui.cli.resume import found  # noqa: PLC0415

        lost = found(resume, vars(args).get("model", ""))
    gc.disable()  # a tenth of the time to the first frame; restore.run takes it up again
    from lenet_tui.terminal.ui import restore  # noqa: PLC0415

    def make_app() -> LenetApp:
        from lenet_tui.app.ui.app import LenetApp  # noqa: PLC0415

        ascii = bool(vars(args).get("ascii"))
        return LenetApp(
            _make_engine, options, lang=language(args), ascii=ascii, moves=moves, first=first,
            lost=lost, named=bool(resume), theme=theme,
            settings=SettingsFile(default_path(), SETTINGS.get()),
        )  # fmt: skip

    return restore.run(make_app, mend=resume is not None)


def _complain_of_settings() -> None:
    """One line where there is no screen to say it on."""
    if problem := SETTINGS.get().problem:
        complain(problem)


def _check_theme(name: str) -> None:
    """Textual's own table says which themes there are."""
    from lenet_tui.app.ui.themes import THEMES  # noqa: PLC0415 - after the engine's template

    if name not in THEMES:
        raise CommandError("app:no-theme", name=repr(name), names=", ".join(THEMES))


def _make_engine(on_report: OnReport) -> Engine:
    """Called after the first picture: imported no sooner."""
    from lenet_tui.process.client import EngineClient  # noqa: PLC0415
    from lenet_tui.sessions.store import default_folder  # noqa: PLC0415

    return EngineClient(on_report, saves=default_folder())
