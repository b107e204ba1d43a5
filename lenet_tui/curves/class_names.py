"""The names of classes in a few cells: what is cut ends with a mark, and no two become one."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

LEAST = 3
"""Cells that a name is cut to at least."""


def name_of(number: int, names: Sequence[str]) -> str:
    """What a class is called: its number where it has no name."""
    return names[number] if number < len(names) else str(number)


def cut(name: str, cells: int, more: str) -> str:
    """``name`` in so many cells at most, of which a Chinese character takes two.

    ``more``: the mark of one cell that it ends with if it is cut.
    """
    if cell_len(name) <= cells:
        return name
    return _begin(name, cells - 1) + more


def both_ends(name: str, cells: int, more: str, behind: int | None = None) -> str:
    """``name`` without its middle in so many cells at most; ``more`` is as of ``cut``.

    ``behind``: the cells of what stays of its end; half of them where it is not given.
    """
    if cell_len(name) <= cells:
        return name
    behind = (cells - 1) // 2 if behind is None else behind
    end = name
    while cell_len(end) > behind:
        end = end[1:]
    return _begin(name, cells - 1 - behind) + more + end


def told_apart(names: Sequence[str], cells: int, more: str) -> list[str] | None:
    """Each name in so many cells at most, and no two alike that were not; ``None``: they would be.

    Those that begin alike keep an end too, which they may differ in.
    """
    first = [cut(name, cells, more) for name in names]
    alike = _ambiguous(first, names)
    made = [
        both_ends(name, cells, more) if short in alike and short != name else short
        for short, name in zip(first, names, strict=True)
    ]
    return None if _ambiguous(made, names) else made


def longest_that_fit(
    numbers: Sequence[int], names: Sequence[str], rows: Sequence[Sequence[int]], room: int,
    more: str,
) -> dict[int, str]:  # fmt: skip
    """How classes are called where the names of each row share ``room`` cells.

    They are cut no more than is necessary, each in the same way in all rows; where they could not
    be told apart any more, they are called by their numbers.
    """
    whole = [name_of(n, names) for n in numbers]
    for cells in range(max(map(cell_len, whole), default=0), LEAST - 1, -1):
        short = told_apart(whole, cells, more)
        if short is not None:
            called = dict(zip(numbers, short, strict=True))
            if all(sum(cell_len(called[n]) for n in row) <= room for row in rows):
                return called
    return {n: str(n) for n in numbers}


def _ambiguous(shorts: Sequence[str], names: Sequence[str]) -> set[str]:
    """Those of ``shorts`` that stand for several ``names``."""
    meant: dict[str, str] = {}
    pairs = zip(shorts, names, strict=True)
    return {short for short, name in pairs if meant.setdefault(short, name) != name}


def _begin(name: str, cells: int) -> str:
    return set_cell_size(name, max(0, cells)).rstrip()
