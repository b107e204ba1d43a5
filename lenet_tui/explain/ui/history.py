"""The cells that were visited, and the answer on the present one that is true of this moment."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from lenet_tui.explain.explanation import Explain, Explanation
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.request import Asks, Reply

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
    """A value that differs between points of a session, where a cell may be another number."""
    segments = tuple((s.phase, s.how, s.vector, s.edit, s.done) for s in frame.segments)
    return frame.position, segments, frame.options, frame.accumulated, frame.digest


Wanted = tuple[str, Hashable, int, bool]
"""Cell, moment, terms at most, with the central difference."""


class Inquiry:
    """Asks the engine, one question at a time; what was asked of another moment is dropped.

    ``reply`` belongs to what is wanted now (more terms or the difference may still be on their
    way); ``None`` while there is none.
    """

    def __init__(self, engine: Asks) -> None:
        self._engine = engine
        self._wanted: Wanted | None = None
        self._answered: Wanted | None = None
        self.reply: Reply[Explanation] | None = None

    @property
    def complete(self) -> bool:
        """Whether nothing is awaited."""
        return self._answered == self._wanted

    def want(self, visit: Visit | None, moment: Hashable | None) -> bool:
        """Want a cell at a moment (``None``: nothing); whether that is something new."""
        wanted = None
        if visit is not None and moment is not None:
            wanted = (visit.cell, moment, visit.most, visit.check)
        if wanted == self._wanted:
            return False
        if wanted is None or self._answered is None or wanted[:2] != self._answered[:2]:
            self.reply = self._answered = None
        self._wanted = wanted
        return True

    async def ask(self) -> bool:
        """Ask for what is wanted; whether it is still wanted when the reply comes."""
        wanted = self._wanted
        if wanted is None:
            return False
        cell, _, most, check = wanted
        reply = await self._engine.ask(Explain(cell, check, most))
        if wanted != self._wanted:
            return False
        self.reply, self._answered = reply, wanted
        return True
