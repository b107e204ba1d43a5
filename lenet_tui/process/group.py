"""Ends with an engine what it has started: the workers of a loader, programs of one's own.

A worker of a ``DataLoader`` looks for its parent and ends without it, but where the parent dies
before the worker looks for the first time, it waits for ever, and holds the terminal's output.
"""

from __future__ import annotations

import contextlib
import os
import signal


def lead() -> None:
    """Make this process the first of a group, which whatever it starts belongs to."""
    if hasattr(os, "setpgid"):
        with contextlib.suppress(OSError):  # it leads a session, and so its group, already
            os.setpgid(0, 0)


def end(leader: int | None) -> None:
    """Ask each process of the group that ``leader`` leads to end; without such a group, none.

    They are asked by ``SIGTERM``, which what clears up after others waits through.
    """
    if leader is not None and hasattr(os, "killpg"):
        with contextlib.suppress(OSError):
            os.killpg(leader, signal.SIGTERM)
