"""What the main screen does with each report of the engine."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import TypeVar

from textual.message import Message

from lenet_tui.app.engine_reports import after
from lenet_tui.app.engine_state import Dead, EngineState, Outcome, Restarting, calm
from lenet_tui.app.ui.panes.rail import gone_words
from lenet_tui.app.ui.session_screen import SessionScreen
from lenet_tui.canvas.ui.screen import CanvasScreen
from lenet_tui.findings.ui.screen import FindingsScreen
from lenet_tui.kit.ui.messages import FrameCame
from lenet_tui.kit.ui.settings import glyphs_of
from lenet_tui.lab.ui.screen import LabScreen
from lenet_tui.parity.ui.screen import ParityScreen
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.messages import (
    Answered,
    Died,
    Ended,
    Failed,
    FrameUpdate,
    Keys,
    Moved,
    Passing,
    Printed,
    Ready,
    Remark,
    Report,
)
from lenet_tui.protocol.moves import Back, Forward, ToFailure, ToOp
from lenet_tui.protocol.phase_words import phase_text
from lenet_tui.protocol.position import Position
from lenet_tui.sessions.ui.resume import elsewhere
from lenet_tui.stepping.ui.move_queue import PendingMove
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Notice
from lenet_tui.text.numbers import thousands
from lenet_tui.twins.ui.screen import TwinsScreen

T = TypeVar("T")


class ReportScreen(SessionScreen):
    """``take`` is called with each report, in order."""

    @dataclass
    class CannotStart(Message):
        """The first engine could not start: ``why``, and the exit ``status`` of the app."""

        why: str
        status: int

    _stood_at: Position | None = None
    """Where the last move ended."""

    def take(self, report: Report) -> None:
        """Take in one report."""
        if isinstance(report, FrameUpdate) and self.tour.starting:
            return
        before, self.state = self.state, after(self.state, report)
        if isinstance(report, (Moved, FrameUpdate, Died, Failed, Ended)):
            self.passing = None  # before what is shown of it
        if isinstance(report, (Moved, FrameUpdate)):
            self._frame_reported(report, before)
        elif isinstance(report, Ready):
            self._introduced(report)
        elif isinstance(report, Passing):
            self.passing = report
            self.show_activity()
            self._loss_passes(report)
        elif isinstance(report, Printed):
            self._printed(report)
        elif isinstance(report, Remark):
            self.remarked(report.notice)
        elif isinstance(report, Answered):
            self.pending_requests.answered(report)
        elif isinstance(report, Keys):
            self._keys_passed(report)
        elif isinstance(report, (Died, Failed, Ended)):
            self._ended(report)

    def remarked(self, remark: Notice) -> None:
        """The engine remarks on what it does, which nobody asked for."""
        self.announce("note", clean(self.words.say(remark)))

    def _loss_passes(self, passing: Passing) -> None:
        """Show the loss of a script that runs on in the curves that are in sight."""
        if passing.loss is None or passing.earlier:
            return
        self.session_losses.add(passing.iteration, [passing.loss])
        if self.body.is_training:
            self.body.training.passes(passing.iteration)

    def _frame_reported(self, report: Moved | FrameUpdate, before: EngineState) -> None:
        frame, was = report.frame, calm(before)
        ended = was.why if isinstance(was, Restarting) else None
        self.session_losses.take(frame)
        if self.recorder.seen(frame) or ended:
            self._resumed(frame, ended)
        if isinstance(report, Moved):
            self._moved(report)
        elif self.looks and self.frame and self.frame.position != frame.position:
            self.outcome = None  # another screen has gone elsewhere
        if self.tour.shows(report):
            self.post_message(FrameCame(frame, isinstance(report, FrameUpdate), self._session))

    def _resumed(self, frame: Frame, ended: Notice | None) -> None:
        """A new engine has taken the session up: say where, and what of a run is not recorded.

        ``ended``: how the engine before it ended by itself.
        """
        here = frame.position.iteration
        gone = self.frame.position.iteration - here if self.frame else 0
        key = "log.taken-up.short" if gone > 0 else "log.taken-up"
        saved, self.saved = self.saved, None
        said = self.words("log.resumed" if saved else key, n=thousands(here), gone=thousands(gone))
        other = elsewhere(saved, self.ready) if saved and self.ready else ""
        if other:
            said += "; " + self.words("log.elsewhere", what=clean(other))
        if ended:
            said = self.words("log.died", error=clean(self.words.say(ended)), rest=said)
        self.announce("note", said, "warning" if gone > 0 else "information")
        self._say_divergence(frame)

    def _say_divergence(self, frame: Frame) -> None:
        if frame.divergence:
            self.announce(
                "error",
                self.words("log.divergence", what=self.words.say(frame.divergence)),
                "error",
            )

    def _moved(self, report: Moved) -> None:
        """A move or a run is over: note it, say what there is to say, let the next begin."""
        done, frame = self.queue.answered(report.number), report.frame
        if done is None:
            return
        self._note_outcome(done, report)
        if report.error:
            self.announce("error", self.words.say(report.error), "error")
        else:
            self.recorder.note(done, frame, report.stopped is not None)
            self.log_pane.add("move", self._summary(done, frame))
        self._say_divergence(frame)
        stepped = done.move in (Forward("op"), Back("op")) or report.stopped is not None
        asked = isinstance(done.move, ToOp) and not report.error
        if ((self.follows and stepped) or asked) and not self.tour.on:
            self.follow(frame)
        if report.stopped and not done.paused:
            self.announce("note", self.words.say(report.stopped))
        if report.error or report.stopped:
            self.player.stop()
            self.runner.halt()
        if report.error and isinstance(done.move, Forward) and _failed_ahead(frame):
            self.move(ToFailure())

    def _note_outcome(self, done: PendingMove, report: Moved) -> None:
        """What stopped the move is said until another one goes elsewhere."""
        position, self._stood_at = self._stood_at, report.frame.position
        rejected = self.outcome is not None and self.outcome.rejected
        if report.error:
            self.outcome = Outcome(report.error, rejected=True)
        elif report.stopped and not done.paused:
            self.outcome = Outcome(report.stopped)
        elif rejected or done.paused or report.frame.position != position:
            self.outcome = None

    def _summary(self, done: PendingMove, frame: Frame) -> str:
        """A move and where it led, as a line of the log."""
        position = frame.position
        phase = phase_text(position.phase, self.words)
        where = self.words("log.where", n=thousands(position.iteration), phase=phase)
        if position.op is not None:
            where += f" {position.op}"
        what = self.words("log.run") if done.move is None else done.move.brief
        return f"{what}  {glyphs_of(self).arrow}  {where}"

    def _introduced(self, ready: Ready) -> None:
        """The engine has a model: from now on little is made anew, so the collector may rest."""
        first = self.ready is None
        self.ready = ready
        self.tour.started()
        for lab in self._opened(LabScreen):
            lab.ask()
        for canvas in self._opened(CanvasScreen):
            canvas.ask()
        self.body.know(ready)
        self.body.inspector.renew()
        if first:
            gc.collect()
            gc.freeze()
        self.subscribe()
        self.show_activity()

    def _printed(self, report: Printed) -> None:
        if report.kind == "unsaved":
            self.announce("error", self.words("log.unsaved", reason=clean(report.text)), "warning")
            return
        self.log_pane.add(report.kind, report.text)
        if report.kind == "warning":  # the log may be out of sight
            warned = self.words("log.warned", text=clean(report.text))
            panels: list[FindingsScreen | TwinsScreen] = [*self._opened(FindingsScreen)]
            panels += self._opened(TwinsScreen)
            for panel in panels:
                panel.warned(warned)
            if not panels:
                self.notify(warned, severity="warning")

    def _keys_passed(self, keys: Keys) -> None:
        """One of several screens makes the moves: say so where that changes."""
        if keys.yours == self.looks:
            self.looks = not keys.yours
            self.outcome = None  # that another screen makes the moves is true no longer
            self.announce("note", self.words("keys.yours" if keys.yours else "keys.others"))
            self.show_activity()

    def _ended(self, report: Died | Failed | Ended) -> None:
        """The engine has ended: another one carries on, if this one has shown anything."""
        if isinstance(report, Failed) and self.ready is None:
            self.post_message(self.CannotStart(clean(self.words.say(report.error)), report.exit))
            return
        state = self.state
        self.forget_pending()
        self.player.stop()
        self.runner.stop()
        for parity in self._opened(ParityScreen):
            parity.lost()
        for twins in self._opened(TwinsScreen):
            twins.lost()
        for findings in self._opened(FindingsScreen):
            findings.lost()
        if isinstance(state, Restarting):
            self.restart(state.why)
        elif isinstance(state, Dead):
            self.tour.session_shown()
            self.log_pane.add("error", gone_words(state, self.words))
        self.show_activity()

    def _opened(self, kind: type[T]) -> list[T]:
        """The screens of a kind that lie over this one."""
        return [screen for screen in self.app.screen_stack if isinstance(screen, kind)]


def _failed_ahead(frame: Frame) -> bool:
    """Whether what comes next has failed after some of its ops, which can be looked at."""
    failure, position = frame.failure, frame.position
    inside = position.op is not None and failure and failure.iteration == position.iteration
    return failure is not None and failure.done > 0 and not inside
