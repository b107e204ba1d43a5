"""The requests that wait for the engine, so that each reply reaches the one who asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Any, TypeVar

from lenet_tui.protocol.messages import Answered, Asked
from lenet_tui.protocol.request import Reply, Request

A = TypeVar("A")


class PendingRequests:
    """Pairs replies with requests by number. ``send`` takes a command to the engine."""

    def __init__(self, send: Callable[[Asked], None]) -> None:
        self._send = send
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Reply[Any]]] = {}

    async def ask(self, request: Request[A]) -> Reply[A]:
        """Send a request and wait for its reply; ``CancelledError`` where the engine was lost."""
        number = next(self._numbers)
        future: asyncio.Future[Reply[A]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        self._send(Asked(number, request))
        try:
            return await future
        finally:
            self._waiting.pop(number, None)

    def answered(self, report: Answered) -> None:
        """Deliver a reply; one that is no longer waited for is dropped."""
        future = self._waiting.get(report.number)
        if future is not None and not future.done():
            future.set_result(Reply(report.answer, report.error))

    def cancel(self) -> None:
        """The engine was lost: no reply will come."""
        for future in self._waiting.values():
            future.cancel()
