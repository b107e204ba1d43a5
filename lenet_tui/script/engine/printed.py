"""One iteration of a script's step in words, as ``lenet-tui trace`` prints it."""

from __future__ import annotations

import sys
from itertools import count

from lenet_tui.cli.options import complain
from lenet_tui.cli.printer import Printer
from lenet_tui.cli.transcript_text import TextPrinter
from lenet_tui.cli.words import words_in
from lenet_tui.history.engine.live_session import Lent, Unwatched
from lenet_tui.protocol.messages import DoMove, Printed, Remark, Report
from lenet_tui.protocol.moves import Forward, Run
from lenet_tui.text.notice import Notice

PHASE = Forward("phase")


class Saying(Unwatched):
    """Says on standard error what a session reports beside its answers."""

    def send(self, report: Report) -> None:
        if isinstance(report, Printed):
            sys.stderr.write(f"{report.text}\n")
        elif isinstance(report, Remark):
            complain(report.notice)


def print_iteration(lent: Lent, language: str) -> Notice | None:
    """Print ``init`` and one iteration, phase by phase; returns why it ended before its end."""
    ascii = not (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")
    writer = TextPrinter(Printer(ascii), words_in(language, ascii))
    session = lent.make_session(hooks=Saying())
    session.subscribe(writer.begin(session.ready))
    writer.init(session.do(DoMove(0, Run(0), parameters=True)))
    for number in count(1):
        moved = session.do(DoMove(number, PHASE, parameters=True))
        if moved.error:
            return moved.error
        writer.phase(moved)
        if moved.frame.boundary:
            break
    return None
