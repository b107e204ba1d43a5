"""The tape of iterations run without recording: of all that follow one another the same."""

from __future__ import annotations

from functools import cache

from lenet_tui.protocol.iteration_plan import regular
from lenet_tui.protocol.options import Options, phases_on
from lenet_tui.tape.engine.tape import Tape, TapeSegment


@cache
def unrecorded(on: tuple[str, ...]) -> tuple[TapeSegment, ...]:
    """The segments of an iteration run without recording; ``on``: its optional phases."""
    return tuple(TapeSegment(segment, 0) for segment in regular(on).segments)


def skipped(before: Tape, iteration: int, options: Options) -> Tape:
    """The tape of an iteration that was run without recording, after the tape ``before``."""
    segments = list(unrecorded(phases_on(options)))
    tape = Tape(iteration, before.base, None, segments, before.evaluations)
    tape.skipped = options, len(segments), tape.end
    return tape


def goes_on(tape: Tape, iteration: int, options: Options) -> bool:
    """Have a tape be that of another such iteration, if it is of one and nothing was added."""
    if tape.skipped is None:
        return False
    before, count, _ = tape.skipped
    if options is not before or len(tape.segments) != count:
        return False
    tape.iteration = iteration
    return True
