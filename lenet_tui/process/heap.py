"""Returns freed memory to the system."""

from __future__ import annotations

import ctypes
import sys

M_MMAP_THRESHOLD = -3
"""From glibc's ``malloc.h``."""
LARGE = 2**16


def return_freed_memory() -> None:
    """Have glibc map each block from ``LARGE`` bytes on separately, such as keyframes and saves.

    By default, once one such block is freed, glibc puts the next ones into its heap, between other
    objects: then the heap grows with every minute of a run.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if mallopt is not None:
            mallopt(M_MMAP_THRESHOLD, LARGE)
