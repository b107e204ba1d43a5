"""Memory that is freed goes back to the system."""

from __future__ import annotations

import ctypes
import sys

M_MMAP_THRESHOLD = -3
"""From glibc's ``malloc.h``."""
LARGE = 2**16


def give_back() -> None:
    """Have glibc map blocks from ``LARGE`` bytes on by themselves, as keyframes and saves are.

    By default it learns from the first that is freed to keep those after it in its heap: they come
    and go with other things between them, and the heap grows with every minute of a run.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if mallopt is not None:
            mallopt(M_MMAP_THRESHOLD, LARGE)
