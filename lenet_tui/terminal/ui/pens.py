"""Cells of a terminal, each a character and the pen that it is drawn with, and their writer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip


@dataclass(frozen=True, slots=True, eq=False)
class Pen:
    """What a cell is drawn with, as parameters of SGR. One object for each: compare by ``is``.

    ``attributes``: bold and the like; ``fore``, ``back``: the colours.
    """

    attributes: str
    fore: str
    back: str


Cell = tuple[str, Pen]
"""A character (with what combines with it) and its pen; a wide character's second cell is ''."""

PLAIN = Pen("", "39", "49")
_pens: dict[tuple[str, str, str], Pen] = {("", "39", "49"): PLAIN}
_width = lru_cache(maxsize=4096)(cell_len)


@lru_cache(maxsize=16384)
def pen_of(style: Style | None, system: ColorSystem) -> Pen | None:
    """The pen that Textual would draw ``style`` with; ``None`` for a hyperlink."""
    if style is None:
        return PLAIN
    if style.link:
        return None
    fore = Strip.render_ansi(Style(color=style.color), system) or "39"
    back = Strip.render_ansi(Style(bgcolor=style.bgcolor), system) or "49"
    attributes = Strip.render_ansi(style.without_color, system)
    return _pens.setdefault((attributes, fore, back), Pen(attributes, fore, back))


class CellStrip(Strip):
    """A strip whose ``cells(system)`` is faster than reading them from its segments."""

    __slots__ = ("cells",)

    def __init__(
        self, segments: list[Segment], width: int, cells: Callable[[ColorSystem], list[Cell]]
    ) -> None:
        super().__init__(segments, width)
        self.cells = cells


def cells_of(strip: Strip, system: ColorSystem) -> list[Cell] | None:
    """Return the cells of ``strip``; ``None`` if it holds a link, a control code or the like."""
    if isinstance(strip, CellStrip):
        return strip.cells(system)
    cells: list[Cell] = []
    for text, style, control in strip:
        pen = pen_of(style, system)
        if control or pen is None:
            return None
        if text.isascii():
            cells += [(character, pen) for character in text]
            continue
        for character in text:
            width = _width(character)
            if width == 1:
                cells.append((character, pen))
            elif width == 2:
                cells += [(character, pen), ("", pen)]
            else:
                return None
    return cells if len(cells) == strip.cell_length else None


class Writer:
    """Writes cells to a terminal in few bytes. The pen is plain at the start and at the end."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._row, self._column = -1, -1
        self._attributes, self._fore, self._back = "", "39", "49"

    def put(self, y: int, x: int, cells: list[Cell], old: list[Cell | None]) -> None:
        """Write ``cells`` from (``x``, ``y``) on, leaving out those that equal ``old`` ones."""
        # One loop with local names: thousands of cells are painted many times a second.
        write = self._out.append
        attributes, fore, back = self._attributes, self._fore, self._back
        at = self._column if self._row == y else -1
        for here, (cell, before) in enumerate(zip(cells, old, strict=True), x):
            if cell is before or cell == before or not cell[0]:
                continue
            character, pen = cell
            if at != here:
                self._attributes, self._fore, self._back = attributes, fore, back
                self._go(y, at, here, cells[: here - x])
            new_fore, new_back = pen.fore, pen.back
            if pen.attributes != attributes:
                attributes, fore, back = pen.attributes, new_fore, new_back
                write(f"\x1b[0;{attributes}{';' if attributes else ''}{fore};{back}m")
            else:
                if not attributes:
                    if character == " ":
                        new_fore = fore
                    elif character == "▀" and fore != new_fore and back != new_back:
                        # The other half-block, if one of its colours is in the pen already.
                        turned = _exchanged(new_fore, new_back)
                        if turned and (turned[0] == fore or turned[1] == back):
                            character = "▄"
                            new_fore, new_back = turned
                if new_fore != fore:
                    if new_back != back:
                        write(f"\x1b[{new_fore};{new_back}m")
                        back = new_back
                    else:
                        write(f"\x1b[{new_fore}m")
                    fore = new_fore
                elif new_back != back:
                    write(f"\x1b[{new_back}m")
                    back = new_back
            write(character)
            at = here + 1
            if at - x < len(cells) and not cells[at - x][0]:
                at += 1  # a wide character
        self._row, self._column = y, at
        self._attributes, self._fore, self._back = attributes, fore, back

    def raw(self, y: int, x: int, text: str) -> None:
        """Write ``text``, whatever is in it, from (``x``, ``y``) on."""
        self._plain()
        self._out.append(f"\x1b[{y + 1};{x + 1}H{text}")
        self._row = -1

    def finish(self) -> str:
        """Return all that was written, as a string for the terminal."""
        self._plain()
        return "".join(self._out)

    def _go(self, y: int, at: int, to: int, before: list[Cell]) -> None:
        """Move to column ``to`` of row ``y``; ``at``: where in it the cursor is, -1: elsewhere.

        Over a few of the cells ``before`` by writing them again if that is shorter, else forwards,
        or outright.
        """
        gap = to - at
        if at < 0 or gap < 0:
            self._out.append(f"\x1b[{y + 1};{to + 1}H")
            return
        between = before[-gap:] if gap <= min(len(before), 3) else []
        if between and all(c and c.isascii() and self._drawn(pen) for c, pen in between):
            self._out.extend(c for c, _ in between)
        else:
            self._out.append("\x1b[C" if gap == 1 else f"\x1b[{gap}C")

    def _drawn(self, pen: Pen) -> bool:
        return (pen.attributes, pen.fore, pen.back) == (self._attributes, self._fore, self._back)

    def _plain(self) -> None:
        if (self._attributes, self._fore, self._back) != ("", "39", "49"):
            self._out.append("\x1b[0m")
            self._attributes, self._fore, self._back = "", "39", "49"


@lru_cache(maxsize=16384)
def _exchanged(fore: str, back: str) -> tuple[str, str] | None:
    """The colours with fore and back exchanged; ``None`` for a terminal's default."""
    if fore == "39" or back == "49":
        return None
    return _moved(back, -10), _moved(fore, 10)


def _moved(code: str, by: int) -> str:
    first, separator, rest = code.partition(";")
    return f"{int(first) + by}{separator}{rest}"
