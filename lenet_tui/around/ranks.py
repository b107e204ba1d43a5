"""Whether this process is one of several that train together, and wait for each other."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rank:
    """One of ``size`` processes, at least two, with its ``number`` from 0."""

    number: int
    size: int


def rank(environ: Mapping[str, str] = os.environ) -> Rank | None:
    """The place that a launcher, such as ``torchrun``, has given this process among many."""
    number = environ.get("RANK", environ.get("LOCAL_RANK", ""))
    size = environ.get("WORLD_SIZE", "")
    if number.isdecimal() and size.isdecimal() and int(size) > 1:
        return Rank(int(number), int(size))
    return None
