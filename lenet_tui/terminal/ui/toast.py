"""A notification: one line for a few seconds that says what has just happened."""

from __future__ import annotations

from time import monotonic
from typing import Any, TypeVar

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

    def tell(self, text: str, severity: str = "information") -> None:
        """Show a notification in the place of the last one; the same text is not shown twice.

        ``severity``: ``information``, ``warning`` or ``error``; anything else is information.
        """
        now = monotonic()
        if text == self._notified[0] and now < self._notified[1]:
            return
        self._notified = text, now + self.NOTIFICATION_TIMEOUT
        self.clear_notifications()
        level = {"error": "error", "warning": "warning"}.get(severity, "information")
        self.notify(brief(clean(text)), severity=level, markup=False)  # type: ignore[arg-type]

    def hush(self) -> None:
        """Remove the notification, which is no longer true."""
        self._notified = ("", 0.0)
        self.clear_notifications()


def brief(text: str) -> str:
    """Return the first sentence of ``text``, cut at ``LONGEST``; ``…`` marks what is left out."""
    sentence, full_stop, rest = text.partition(". ")
    first = sentence if full_stop and rest[:1].isupper() else text
    first = clean(first, LONGEST)
    return first if first == text or first.endswith("…") else first + " …"
