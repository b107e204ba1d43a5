"""A cell: one number of a tensor, written ``weight.grad[0,0,2,3]``.

Of an op that returned several tensors, ``chunk[1][0,3]`` is one of the second.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem, notice
from lenet_tui.text.numbers import index_text, shape_text

LONGEST = 500
"""Characters of a cell's text."""
_LISTED = 80
"""Names that an error lists at most."""
_CELL = re.compile(
    r"\s*(?P<tensor>[^\[\]\s](?:(?:[^\[\]]|\[\d{1,9}\])*?(?:[^\[\]\s]|\[\d{1,9}\]))?)\s*(?:@(?P<iteration>\d{1,18})(?:\.(?P<entry>\d{1,18}))?\s*)?"
    r"(?:\[(?P<index>[^\[\]]*)\])?\s*"
)
_INDEX = re.compile(r"\s*\d{1,18}\s*(,\s*\d{1,18}\s*)*")


class CellError(Problem, ValueError):
    """A text that is no cell, or a cell that is not there: one line with what would work."""


@dataclass(frozen=True, slots=True)
class Cell:
    """``tensor`` at ``index``.

    ``iteration`` (``fc1.weight@2[3,7]``): what the name means in that iteration as a whole, a bare
    parameter then being the value that the iteration started from; ``None``: at the cursor.
    ``entry`` (``fc1.weight@2.40[3,7]``): after so many entries of that iteration's tape.
    """

    tensor: str
    index: tuple[int, ...] = ()
    iteration: int | None = None
    entry: int | None = None

    def __str__(self) -> str:
        alone = not self.index and self.name.endswith("]")
        return f"{self.name}{'[]' if alone else index_text(self.index)}"

    @property
    def name(self) -> str:
        """The tensor with its time, as it is written."""
        if self.iteration is None:
            return self.tensor
        return f"{self.tensor}@{self.iteration}{'' if self.entry is None else f'.{self.entry}'}"


def parse_cell(text: str) -> Cell:
    """The cell that ``text`` means; whether it is there, the engine knows. Else ``CellError``."""
    match = _CELL.fullmatch(text) if len(text) <= LONGEST else None
    index = match["index"] if match else None
    if not match or (index is not None and index.strip() and not _INDEX.fullmatch(index)):
        raise CellError("explain:no-cell", text=clean(text, 60))
    numbers = tuple(int(n) for n in index.split(",")) if index and index.strip() else ()
    times = (None if n is None else int(n) for n in match.group("iteration", "entry"))
    return Cell(match["tensor"], numbers, *times)


def check_index(cell: Cell, shape: Sequence[int]) -> None:
    """``CellError`` if a tensor of ``shape`` has no element at the cell's index."""
    if len(cell.index) == len(shape) and all(i < n for i, n in zip(cell.index, shape, strict=True)):
        return
    name = clean(cell.name, 100)
    if 0 in shape:
        raise CellError("explain:empty", name=name, shape=shape_text(shape))
    if not shape:
        raise CellError("explain:single-number", name=name)
    last = index_text([n - 1 for n in shape])
    first = index_text([0] * len(shape))
    about = {"name": name, "shape": shape_text(shape), "first": first, "last": last}
    if cell.index:
        raise CellError("explain:outside", cell=clean(str(cell), 160), **about)
    raise CellError("explain:needs-index", **about)


def unknown(cell: Cell, names: Sequence[str], kept: Sequence[str] = ()) -> CellError:
    """The error for a tensor that is not there, with the ``names`` of those that are.

    ``kept``: what the optimizer keeps of each parameter.
    """
    listed = ", ".join(clean(name, 60) for name in islice(names, _LISTED))
    more = notice("explain:and-more", n=len(names) - _LISTED) if len(names) > _LISTED else ""
    *aspects, last = (f".{aspect}" for aspect in ("new", "update", *kept))
    return CellError(
        "explain:no-tensor",
        name=clean(cell.tensor, 60),
        listed=listed,
        more=more,
        aspects=", ".join(aspects),
        last=last,
    )
