"""One line for a few seconds: what has just happened."""

from __future__ import annotations

from time import monotonic
from typing import Any, TypeVar

from textual.notifications import SeverityLevel

from lenet_tui.terminal.ui.cell_diff import LeanApp
from lenet_tui.text.clean import clean

R = TypeVar("R")

LONGEST = 160
"""Characters of a toast; the log has the rest."""


class ToastApp(LeanApp[R]):
    """An app that tells one thing at a time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._told = ("", 0.0)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a line in the place of the one before, as text; the same one is shown once."""
        now = monotonic()
        if message == self._told[0] and now < self._told[1]:
            return
        self.clear_notifications()
        self._told = message, now + self.NOTIFICATION_TIMEOUT
        super().notify(
            brief(clean(message)), title=title, severity=severity, timeout=timeout, markup=False
        )

    def clear_notifications(self) -> None:
        """What is shown is no longer so."""
        self._told = ("", 0.0)
        super().clear_notifications()


def brief(text: str) -> str:
    """The first sentence of ``text``, as far as it is not too long either."""
    sentence, full_stop, rest = text.partition(". ")
    said = sentence if full_stop and rest[:1].isupper() else text
    said = clean(said, LONGEST)
    return said if said == text or said.endswith("…") else said + " …"
