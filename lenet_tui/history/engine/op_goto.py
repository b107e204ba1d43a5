"""Goes to an op by its name, in one move however many ops lie between."""

from __future__ import annotations

from lenet_tui.history.engine.navigator import Navigator
from lenet_tui.protocol.phases import FORWARD, PHASES
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.tape.engine.tape import UNKNOWN, Cursor
from lenet_tui.text.clean import clean


def to_op(navigator: Navigator, name: str) -> None:
    """Put the cursor just after the op ``name``: of the iteration's forward, or of the next.

    Of several forwards, of the one that the cursor is in or passed last, if it has such an op. An
    op that is called after another phase, as ``loss.mul``, is looked for in that phase.
    Raises ``MoveRejected`` where none has it.
    """
    if _of_phase(navigator, name):
        return
    last = navigator.iteration + 1
    while not _forwards(navigator):
        if navigator.iteration == last and navigator.finished:
            raise MoveRejected("history:no-op", name=clean(name))
        navigator.op()  # which stops before an op that fails
        if not _forwards(navigator):
            navigator.phase()
    for number in _forwards(navigator):
        if _put(navigator, number, name):
            return
        if navigator.tape.segments[number].total == UNKNOWN:  # it was stopped inside on purpose
            navigator.rebuild(navigator.iteration, Cursor(number))
            if _put(navigator, number, name):
                return
    raise MoveRejected("history:no-op", name=clean(name))


def _of_phase(navigator: Navigator, name: str) -> bool:
    """Put the cursor after an op of the phase that its name begins with, if there is one."""
    phase = PHASES.get(name.partition(".")[0])
    if phase is None or phase is FORWARD:
        return False
    segments = navigator.tape.segments
    for number in range(len(segments) - 1, -1, -1):
        if segments[number].phase is phase and _put(navigator, number, name):
            return True
    last = navigator.iteration + navigator.finished
    while not (navigator.iteration == last and navigator.finished):
        navigator.phase()
        number = navigator.cursor.segment
        if navigator.tape.segments[number].phase is phase and _put(navigator, number, name):
            return True
    return False


def to_failure(navigator: Navigator) -> None:
    """Put the cursor after the last op before an exception of the owner's code.

    Raises ``MoveRejected`` where none has been raised in what comes next.
    """
    failure = navigator.failure
    if failure is None:
        raise MoveRejected("history:no-failure")
    if failure.iteration != navigator.iteration or navigator.cursor.done is None:
        navigator.op()
    last = navigator.tape.segments[-1]
    if last.total == UNKNOWN and last.entries:
        navigator.cursor = Cursor(len(navigator.tape.segments) - 1, len(last.entries))


def _put(navigator: Navigator, number: int, name: str) -> bool:
    """Put the cursor after the op ``name`` of a segment, if it has one."""
    segment = navigator.tape.segments[number]
    for place, entry in enumerate(segment.entries, 1):
        if entry.name == name:
            navigator.cursor = Cursor(number, None if place == segment.total else place)
            return True
    return False


def _forwards(navigator: Navigator) -> list[int]:
    """The numbers of the segments that are forwards, those nearest before the cursor first."""
    here = navigator.cursor.segment
    segments = enumerate(navigator.tape.segments)
    found = [n for n, s in segments if s.phase is FORWARD and s.total]
    return sorted(found, key=lambda n: (n > here, abs(n - here)))
