"""Cells of a terminal as written: a character and the pen it is drawn with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip

_UPPER, _LOWER, _FULL = "▀", "▄", "█"


@dataclass(frozen=True, slots=True, eq=False)
class Pen:
    """What a cell is drawn with, as parameters of SGR. One object for each look: compare by ``is``.

    ``attributes``: bold and the like; ``fore``, ``back``: the colours.
    """

    attributes: str
    fore: str
    back: str


Cell = tuple[str, Pen]
"""A character (with what combines with it) and its pen; a wide character's second cell is ''."""

PLAIN = Pen("", "39", "49")
_pens: dict[tuple[str, str, str], Pen] = {("", "39", "49"): PLAIN}


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


def cells_of(strip: Strip, system: ColorSystem) -> list[Cell] | None:
    """The cells of ``strip``; ``None`` if it holds anything unusual."""
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


@lru_cache(maxsize=4096)
def _width(character: str) -> int:
    return cell_len(character)


class Writer:
    """Writes cells to a terminal in few bytes. The pen is plain at the start and at the end."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._at = (-1, -1)
        self._attributes, self._fore, self._back = "", "39", "49"

    def put(self, y: int, x: int, cells: list[Cell], old: list[Cell | None] | None = None) -> None:
        """Write ``cells`` from (``x``, ``y``) on, leaving out those that equal ``old`` ones."""
        for place, cell in enumerate(cells):
            if cell[0] and (old is None or old[place] != cell):
                self._go(y, x + place, cells, place)
                self._draw(*cell)
                wide = place + 1 < len(cells) and not cells[place + 1][0]
                self._at = (y, x + place + 1 + wide)

    def raw(self, y: int, x: int, text: str) -> None:
        """Write ``text``, whatever is in it, from (``x``, ``y``) on."""
        self._plain()
        self._out.append(f"\x1b[{y + 1};{x + 1}H{text}")
        self._at = (-1, -1)

    def finish(self) -> str:
        """All that was written."""
        self._plain()
        return "".join(self._out)

    def _go(self, y: int, x: int, cells: list[Cell], place: int) -> None:
        """Move to a cell: by its neighbours again if that is shorter, forwards, or outright."""
        row, column = self._at
        if (row, column) == (y, x):
            return
        gap = x - column
        if row != y or gap < 0:
            self._out.append(f"\x1b[{y + 1};{x + 1}H")
            return
        between = cells[place - gap : place] if gap <= min(place, 3) else []
        if between and all(c and c.isascii() and self._drawn(pen) for c, pen in between):
            self._out.extend(c for c, _ in between)
        else:
            self._out.append("\x1b[C" if gap == 1 else f"\x1b[{gap}C")

    def _drawn(self, pen: Pen) -> bool:
        return (pen.attributes, pen.fore, pen.back) == (self._attributes, self._fore, self._back)

    def _draw(self, character: str, pen: Pen) -> None:
        fore, back = pen.fore, pen.back
        if pen.attributes != self._attributes:
            self._out.append(f"\x1b[0;{pen.attributes}{';' * bool(pen.attributes)}{fore};{back}m")
            self._attributes, self._fore, self._back = pen.attributes, fore, back
        elif not pen.attributes:
            if character == " ":
                fore = self._fore
            elif character == _UPPER and fore != self._fore and back != self._back:
                character, fore, back = self._turned(character, fore, back)
        if fore != self._fore:
            both = back != self._back
            self._out.append(f"\x1b[{fore};{back}m" if both else f"\x1b[{fore}m")
        elif back != self._back:
            self._out.append(f"\x1b[{back}m")
        self._fore, self._back = fore, back
        self._out.append(character)

    def _turned(self, character: str, fore: str, back: str) -> tuple[str, str, str]:
        """The other half-block, colours exchanged, if one of them is in the pen already."""
        other = _exchanged(fore, back)
        if other and (other[0] == self._fore or other[1] == self._back):
            return _LOWER, *other
        return character, fore, back

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
