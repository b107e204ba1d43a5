"""The report of a move: the frame, and of a phase that it passed what a transcript says."""

from __future__ import annotations

from collections.abc import Callable

from lenet_tui.protocol import moves
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.messages import DoMove, Moved
from lenet_tui.protocol.transcript import OpState, PhaseState
from lenet_tui.tape.engine import digests
from lenet_tui.tape.engine.tape import Cursor, Tape
from lenet_tui.text.notice import Notice


def moved(
    command: DoMove,
    frame: Frame,
    at: tuple[Tape, Cursor],
    ops: Callable[[int], tuple[OpState, ...]],
    *,
    error: Notice | None,
    stopped: Notice | None,
) -> Moved:
    """``ops``: those of a segment of the tape, by its number."""
    full = command.parameters
    states = digests.parameters(*at) if full else ()
    phase = None
    if full and not error and command.move == moves.Forward("phase"):
        number = at[1].segment
        segment = frame.segments[number]
        made = ops(number) if command.ops else ()
        phase = PhaseState(
            frame.position, segment.how, frame.loss, segment.seconds or 0.0, states, made
        )
    return Moved(command.number, frame, error, stopped, states, phase)
