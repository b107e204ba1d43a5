"""Follows the runs beside the session's while they are written."""

from __future__ import annotations

import asyncio
import time

from lenet_tui.curves.collected import Collected
from lenet_tui.curves.other_run import EPOCHS
from lenet_tui.curves.runs import Followed
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.request import Asks
from lenet_tui.training.request import EpochLength

EVERY = 2.0
"""Seconds between two looks at what has been written."""
SLOW = 50
"""After a look that took long, the next one waits for so many times as long: 2 % of a core."""


class Following:
    """The runs beside the one of ``collected``. Files are read on a thread."""

    def __init__(self, collected: Collected, engine: Asks) -> None:
        self._collected, self._engine = collected, engine
        self._runs: list[Followed] = []
        self._options: tuple[object, ...] = ()
        self._asked: tuple[object, ...] = ()
        self._length = 0

    def put(self, run: Followed | None) -> None:
        """Show one more; ``None``: none any longer."""
        if run is None:
            self._runs.clear()
        else:
            run.run.epoch_length = self._length
            self._runs.append(run)
        self._collected.others[:] = [each.run for each in self._runs]

    def take(self, frame: Frame) -> bool:
        """Note how a frame's session goes through its data; whether ``ask`` is to be called."""
        options = frame.options
        self._options = options.batch_size, options.data, options.train_size, options.model
        return self.wants_length

    @property
    def wants_length(self) -> bool:
        """Whether the length of an epoch is needed, and may not be what it was."""
        return self._asked != self._options and any(r.run.counted == EPOCHS for r in self._runs)

    async def ask(self) -> None:
        """Ask how many iterations an epoch of the session has, for the runs that count epochs."""
        asked = self._asked = self._options
        reply = await self._engine.ask(EpochLength())
        if asked == self._options:
            self._length = reply.answer or 0
            for each in self._runs:
                each.run.epoch_length = self._length

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return bool(self._runs)

    async def look(self) -> bool:
        """Add what has been written since the last look; whether there was something."""
        changed = False
        for each in [*self._runs]:
            news = await asyncio.to_thread(each.look)
            if news is not None and each in self._runs:
                each.run.take(news)
                changed = True
        return changed

    async def pause(self, since: float) -> None:
        """Wait until the next look, after one that began at ``since`` by the monotonic clock."""
        await asyncio.sleep(max(EVERY, SLOW * (time.monotonic() - since)))
