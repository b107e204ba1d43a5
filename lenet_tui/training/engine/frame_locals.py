"""Reads the variables of a function that runs, and keeps nothing of them alive."""

from __future__ import annotations

import inspect
import sys
from types import FrameType
from typing import Any

SNAPSHOT = sys.version_info < (3, 13)
"""Whether ``frame.f_locals`` of a function is a dictionary that Python fills when it is read.

The frame holds it until it is filled again or the function returns. So does each value of then,
such as the loss of an iteration that has passed, with its whole graph.
"""
OURS = 3
"""References to it where only the frame has it: the frame's, a variable's, an argument's."""


def frame_locals(frame: FrameType) -> dict[str, Any]:
    """A copy of a frame's variables by their names.

    A snapshot that was made for it is emptied. One that somebody else holds, such as a function
    that has called ``locals()``, stays as it is; so do the names of a module and of a class body.
    """
    held = frame.f_locals
    found = dict(held)
    if SNAPSHOT and frame.f_code.co_flags & inspect.CO_OPTIMIZED and sys.getrefcount(held) <= OURS:
        held.clear()
    return found
