"""What the app is given once its first picture is painted: all that takes time to import."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lenet_tui.app.ui import actions, reports
from lenet_tui.app.ui.frame_scheduler import Showing
from lenet_tui.app.ui.main_layout import Body
from lenet_tui.export.ui.dialog import Exporter
from lenet_tui.lab.layer import FIRST_LAYER
from lenet_tui.protocol.loss_series import Losses
from lenet_tui.protocol.moves import Continue, Forward, Move
from lenet_tui.protocol.pending_requests import PendingRequests
from lenet_tui.protocol.position import SEARCHING
from lenet_tui.sessions.ui.resume import offer
from lenet_tui.stepping.ui.autorun import Runner
from lenet_tui.stepping.ui.move_queue import Control
from lenet_tui.stepping.ui.moves_player import Player, Recorder
from lenet_tui.tour.ui.controller import Tour

if TYPE_CHECKING:
    from lenet_tui.app.ui.app import LenetApp

__all__ = ["do_command", "furnish", "handle", "offer", "phase_under_way", "run_words"]

do_command = actions.run
"""Does a command of the table."""
handle = reports.handle
"""Takes in a report of the engine."""


async def furnish(app: LenetApp, moves: Sequence[Move]) -> None:
    """Give the app its panes and all that works behind them."""
    app.losses = Losses()
    app.requests = PendingRequests(app.send)
    app.recorder = Recorder()
    app.exporter = Exporter(app)
    app.control = Control(app.send)
    app.runner = Runner(app, app.control, app.show_state)
    app.showing = Showing(app)
    app.player = Player(app, app.control, moves, app.show_moves)
    app.tour = Tour(app)
    app.tried = (FIRST_LAYER, None)
    app.saved = None
    app.stylesheet.read(Path(__file__).with_name("panes.tcss"))
    await app.main.furnish(Body(app.losses, app), app.words)


def phase_under_way(app: LenetApp) -> str:
    """The phase that torch is in at this moment, as far as it is known; else empty."""
    busy, flight, frame = app.busy, app.control.flight, app.frame
    if busy is not None:
        return "" if busy.what == SEARCHING else busy.position.phase
    if flight is None or frame is None or not isinstance(flight.move, Forward):
        return ""
    return frame.next_phase if frame.position.op is None else frame.position.phase


def run_words(app: LenetApp) -> str:
    """What runs by itself now, in words; empty if nothing does."""
    speed, flight = app.runner.speed, app.control.flight
    if app.runner.on:
        if speed.flat_out:
            return app.words("run.flat")
        return app.words(f"run.{speed.unit}", rate=f"{1 / speed.seconds:g}")
    if flight is not None and flight.pausable:
        until = isinstance(flight.move, Continue)
        return app.words("run.until") if until else app.words("run.to", move=flight.move)
    return app.words("run.playing") if app.player.on else ""
