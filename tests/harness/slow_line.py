"""A terminal at the far end of a slow line: what a person sees there, and when."""

from __future__ import annotations

import os
import select
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from tests.harness.terminal import APP, Answers, Terminal

TICK = 0.01
XTERM = {b"\x1b[5n": b"\x1b[0n", b"\x1b[?2026$p": b"\x1b[?2026;2$y"}
"""What is asked, and what a terminal answers."""


class SlowLine(Terminal):
    """``rate`` bytes a second to the terminal, ``latency`` seconds each way.

    ``stores``: bytes that the line takes in before they are on the way, as SSH does; without any,
    writing waits. ``answers``: to queries, by the terminal at the far end. While ``stalled``
    nothing moves either way. ``stored`` is what has not been sent yet.
    """

    def __init__(
        self,
        command: Sequence[str] = APP,
        *,
        rate: float = 8_000,
        latency: float = 0.2,
        stores: int = 4_000_000,
        answers: Mapping[bytes, bytes] = XTERM,
        **more: Any,
    ) -> None:
        self.rate, self.latency, self.stores = rate, latency, stores
        self._far = Answers(answers)
        self.stalled = False
        self.stored = bytearray()
        self.sent = 0
        self._there: deque[tuple[float, bytes]] = deque()
        self._back: deque[tuple[float, bytes]] = deque()
        self._arrived: deque[bytes] = deque()
        self._over = threading.Event()
        super().__init__(command, **more)
        self._relay = threading.Thread(target=self._carry, daemon=True)
        self._relay.start()

    def type(self, data: bytes) -> None:
        """Send bytes from the far end."""
        self._back.append((time.monotonic() + self.latency, data))

    def read(self, seconds: float = 0.1) -> bytes:
        """Take in what arrives at the far end within ``seconds``; returns it."""
        time.sleep(seconds)
        new = bytearray()
        while self._arrived:
            new += self._arrived.popleft()
        return self.show(bytes(new))

    def close(self) -> None:
        self._over.set()
        self._relay.join()
        super().close()

    def _carry(self) -> None:
        budget, before = 0.0, time.monotonic()
        while not self._over.wait(TICK):
            now = time.monotonic()
            budget, before = min(budget + self.rate * (now - before), self.rate / 4), now
            try:
                self._take(int(budget))
                if not self.stalled:
                    budget -= self._send(int(budget), now)
                    self._deliver(now)
            except OSError:  # the command has ended, and nothing has the other end open
                pass

    def _take(self, most: int) -> None:
        """Take from the command what the line stores, or can send at once."""
        room = max(self.stores, 0 if self.stalled else most) - len(self.stored)
        while room > 0 and select.select([self.master], [], [], 0)[0]:
            data = os.read(self.master, min(room, 4096))
            self.stored += data
            room -= len(data)

    def _send(self, most: int, now: float) -> int:
        data = bytes(self.stored[:most])
        del self.stored[:most]
        self.sent += len(data)
        if data:
            self._there.append((now + self.latency, data))
        return len(data)

    def _deliver(self, now: float) -> None:
        while self._there and self._there[0][0] <= now:
            _, data = self._there.popleft()
            self._arrived.append(data)
            if answer := self._far.to(data):
                self._back.append((now + self.latency, answer))
        while self._back and self._back[0][0] <= now:
            os.write(self.master, self._back.popleft()[1])
