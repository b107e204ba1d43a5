"""What a step of one's own leaves to be asked of a session, and what it shows of the phases."""

from __future__ import annotations

from lenet_tui.history.engine.navigator import Navigator
from lenet_tui.protocol import moves
from lenet_tui.protocol.moves import Move
from lenet_tui.protocol.phase_words import phase_noticed
from lenet_tui.protocol.phases import STEP
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.tape.engine.tape import LAST

SETTABLE = ("lr", "device", "seed")
"""The options that the step does not decide itself."""

FIXED = ("seed", "device", "data", "batch-size")
"""What is not to be changed of a script's own objects."""


def check_move(navigator: Navigator, move: Move) -> None:
    """Raise ``MoveRejected`` for what would change the order or the parts of an owner's step."""
    if navigator.trainer.file.live and isinstance(move, moves.Set) and move.option in FIXED:
        raise MoveRejected("training:live-stays", option=move.option)
    if not navigator.own_step:
        return
    if isinstance(move, (moves.Skip, moves.Do)):
        raise MoveRejected("history:own-order", file=navigator.trainer.file.title)
    if isinstance(move, moves.Set) and move.option != "seed":
        if move.option not in SETTABLE:
            raise MoveRejected("history:own-option", option=move.option)
        if not navigator.finished:
            raise MoveRejected("history:inside-step", option=move.option)


def upcoming(navigator: Navigator) -> tuple[str, ...] | None:
    """The recorded phases after the cursor; ``None`` where the order is the app's."""
    if not navigator.own_step:
        return None
    following = navigator.cursor.segment + 1
    return tuple(s.segment.phase for s in navigator.tape.segments[following:])


def segment_number(navigator: Navigator) -> int:
    """The number of the cursor's segment; of a step that was not recorded, the last one."""
    number = navigator.cursor.segment
    return LAST.segment if navigator.tape.segments[number].phase is STEP else number


def check_between_phases(navigator: Navigator) -> None:
    """Reject what can be done only where no phase is under way."""
    position = navigator.position
    if position.op is not None:
        total = navigator.tape.segments[navigator.cursor.segment].total
        phase = phase_noticed(position.phase)
        raise MoveRejected("history:phase-under-way", phase=phase, done=position.op, total=total)


def check_next(navigator: Navigator, phase: str) -> None:
    """Reject to skip a phase that is not next in turn."""
    check_between_phases(navigator)
    following = navigator.plan.next_phase(navigator.cursor.segment + 1)
    if phase != following:
        raise MoveRejected("history:not-next", phase=phase, following=following)
