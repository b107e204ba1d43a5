"""``lenet-tui attach``: takes the screen of a session that runs in another process."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from lenet_tui.app.settings import SettingsFile, default_path
from lenet_tui.attach.client import (
    AttachedEngine,
    Found,
    NotReached,
    all_sessions,
    greeted,
    reach,
)
from lenet_tui.attach.wire import Welcome
from lenet_tui.cli import streams
from lenet_tui.cli.options import PROGRAM, SETTINGS, CommandError, language
from lenet_tui.cli.words import words_in
from lenet_tui.protocol.messages import Ended, Report
from lenet_tui.terminal.reset import in_front
from lenet_tui.terminal.ui import restore
from lenet_tui.text.clean import clean

if TYPE_CHECKING:
    from lenet_tui.app.ui.app import LenetApp
    from lenet_tui.protocol.engine_api import Engine, OnReport

FAILED = 1
SHELL_COMES = 3.0
"""Seconds in which the shell of a program that has ended takes the terminal back."""


def run(args: argparse.Namespace) -> int:
    """Attach to the session asked for, or to the only one; list them where there are several."""
    number = vars(args).get("line")
    if number is not None:
        return _open(args, *_inherited(number))
    asked = vars(args).get("name", "")
    found = list(all_sessions())
    fitting = _named(found, asked) if asked else found
    if not found:
        raise CommandError("cli:attach-none", FAILED)
    if not fitting:
        raise CommandError("cli:attach-unknown", name=asked, names=", ".join(f.name for f in found))
    if len(fitting) > 1:
        _list(fitting, args)
        return 0
    if why := streams.no_screen():
        raise CommandError("cli:attach-needs-terminal", why=why)
    try:
        line, welcome = reach(fitting[0].path)
    except OSError:
        raise NotReached("attach:no-answer", name=fitting[0].name) from None
    return _open(args, line, welcome, mend=True)


def _inherited(number: int) -> tuple[Connection, Welcome]:
    """The line that the program which started us has left open, and its answer."""
    os.set_inheritable(number, False)
    line = Connection(number)
    return line, greeted(line, str(number))


def _named(found: list[Found], asked: str) -> list[Found]:
    """The session of that name; else those whose names begin so."""
    whole = [one for one in found if asked in (one.name, one.name.rpartition("-")[2])]
    return whole or [one for one in found if one.name.startswith(asked)]


def _list(found: list[Found], args: argparse.Namespace) -> None:
    """A line for each session: its name, script, process, where it is, and since when."""
    words = words_in(language(args), "ascii" in args)
    rows = [tuple(words(f"attach.{column}") for column in ("name", "script", "pid", "at", "since"))]
    for one in found:
        told = one.welcome
        if told is None:
            rows.append((one.name, words("attach.silent"), one.name.rpartition("-")[2], "", ""))
            continue
        since = time.strftime("%H:%M:%S", time.localtime(told.since))
        script = Path(told.script).name
        rows.append((one.name, clean(script), str(told.pid), clean(told.at), since))
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    for row in rows:
        line = "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))
        sys.stdout.write(line.rstrip() + "\n")
    sys.stdout.write(words("attach.choose", command=f"{PROGRAM} attach {found[0].name}") + "\n")


def _open(args: argparse.Namespace, line: Connection, welcome: Welcome, mend: bool = False) -> int:
    """Show the session; afterwards tell its host whether the person has left it.

    ``mend``: first undo what a screen that was killed has left in the terminal.
    """
    engines: list[AttachedEngine] = []

    def make_engine(on_report: OnReport) -> Engine:
        def hear(report: Report) -> None:
            if isinstance(report, Ended) and not mend:
                threading.Thread(target=_leave_to_shell, daemon=True).start()
            on_report(report)

        engines.append(AttachedEngine(line, welcome, hear))
        return engines[-1]

    def make_app() -> LenetApp:
        from lenet_tui.app.ui.app import LenetApp  # noqa: PLC0415

        return LenetApp(
            make_engine, welcome.options, lang=language(args), ascii="ascii" in args,
            theme=vars(args).get("theme", ""),
            settings=SettingsFile(default_path(), SETTINGS.get()),
            place=welcome.at or welcome.title, not_offered=welcome.refuses,
        )  # fmt: skip

    gc.disable()  # as the app itself does
    status = restore.run(make_app, mend=mend)
    for engine in engines:
        if status == 0:
            engine.leave()
        else:
            engine.hang_up()
    return status


def _leave_to_shell() -> None:
    """The program has ended on whose terminal we are: where its shell takes that, we end too."""
    until = time.monotonic() + SHELL_COMES
    while time.monotonic() < until:
        if not in_front(0):
            os.kill(os.getpid(), signal.SIGHUP)
            return
        time.sleep(0.02)
