"""Where a script is stopped: at its N-th update, or when a condition holds."""

from __future__ import annotations

from dataclasses import dataclass

from lenet_tui.protocol.condition import ACCURACY, Watch, parse_watch
from lenet_tui.text.notice import Problem

NAN = "nan"


@dataclass(frozen=True, slots=True)
class Stop:
    """``at``: the number of an update, from 1; 0: none. ``watch`` or ``nan``: the condition."""

    at: int = 0
    watch: Watch | None = None
    nan: bool = False

    def __str__(self) -> str:
        return NAN if self.nan else str(self.watch or self.at)


def parse_when(text: str) -> Stop:
    """``nan``, or a watchpoint's condition; else ``Problem``."""
    if text.strip().lower() == NAN:
        return Stop(nan=True)
    watch = parse_watch(text)
    if watch.quantity == ACCURACY:
        raise Problem("around:accuracy")
    if watch.quantity == "iteration" and watch.compare in ("=", "==", ">="):
        return Stop(at=max(int(watch.limit), 1))
    return Stop(watch=watch)
