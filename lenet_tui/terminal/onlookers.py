"""Whether anybody can see the screen, as far as a program can know.

tmux knows how many clients show a window. A detached ``screen``, a terminal that is minimised or
behind others, and a person who looks away cannot be known.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Mapping
from time import monotonic

LOOK_EACH = 2.0
"""Seconds between two questions to tmux."""
PATIENCE = 5.0
QUESTION = "#{window_active_clients},#{session_attached}"
"""How many clients show the window, and the session; before 3.1 tmux knows only the second."""


class Onlookers:
    """``seen`` returns at once what was last known, and has it asked on a thread."""

    def __init__(
        self,
        environment: Mapping[str, str] = os.environ,
        ask: Callable[[str], str] | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._pane = environment.get("TMUX_PANE", "") if environment.get("TMUX") else ""
        self._ask = ask or _ask_tmux
        self._clock = clock
        self._asked_at = -LOOK_EACH
        self._asking = False
        self._seen = True

    def seen(self) -> bool:
        """Whether anybody can see the screen; ``True`` where that is not known."""
        if self._pane and not self._asking and self._clock() - self._asked_at >= LOOK_EACH:
            self._asking, self._asked_at = True, self._clock()
            threading.Thread(target=self._look, name="onlookers", daemon=True).start()
        return self._seen

    def _look(self) -> None:
        try:
            window, _, session = self._ask(self._pane).strip().partition(",")
            self._seen = (window or session) != "0"
        except subprocess.TimeoutExpired:
            self._seen = True
        except (OSError, subprocess.SubprocessError):  # no tmux here: it is not asked again
            self._pane, self._seen = "", True
        self._asking = False


def _ask_tmux(pane: str) -> str:
    command = ["tmux", "display-message", "-p", "-t", pane, QUESTION]
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        timeout=PATIENCE,
        check=True,
    ).stdout
