"""Bytes to the terminal at 120×40 in 256 colours: a step's, a repaint's, the fewest needed."""

from __future__ import annotations

import sys
from functools import cache

from pyte.graphics import BG, FG, FG_BG_256
from pyte.screens import Char

from tests.benchmarks.measure import Result, Row, once, result, rounds
from tests.harness.terminal import Terminal

STEPS = 6
"""Iterations that are stepped through, at most."""
HOME, NEXT_LINE = len("\x1b[H"), len("\r\n")
ATTRIBUTES = ("bold", "italics", "underscore", "strikethrough", "reverse", "blink")

Pen = tuple[str, str, str]
"""Foreground, background (parameters of SGR) and attributes."""
PLAIN: Pen = ("39", "49", "")


def step_bytes() -> Result:
    """Bytes that a step of the notebook preset sends, over 15 kB."""
    with Terminal([sys.executable, "-m", "lenet_tui", "--preset", "notebook"]) as terminal:
        terminal.wait_for("61,706 parameters")
        terminal.settle()
        sizes = []
        for _ in rounds(20):
            terminal.send("n")
            sizes.append(len(terminal.settle(0.2)) / 15_000)
    return result("step-bytes", sizes, 1.0, "a step of the notebook over 15 kB")


@once
def weights() -> tuple[list[float], list[float]]:
    """fc1.weight (120×400) as a heatmap over the whole screen, while the digits are learnt.

    Bytes of each step that changes the weights (the fifth ``n`` of an iteration) over those of a
    whole repaint (as after a change of size) right after it; and those over the fewest.
    """
    steps, repaints = [], []
    with Terminal() as terminal:
        terminal.wait_for("61,706 parameters")
        terminal.settle()
        for _ in range(40):
            if "fc1.weight " in terminal.text:
                break
            terminal.send("down")
            terminal.settle(0.2)
        terminal.send("2")
        terminal.settle()
        terminal.send("m")
        terminal.settle()
        assert "fc1.weight" in terminal.text, terminal.text
        for _ in rounds(STEPS):
            for _ in range(4):
                terminal.send("n")
                terminal.settle(0.2)
            terminal.send("n")
            step = len(terminal.settle(0.3))
            terminal.resize(120, 41)
            terminal.settle()
            terminal.resize(120, 40)
            whole = len(terminal.settle(0.3))
            steps.append(step / whole)
            repaints.append(whole / fewest(terminal))
    return steps, repaints


def fewest(terminal: Terminal) -> int:
    """The fewest bytes that paint the terminal's screen in 256 colours by one rule.

    The cursor goes home once; lines follow each other with CR LF, cells in reading order, each with
    its character's bytes. Where a cell's colours or attributes are not the ones in force, one SGR
    comes first: the shortest that gets there, either changing what differs or from a reset. A space
    needs no foreground. ▀ may be written as ▄ with its colours exchanged: for each cell both are
    followed to the end, and the cheapest way through the whole screen counts.
    """
    ways: dict[Pen, int] = {PLAIN: HOME}
    for y in range(terminal.screen.lines):
        for x in range(terminal.screen.columns):
            cell = terminal.screen.buffer[y][x]
            if not cell.data:  # the second half of a wide character
                continue
            following: dict[Pen, int] = {}
            for pen, spent in ways.items():
                for text, wanted in looks(cell, pen):
                    cost = spent + change(pen, wanted) + len(text.encode())
                    following[wanted] = min(cost, following.get(wanted, cost))
            ways = following
        ways = {pen: spent + NEXT_LINE for pen, spent in ways.items()}
    return min(ways.values()) - NEXT_LINE


def looks(cell: Char, pen: Pen) -> list[tuple[str, Pen]]:
    """The characters and pens that show a cell, the pen in force being ``pen``."""
    fore, back = colour(cell.fg, 38), colour(cell.bg, 48)
    attributes = ";".join(name for name in ATTRIBUTES if getattr(cell, name))
    if cell.data == " " and not attributes:
        return [(" ", (pen[0], back, ""))]
    found = [(cell.data, (fore, back, attributes))]
    if cell.data in "▀▄" and not attributes and "default" not in (cell.fg, cell.bg):
        other = "▄" if cell.data == "▀" else "▀"
        found.append((other, (colour(cell.bg, 38), colour(cell.fg, 48), "")))
    return found


@cache
def change(pen: Pen, wanted: Pen) -> int:
    """Bytes of the shortest SGR from one pen to another; no bytes where they are the same."""
    if pen == wanted:
        return 0
    anew = [wanted[0] if wanted[0] != "39" else "", wanted[1] if wanted[1] != "49" else ""]
    anew += ["1"] * wanted[2].count(";") + (["1"] if wanted[2] else [])
    reset = len("\x1b[m") + (len("0") if any(anew) else 0) + sum(1 + len(a) for a in anew if a)
    if pen[2] != wanted[2]:
        return reset
    differing = [new for old, new in zip(pen[:2], wanted[:2], strict=True) if old != new]
    return min(reset, len("\x1b[m") + len(";".join(differing)))


@cache
def colour(name: str, introducer: int) -> str:
    """The shortest parameters of SGR for a colour as pyte names it. ``introducer``: 38 or 48."""
    for number, known in (FG if introducer == 38 else BG).items():
        if known == name:
            return str(number)
    return f"{introducer};5;{FG_BG_256.index(name)}"


def over_repaint() -> Result:
    """A step over a whole repaint of the same screen."""
    return result("step-over-repaint", weights()[0], 0.1, "bytes, weights' step over a repaint")


def over_fewest() -> Result:
    """A whole repaint over the fewest bytes that it needs."""
    return result("repaint-over-fewest", weights()[1], 1.3, "bytes, a repaint over the fewest")


BYTES = {
    "step-bytes": Row(step_bytes, 8, 6),
    "step-over-repaint": Row(over_repaint, 25, 0),
    "repaint-over-fewest": Row(over_fewest, 1, 0),
}
