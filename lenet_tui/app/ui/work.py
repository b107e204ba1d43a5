"""What was asked of the engine and is not done, as rail and status line show it."""

from __future__ import annotations

from lenet_tui.app.engine_state import Busy, EngineState
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.moves import Continue, Forward
from lenet_tui.protocol.position import SEARCHING
from lenet_tui.stepping.ui.autorun import Runner
from lenet_tui.stepping.ui.move_queue import MoveQueue
from lenet_tui.stepping.ui.moves_player import Player
from lenet_tui.text.words import Words


def phase_under_way(state: EngineState, frame: Frame | None, queue: MoveQueue) -> str:
    """The phase that torch is in at this moment, as far as it is known; else empty."""
    if isinstance(state, Busy):
        return "" if state.op.what == SEARCHING else state.op.position.phase
    if queue.pending is None or frame is None or not isinstance(queue.pending.move, Forward):
        return ""
    return frame.next_phase if frame.position.op is None else frame.position.phase


def run_words(queue: MoveQueue, runner: Runner, player: Player, words: Words) -> str:
    """What runs by itself now, in words; empty if nothing does."""
    speed, pending = runner.speed, queue.pending
    if runner.on:
        if speed.flat_out:
            return words("run.flat")
        return words(f"run.{speed.unit}", rate=f"{1 / speed.seconds:g}")
    if pending is not None and pending.pausable:
        until = isinstance(pending.move, Continue)
        return words("run.until") if until else words("run.to", move=pending.move)
    return words("run.playing") if player.on else ""
