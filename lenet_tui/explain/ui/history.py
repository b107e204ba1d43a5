"""The cells that were visited, and the answer on the present one that is true of this moment."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import count

from lenet_tui.explain.explanation import Explanation, NotExplained
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.messages import Command, Explain

MOST = 4096
"""Terms that are sent at first; the others come as a count and a sum."""


@dataclass(slots=True)
class Visit:
    """A visited cell, and how it is shown.

    ``line`` and ``part`` are what is chosen in the table. Where ``largest`` is true, the largest
    terms come first, else they are in order. ``shown`` terms come before the rest is folded (0:
    as many as there is room for), ``most`` are asked for; ``check``: with the central difference.
    """

    cell: str
    line: int = 0
    part: int = 0
    largest: bool = True
    shown: int = 0
    most: int = MOST
    check: bool = False


class History:
    """The cells from the one that was opened to the present one."""

    def __init__(self) -> None:
        self.visits: list[Visit] = []

    @property
    def here(self) -> Visit | None:
        """The present cell; ``None``: nothing is open."""
        return self.visits[-1] if self.visits else None

    def open(self, cell: str) -> None:
        """Begin anew with a cell."""
        self.visits = [Visit(cell)]

    def follow(self, cell: str) -> None:
        """Go on to where an operand came from."""
        if self.here is None or self.here.cell != cell:
            self.visits.append(Visit(cell, largest=self.here.largest if self.here else True))

    def back(self, depth: int | None = None) -> bool:
        """Return to the cell before, or to the one at ``depth`` (from 0); whether that is another.

        The first cell stays.
        """
        keep = max(1, len(self.visits) - 1 if depth is None else depth + 1)
        moved = keep < len(self.visits)
        del self.visits[keep:]
        return moved

    def close(self) -> None:
        """Nothing is open any longer."""
        self.visits = []


def moment_of(frame: Frame) -> Hashable:
    """What tells one point of a session from another: the same cell is another number there."""
    segments = tuple((s.phase, s.how, s.vector, s.done) for s in frame.segments)
    return frame.position, segments, frame.options, frame.accumulated, frame.digest


Wanted = tuple[str, Hashable, int, bool]
"""Cell, moment, terms at most, with the central difference."""


class Inquiry:
    """Asks the engine, one question at a time; what was asked of another moment is dropped.

    ``answer``: to what is wanted now (terms or the difference may still be on their way), else
    ``None``.
    """

    def __init__(self, send: Callable[[Command], None]) -> None:
        self._send = send
        self._numbers = count(1)
        self._flight: tuple[int, Wanted] | None = None
        self._wanted: Wanted | None = None
        self._answered: Wanted | None = None
        self.answer: Explanation | NotExplained | None = None

    @property
    def complete(self) -> bool:
        """Whether nothing is awaited."""
        return self._answered == self._wanted

    def want(self, visit: Visit | None, moment: Hashable | None) -> bool:
        """Ask about a cell at a moment (``None``: about nothing); whether that is something new."""
        wanted = None
        if visit is not None and moment is not None:
            wanted = (visit.cell, moment, visit.most, visit.check)
        if wanted == self._wanted:
            return False
        if wanted is None or self._answered is None or wanted[:2] != self._answered[:2]:
            self.answer = self._answered = None
        self._wanted = wanted
        self._ask()
        return True

    def receive(self, report: Explanation | NotExplained) -> bool:
        """Take an answer; whether it is to what is wanted now."""
        if self._flight is None or report.number != self._flight[0]:
            return False
        asked, self._flight = self._flight[1], None
        if asked == self._wanted:
            self.answer, self._answered = report, asked
        self._ask()
        return asked == self._answered

    def renew(self) -> None:
        """Another engine: what was asked is lost, and is asked again."""
        self._flight = None
        self._ask()

    def _ask(self) -> None:
        if self._flight is None and self._wanted is not None and not self.complete:
            cell, _, most, check = self._wanted
            number = next(self._numbers)
            self._flight = number, self._wanted
            self._send(Explain(number, cell, check, most))
