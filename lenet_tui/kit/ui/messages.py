"""What the engine's thread posts to the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from lenet_tui.protocol.frame import Frame
    from lenet_tui.protocol.messages import Report


class Reported(Message):
    """The engine has sent a report. Every one is handled, in order."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__()


class FrameCame(Message):
    """There is something new to show. ``answer``: the engine waits to hear that it is painted."""

    def __init__(self, frame: Frame, answer: bool) -> None:
        self.frame = frame
        self.answer = answer
        super().__init__()

    def can_replace(self, message: Message) -> bool:
        """Only the newest frame is worth painting; an owed answer is not forgotten."""
        if not isinstance(message, FrameCame):
            return False
        message.answer = message.answer or self.answer
        return True
