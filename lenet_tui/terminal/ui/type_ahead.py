"""Keys that come in one piece: each goes to what the key before it has opened or closed.

Textual passes a key on at once. On a slow line ``g12⏎`` comes in one piece, and the digits would
reach the main screen before the dialog that ``g`` opens can receive them.
"""

from __future__ import annotations

from collections import deque
from time import monotonic
from typing import Any, TypeVar

from textual.dom import DOMNode
from textual.events import Event, Key

from lenet_tui.terminal.ui.toast import ToastApp

R = TypeVar("R")

TOGETHER = 0.05
"""Seconds after a key in which another may come too soon."""
LONGEST = 0.3
"""Seconds that a key waits at most for what the one before it does."""
ROUNDS = 2
"""Once for the key itself, once for the message that a widget then sends (``Input.Submitted``)."""


class TypeAheadApp(ToastApp[R]):
    """An app that holds a key back until the one before it has been handled.

    A key climbs from the focused widget up to the app, from queue to queue. A callback that is sent
    after it on the same way runs when the key has been handled.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._typed: deque[Key] = deque()
        self._pressed = 0.0
        self._holds = False
        self._turn = 0

    async def on_event(self, event: Event) -> None:
        if not isinstance(event, Key) or event.is_forwarded:
            await super().on_event(event)
        elif self._holds:
            self._typed.append(event)
        elif monotonic() - self._pressed < TOGETHER:
            self._typed.append(event)
            self._hold()
        else:
            await self._press(event)

    async def _press(self, event: Key) -> None:
        self._pressed, self._before = monotonic(), self.screen
        self._receiver: DOMNode = self.focused or self.screen
        await super().on_event(event)

    def _hold(self) -> None:
        """Hold keys back until the last one has been handled."""
        self._holds = True
        self._turn += 1
        self.set_timer(LONGEST, lambda turn=self._turn: self.call_later(self._next, turn))
        self._pass_on(self._receiver, self._turn, ROUNDS)

    def _pass_on(self, node: DOMNode, turn: int, rounds: int) -> None:
        """Call ``_climb`` when ``node`` has handled its queue; if it has gone, when the app has."""
        if not node.call_later(self._climb, node, turn, rounds):
            self.call_later(self._climb, self, turn, rounds)

    def _climb(self, node: DOMNode, turn: int, rounds: int) -> None:
        if turn != self._turn:
            return
        if node is not self:
            self._pass_on(node.parent or self, turn, rounds)
        elif rounds > 1:
            self._pass_on(self.focused or self.screen, turn, rounds - 1)
        elif self.screen is self._before or not self.screen.call_after_refresh(
            self.call_later, self._next, turn
        ):
            self.call_later(self._next, turn)

    async def _next(self, turn: int) -> None:
        """Pass the next key on."""
        if turn != self._turn:
            return
        self._holds = False
        self._turn += 1
        if self._typed:
            await self._press(self._typed.popleft())
        if self._typed:
            self._hold()
