"""A notification: one line for a few seconds about what has just happened."""

from __future__ import annotations

from time import monotonic
from typing import Any, TypeVar

from textual.notifications import SeverityLevel

from lenet_tui.terminal.ui.painting import PaintingApp
from lenet_tui.text.clean import clean

R = TypeVar("R")

LONGEST = 160
"""Characters of a notification; the log has the rest."""


class ToastApp(PaintingApp[R]):
    """An app that shows one notification at a time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._notified = ("", 0.0)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a line in the place of the one before, as text; the same one is not shown twice."""
        now = monotonic()
        if message == self._notified[0] and now < self._notified[1]:
            return
        self.clear_notifications()
        self._notified = message, now + self.NOTIFICATION_TIMEOUT
        super().notify(
            brief(clean(message)), title=title, severity=severity, timeout=timeout, markup=False
        )

    def clear_notifications(self) -> None:
        """Remove the notification, which is no longer true."""
        self._notified = ("", 0.0)
        super().clear_notifications()


def brief(text: str) -> str:
    """Return the first sentence of ``text``, cut at ``LONGEST``; ``…`` marks what is left out."""
    sentence, full_stop, rest = text.partition(". ")
    first = sentence if full_stop and rest[:1].isupper() else text
    first = clean(first, LONGEST)
    return first if first == text or first.endswith("…") else first + " …"
