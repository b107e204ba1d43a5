"""Where a look at a step would be in the way, and what to do instead."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from lenet_tui.around.ranks import rank
from lenet_tui.text.notice import Notice, notice


def rather(at: str, worker: bool) -> Notice | None:
    """What to do instead at the line ``at``; ``None``: nothing is in the way.

    ``worker``: whether this is a worker process of a loader.
    """
    if worker:
        return notice("script:worker", at=at)
    if one := rank(os.environ):
        return notice("script:rank", at=at, rank=one.number, size=one.size)
    if "PYTEST_CURRENT_TEST" in os.environ and _captured():
        return notice("script:pytest", at=at)
    return None


def _captured() -> bool:
    """Whether something else than this process's terminal stands at the standard streams."""
    return sys.stdin is not sys.__stdin__ or sys.stderr is not sys.__stderr__


def no_screen(environ: Mapping[str, str] = os.environ) -> Notice | None:
    """Why there is to be no screen, although there may be a terminal; ``None``: there may be one.

    One that a person has sent elsewhere is always wanted.
    """
    if environ.get("LENET_TUI_TTY"):
        return None
    if environ.get("CI", "").lower() not in ("", "0", "false"):
        return notice("script:ci")
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if type(shell).__name__ == "ZMQInteractiveShell":
        return notice("script:notebook")
    return None
