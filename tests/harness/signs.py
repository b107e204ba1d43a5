"""Reading the sign of each number off a heatmap on the screen, as a person would."""

from __future__ import annotations

import colorsys
import re

import pyte
from pyte.screens import Char

NAMED = {
    "black": (0, 0, 0), "red": (170, 0, 0), "green": (0, 170, 0), "brown": (170, 85, 0),
    "blue": (0, 0, 170), "magenta": (170, 0, 170), "cyan": (0, 170, 170), "white": (170,) * 3,
    "brightblack": (85,) * 3, "brightred": (255, 85, 85), "brightgreen": (85, 255, 85),
    "brightbrown": (255, 255, 85), "brightblue": (85, 85, 255), "brightmagenta": (255, 85, 255),
    "brightcyan": (85, 255, 255), "brightwhite": (255,) * 3,
}  # fmt: skip
"""What pyte calls the sixteen colours."""

TITLE = re.compile("conv1.weight  6[×x]1[×x]5[×x]5")
LABEL = re.compile(r"(?:kernel )?(\d)(?= |$)")
MARKS = {"+": 1, "−": -1, "-": -1}
COLD, WARM = (0.5, 0.72), 0.2
"""Hues as shares of the circle: of negative numbers blue, of positive ones from red to yellow."""

Signs = dict[tuple[int, int, int], int]


def signs(screen: pyte.Screen) -> Signs:
    """The sign of each number of conv1.weight that is seen: (kernel, row, column) → 1, −1, 0.

    Empty if the picture is not on the screen. By a mark where there is one, else by the hue; 0
    where neither says anything, as for a number near zero.
    """
    lines = screen.display
    heads = ((y, TITLE.search(line)) for y, line in enumerate(lines))
    head, title = next(((y, match) for y, match in heads if match), (0, None))
    if title is None:
        return {}
    left = title.start()
    end = next((x for x in range(left, screen.columns) if lines[head][x] in "╮+╗|"), screen.columns)
    found: Signs = {}
    for match in LABEL.finditer(lines[head + 1], left - 2, end - 1):
        for row in range(5):
            for column in range(5):
                place = int(match[1]), row, column
                found[place] = _sign(screen, match.start(), head + 2, row, column)
    return found


Cell = tuple[str, tuple[int, int, int], tuple[int, int, int]]


def look(screen: pyte.Screen) -> list[list[Cell]]:
    """What is seen, row by row: of each cell its text and the colours of its halves.

    A half block is the same picture whichever half it fills.
    """
    rows = ([screen.buffer[y][x] for x in range(screen.columns)] for y in range(screen.lines))
    return [[_cell(cell) for cell in row] for row in rows]


def differences(one: list[list[Cell]], other: list[list[Cell]]) -> str:
    """Where two looks differ, and how. The text of a screen says nothing of it: a picture of a few
    numbers is blanks on colours.
    """
    found = [
        (y, x, a, b)
        for y, (first, second) in enumerate(zip(one, other, strict=True))
        for x, (a, b) in enumerate(zip(first, second, strict=True))
        if a != b
    ]
    rows = sorted({y for y, *_ in found})
    return f"{len(found)} cells differ, in rows {rows}; the first (row, column): {found[:10]}"


def greys(screen: pyte.Screen) -> bool:
    """Whether nothing on the screen has a colour."""
    colours = {colour for row in look(screen) for cell in row for colour in cell[1:]}
    return all(len(set(colour)) == 1 for colour in colours)


def _cell(cell: Char) -> Cell:
    upper, lower = _halves(cell)
    if cell.data in "▀▄ ":
        return " ", upper, lower
    return cell.data, _rgb(cell.fg), lower


def _sign(screen: pyte.Screen, x: int, y: int, row: int, column: int) -> int:
    """Of one number of a tile whose first cell is at (x, y).

    Three lines tell which kind of tile it is: with two pixels to a cell it has no more.
    """
    tile = [screen.buffer[y + r][x + c].data for r in range(3) for c in range(10)]
    if any(data in MARKS for data in tile):
        return MARKS.get(screen.buffer[y + row][x + 2 * column].data, 0)
    cell = screen.buffer[y + row // 2][x + column]
    return _hue(*_halves(cell)[row % 2])


def _halves(cell: Char) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """The colours of a cell's upper and lower half."""
    fore, back = _rgb(cell.fg), _rgb(cell.bg)
    if cell.reverse:
        fore, back = back, fore
    return (fore if cell.data == "▀" else back), (fore if cell.data == "▄" else back)


def _rgb(colour: str) -> tuple[int, int, int]:
    if colour in NAMED:
        return NAMED[colour]
    if re.fullmatch("[0-9a-f]{6}", colour):
        return int(colour[:2], 16), int(colour[2:4], 16), int(colour[4:], 16)
    return 0, 0, 0


def _hue(red: int, green: int, blue: int) -> int:
    hue, saturation, value = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)
    if saturation < 0.2 or value < 0.15:
        return 0
    if COLD[0] <= hue <= COLD[1]:
        return -1
    return 1 if hue <= WARM else 0
