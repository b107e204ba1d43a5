"""Prints what a script was stopped at: the iteration as ``trace`` does, or where moves lead."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lenet_tui.cli.options import complain, language
from lenet_tui.cli.printer import Printer
from lenet_tui.cli.transcript_text import TextPrinter
from lenet_tui.cli.words import words_in
from lenet_tui.protocol.messages import DoMove, Remark, Report
from lenet_tui.protocol.moves import Forward, parse_move
from lenet_tui.text.clean import clean

if TYPE_CHECKING:
    from lenet_tui.around.program import MakeScriptSession

PHASE = Forward("phase")


class ScriptPrinter(TextPrinter):
    """Says in the place of a session's options what there is of a script."""

    def _config(self) -> None:
        ready = self._ready
        self._printer.line(
            f"{clean(ready.options.model, 200)} · torch {ready.torch} · {ready.device.name} · "
            f"{ready.dtype} · threads {ready.threads}"
        )


class Printed:
    """Shows a session on standard error, and then lets the script go on. ``moves``: lines."""

    def __init__(self, args: argparse.Namespace, moves: Sequence[str] | None) -> None:
        self._args = args
        self._moves = moves

    def signals(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def show(self, make: MakeScriptSession) -> bool:
        """Print, and never interrupt the script."""
        session = make(NoHooks())
        printer = Printer(bool(vars(self._args).get("ascii")), sys.stderr)
        writer = ScriptPrinter(printer, words_in(language(self._args)))
        session.subscribe(writer.begin(session.ready))
        if self._moves is None:
            session.to_start()
            for number in range(session.phases):
                moved = session.do(DoMove(number, PHASE, parameters=True))
                writer.phase(moved)
                if moved.error is not None:
                    complain(moved.error)
        for number, line in enumerate(self._moves or ()):
            writer.position(line, session.do(DoMove(number, parse_move(line), parameters=True)))
        return False


class NoHooks:
    """Nobody interrupts, and nobody waits for frames; remarks are lines on standard error."""

    def stop_wanted(self) -> bool:
        return False

    def between_iterations(self) -> None:
        pass

    def frame_wanted(self) -> bool:
        return False

    def send(self, report: Report) -> None:
        if isinstance(report, Remark):
            complain(report.notice)
