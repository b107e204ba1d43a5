"""What the app does with each report of the engine."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from lenet_tui.kit.ui.messages import FrameCame
from lenet_tui.lab.ui.screen import LabScreen
from lenet_tui.parity.ui.screen import ParityScreen
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.messages import (
    Answered,
    Busy,
    Died,
    Failed,
    Moved,
    Painting,
    Printed,
    Ready,
    Report,
)
from lenet_tui.protocol.moves import Back, Forward
from lenet_tui.protocol.position import SEARCHING
from lenet_tui.sessions.ui.resume import elsewhere
from lenet_tui.stepping.ui.move_queue import Flight
from lenet_tui.stepping.ui.view_actions import follow
from lenet_tui.text.clean import clean

if TYPE_CHECKING:
    from lenet_tui.app.ui.app import LenetApp

BUSY_FROM = 1.0
"""Seconds that an op may take before the rail says so."""


def handle(app: LenetApp, report: Report) -> None:
    """Take in one report."""
    if isinstance(report, Answered):
        app.busy = None
        app.requests.answered(report)
    elif isinstance(report, (Moved, Painting)):
        if app.tour.starting and isinstance(report, Painting):
            return
        app.busy, app.alive = None, True
        app.losses.take(report.frame)
        if app.recorder.seen(report.frame) or app.ended:
            _taken_up(app, report.frame)
        if isinstance(report, Moved):
            _moved(app, report)
        if app.tour.shows(report):
            app.post_message(FrameCame(report.frame, isinstance(report, Painting)))
    elif isinstance(report, Ready):
        _ready(app, report)
    elif isinstance(report, Busy):
        told = report.seconds >= BUSY_FROM or report.what == SEARCHING
        app.busy = report if told else None
    elif isinstance(report, Printed) and report.kind == "unsaved":
        said = app.words("log.unsaved", reason=clean(report.text))
        app.main.log_pane.add("error", said)
        app.tell(said, "warning")
    elif isinstance(report, Printed):
        app.main.log_pane.add(report.kind, report.text)
        if report.kind == "warning":  # the log may be out of sight
            app.tell(app.words("log.warned", text=clean(report.text)), "warning")
    elif isinstance(report, Failed):
        _failed(app, report)
    elif isinstance(report, Died):
        _died(app, report.error)


def _taken_up(app: LenetApp, frame: Frame) -> None:
    """A new engine has taken the session up: say where, and what of a run is not recorded."""
    here = frame.position.iteration
    gone = app.frame.position.iteration - here if app.frame else 0
    key = "log.taken-up.short" if gone > 0 else "log.taken-up"
    saved, app.saved = app.saved, None
    said = app.words("log.resumed" if saved else key, n=here, gone=gone)
    other = elsewhere(saved, app.ready) if saved and app.ready else ""
    if other:
        said += "; " + app.words("log.elsewhere", what=clean(other))
    if app.ended:
        said = app.words("log.died", error=clean(app.ended), rest=said)
        app.ended = ""
    app.main.log_pane.add("note", said)
    app.tell(said, "warning" if gone > 0 else "information")
    _tell_drift(app, frame)


def _tell_drift(app: LenetApp, frame: Frame) -> None:
    if frame.drift:
        drift = app.words("log.drift", what=frame.drift)
        app.main.log_pane.add("error", drift)
        app.tell(drift, "error")


def _moved(app: LenetApp, report: Moved) -> None:
    """A move or a run is over: note it, say what there is to say, let the next begin."""
    flight = app.control.landed(report.number)
    if flight is None:
        return
    log = app.main.log_pane
    if report.error:
        log.add("error", report.error)
        app.tell(report.error, "error")
    else:
        app.recorder.note(flight, report.frame, report.stopped)
        log.add("move", _told(app, flight, report.frame))
    _tell_drift(app, report.frame)
    stepped = flight.move in (Forward("op"), Back("op")) or report.stopped
    if app.follows and stepped and not app.tour.on:
        follow(app, report.frame)
    if report.stopped and not flight.paused:
        log.add("note", report.stopped)
        app.tell(report.stopped)
    if report.error or report.stopped:
        app.player.stop()
        app.runner.halt()
    if flight.move is None:
        app.runner.ended()


def _told(app: LenetApp, flight: Flight, frame: Frame) -> str:
    position = frame.position
    where = app.words("log.where", n=position.iteration, phase=position.phase)
    if position.op is not None:
        where += f" {position.op}"
    what = app.words("log.run") if flight.move is None else str(flight.move)
    return f"{what}  {app.glyphs.arrow}  {where}"


def _ready(app: LenetApp, ready: Ready) -> None:
    """The engine has a model: from now on little is made anew, so the collector may rest."""
    first = app.ready is None
    app.ready, app.gone = ready, ""
    app.tour.started()
    for screen in _labs(app):
        screen.ask()
    app.main.body.know(ready, app.glyphs)
    app.main.body.inspector.renew()
    if first:
        gc.collect()
        gc.freeze()
    app.look()
    app.show_state()


def _labs(app: LenetApp) -> list[LabScreen]:
    return [screen for screen in app.screen_stack if isinstance(screen, LabScreen)]


def _parities(app: LenetApp) -> list[ParityScreen]:
    return [screen for screen in app.screen_stack if isinstance(screen, ParityScreen)]


def _failed(app: LenetApp, report: Failed) -> None:
    if app.ready is None:
        app.failure = clean(report.error)
        app.exit(return_code=report.exit)
    else:
        _died(app, report.error)


def _died(app: LenetApp, error: str) -> None:
    """The engine is gone: another one carries on, unless this one has not shown anything yet."""
    if app.control.forget():
        app.recorder.lost()
    app.player.stop()
    app.runner.stop()
    app.requests.cancel()
    app.tour.lost()
    app.busy, app.gone = None, error or "?"
    for screen in _parities(app):
        screen.lost()
    if app.alive:
        app.ended = app.gone
        app.restart()
    else:
        app.main.log_pane.add("error", app.words("rail.gone", error=clean(app.gone)))
    app.show_state()
