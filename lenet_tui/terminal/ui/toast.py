"""One line for a few seconds: what has just happened."""

from __future__ import annotations

from time import monotonic
from typing import Any, TypeVar

from lenet_tui.terminal.ui.painting import PaintingApp
from lenet_tui.text.clean import clean

R = TypeVar("R")

LONGEST = 160
"""Characters of a toast; the log has the rest."""


class ToastApp(PaintingApp[R]):
    """An app that tells one thing at a time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._told = ("", 0.0)

    def tell(self, text: str, severity: str = "information") -> None:
        """Say it in the place of what was said before."""
        now = monotonic()
        if text == self._told[0] and now < self._told[1]:
            return
        self._told = text, now + self.NOTIFICATION_TIMEOUT
        self.clear_notifications()
        level = {"error": "error", "warning": "warning"}.get(severity, "information")
        self.notify(brief(clean(text)), severity=level, markup=False)  # type: ignore[arg-type]

    def hush(self) -> None:
        """What was said is no longer so."""
        self._told = ("", 0.0)
        self.clear_notifications()


def brief(text: str) -> str:
    """The first sentence of ``text``, as far as it is not too long either."""
    sentence, full_stop, rest = text.partition(". ")
    said = sentence if full_stop and rest[:1].isupper() else text
    said = clean(said, LONGEST)
    return said if said == text or said.endswith("…") else said + " …"
