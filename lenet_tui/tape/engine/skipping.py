"""The tape of iterations run without recording: of all that follow one another the same."""

from __future__ import annotations

from functools import cache

from lenet_tui.protocol.iteration_plan import regular
from lenet_tui.protocol.options import Options, phases_on
from lenet_tui.tape.engine.tape import Cursor, Tape, TapeSegment


@cache
def unrecorded(on: tuple[str, ...]) -> tuple[TapeSegment, ...]:
    """The segments of an iteration run without recording; ``on``: its optional phases."""
    return tuple(TapeSegment(segment, 0) for segment in regular(on).segments)


class Skipping:
    """Makes such a tape, which has no entries. ``end``: the cursor at its end."""

    def __init__(self) -> None:
        self.end = Cursor(0)
        self._tape: Tape | None = None
        self._options: Options | None = None
        self._count = 0

    def begin(self, before: Tape, iteration: int, options: Options) -> Tape:
        """The tape of an iteration that follows the tape ``before``."""
        segments = list(unrecorded(phases_on(options)))
        tape = Tape(iteration, before.base, None, segments, before.evaluations)
        self._tape, self._options = tape, options
        self.end, self._count = tape.end, len(segments)
        return tape

    def goes_on(self, present: Tape, iteration: int, options: Options) -> bool:
        """Have the present tape be that of ``iteration``, if it is one and nothing was added."""
        if present is not self._tape or options is not self._options:
            return False
        if len(present.segments) != self._count:
            return False
        present.iteration = iteration
        return True
