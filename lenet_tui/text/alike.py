"""Names cut where they are alike, and not where they differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise


def differs_from(names: Sequence[str]) -> list[int]:
    """For each name, from which character on it differs from all the others.

    The same name given twice differs nowhere: its length.
    """
    ordered = sorted(set(names))
    places = dict.fromkeys(ordered, 0)
    for one, two in pairwise(ordered):
        pairs = enumerate(zip(one, two, strict=False))
        alike = next((n for n, (a, b) in pairs if a != b), min(len(one), len(two)))
        places[one], places[two] = max(places[one], alike), max(places[two], alike)
    return [places[name] for name in names]


def cut(name: str, room: int, differs: int, width: Callable[[str], int], more: str) -> str:
    """``name`` in ``room`` cells: first its alike beginning is cut, before ``differs``, then its
    end. ``more`` stands for what is left out; ``width``: the cells of a text.
    """
    if width(name) <= room:
        return name
    if room <= width(more):
        return more if room == width(more) else ""
    start, left = 0, room - width(more)
    while start < differs and width(name[start:]) > left:
        start += 1
    if start and width(name[start:]) <= left:
        return more + name[start:]
    start = differs if differs and left > width(more) else 0
    before = more if start else ""
    left = room - width(before) - width(more)
    end = start
    while end < len(name) and width(name[start : end + 1]) <= left:
        end += 1
    return before + name[start:end] + more
