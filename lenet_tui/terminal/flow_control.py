"""How much of what was written the terminal has not taken yet.

A terminal at the end of a slow line is seconds behind what was written: the kernel and the programs
on the way store it. Most terminals answer a query, in the order of the bytes. So a query is written
behind each frame, and where the answer does not come at once the next frame waits for it. A
terminal that answers nothing is behind as far as writing to it takes time; see ``Pace``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import monotonic

AT_ONCE = 0.15
"""Seconds within which an answer holds nothing up: the next frame may overtake it."""
WINDOW = 6 * 1024
"""Characters that may be on the way before painting waits."""
WRITES = 20
"""Writes that may be on the way: Textual's queue holds 30, and a write waits while it is full."""
QUERY_EACH = 2 * 1024
"""Characters after which a paint that is no frame has a query behind it."""
ASK_AGAIN = 10.0
"""Seconds without an answer after which the query is repeated; each time it is twice as long."""
LATE = 3.0
"""Seconds after which an answer is lost: the terminal has sent something that comes later."""

BUFFER = 24 * 1024
"""Bytes that a pseudo-terminal stores at most (21 kB on Linux)."""
SLOW_WRITE = 0.05
"""Seconds of a write from which on the terminal's buffer was full."""
SLOWEST = 2 * 1024.0
"""Bytes a second that a line carries at least: if it carried less, it had stalled."""
SHARE = 0.8
"""The part of a slow line's speed that is used, so that its buffer becomes empty."""
FASTER_EACH, FASTER, FASTER_UNKNOWN = 5.0, 1.03, 1.3
"""Seconds without a slow write after which a line counts as faster, and by how much: little where
its speed was measured.
"""
LONGEST_PAUSE = 4.0
"""Seconds that a line which answers nothing is left alone at most."""


class FlowControl:
    """Knows when the terminal is behind. A driver reports what it writes and reads.

    Without a driver, as in tests, it never is.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._query: Callable[[], None] | None = None
        self._answers = False
        self._asked: deque[tuple[float, tuple[int, int]]] = deque()
        self._took = 0.0
        self._asked_at = self._answered_at = 0.0
        self._read_at: float | None = None
        self._repeats = 0
        self._written = self._taken = (0, 0)
        self._handed = 0
        self._pace = Pace()

    # What a driver reports

    def start(self, query: Callable[[], None], *, asked: bool = False) -> None:
        """From now on the terminal is ours; ``query`` writes a query. ``asked``: somebody else
        writes the first one.
        """
        self._asked.clear()
        self._taken = self._written
        self._query = query
        if asked:
            self._asked.append((self._clock(), self._written))
        else:
            self._ask()

    def close(self) -> None:
        """From now on nothing is asked."""
        self._query = None

    def wrote(self, count: int) -> None:
        """``count`` characters wait for the thread that writes."""
        characters, writes = self._written
        self._written = characters + count, writes + 1

    def handed(self, count: int, seconds: float) -> None:
        """The kernel has taken ``count`` characters, within ``seconds``. Any thread may say so."""
        self._handed += count
        self._pace.took(count, seconds, self._clock())

    def read(self) -> None:
        """The terminal has sent something, such as keys. The thread that reads says so."""
        if self._read_at is None:
            self._read_at = self._clock()

    def answered(self) -> None:
        """The terminal has answered a query. The thread that reads says so."""
        self._answers, self._answered_at = True, self._clock()
        self._repeats, self._read_at = 0, None
        if self._asked:
            asked_at, self._taken = self._asked.popleft()
            self._took = self._answered_at - asked_at

    def painted(self) -> None:
        """Something has been painted: a query goes behind it where the last is far before it."""
        last = self._asked[-1][1] if self._asked else self._taken
        if self._answers and _more(self._written, last, QUERY_EACH, WRITES // 2):
            self._ask()

    # What those who paint ask

    def mark(self) -> None:
        """A frame has been painted: a query goes behind it."""
        last = self._asked[-1][1] if self._asked else self._taken
        if self._answers and self._written != last:
            self._ask()

    @property
    def waiting(self) -> bool:
        """Whether an answer is still to come."""
        return self._query is not None and self._answers and bool(self._asked)

    @property
    def behind(self) -> bool:
        """Whether the terminal has not taken the last frame yet, and is not about to."""
        if self._query is None:
            return False
        self._look_after_lost()
        if self._answers:
            return bool(self._asked) and max(self._took, self._waited()) > AT_ONCE
        return 0 < self._handed < self._written[0] or self._pace.behind(self._clock())

    @property
    def full(self) -> bool:
        """Whether so much is on the way that the effect of the next key would be seen late."""
        if self._query is None:
            return False
        self._look_after_lost()
        if not self._answers:
            return 0 < self._handed < self._written[0] - WINDOW
        full = _more(self._written, self._taken, WINDOW, WRITES)
        if full and not self._asked:
            self._ask()
        return full

    def _ask(self) -> None:
        if self._query is not None:
            self._query()
            self._asked_at = self._clock()
            self._asked.append((self._asked_at, self._written))

    def _waited(self) -> float:
        """How long the first of the queries has waited for its answer."""
        try:
            return self._clock() - self._asked[0][0]
        except IndexError:  # it has come just now, on the other thread
            return 0.0

    def _look_after_lost(self) -> None:
        """Repeat a query that was not answered for long; give up those whose answers are lost.

        An answer is lost when the answer to a later query, or a key, has come long ago. A stalled
        line sends neither.
        """
        if not (self._answers and self._asked):
            return
        now = self._clock()
        since = now - max(self._asked_at, self._answered_at)
        if self._answered_at > self._asked_at and since > LATE:
            self._asked.clear()
            self._taken = self._written
        elif self._repeats and self._read_at is not None and now - self._read_at > LATE:
            self._answers = False
        elif since > ASK_AGAIN * 2**self._repeats:
            self._repeats += 1
            self._read_at = None
            self._ask()


def _more(this: tuple[int, int], than: tuple[int, int], characters: int, writes: int) -> bool:
    return this[0] - than[0] > characters or this[1] - than[1] > writes


class Pace:
    """How fast a line is whose terminal answers nothing: seen where writing to it takes time."""

    def __init__(self) -> None:
        self._rate, self._faster = 0.0, FASTER
        self._free_at = self._full_at = self._faster_at = 0.0
        self._since_full = 0

    def took(self, count: int, seconds: float, now: float) -> None:
        """Writing ``count`` bytes took ``seconds``; if that is long, the buffer is full now.

        Between two such moments the line has carried what was written.
        """
        self._since_full += count
        if seconds > SLOW_WRITE:
            since = now - self._full_at
            recent = since < 2 * LONGEST_PAUSE
            self._rate = max(self._since_full / since if recent else count / seconds, SLOWEST)
            self._faster = FASTER if recent else FASTER_UNKNOWN
            self._full_at, self._since_full = now, 0
            self._faster_at = now + FASTER_EACH
            self._free_at = now + BUFFER / self._rate
        elif self._rate:
            self._free_at = max(self._free_at, now) + count / (SHARE * self._rate)
        self._free_at = min(self._free_at, now + LONGEST_PAUSE)

    def behind(self, now: float) -> bool:
        """Whether the buffer is not empty yet."""
        if self._rate and now > self._faster_at:
            self._rate, self._faster_at = self._rate * self._faster, now + FASTER_EACH
        return now < self._free_at
