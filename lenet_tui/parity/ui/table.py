"""Device parity as text: a sentence, and a table in columns that fit."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from lenet_tui.kit.ui.glyphs import Glyphs
from lenet_tui.parity.result import TOLERANCE, ParityResult, ParityRow
from lenet_tui.protocol.phase_words import phase_text
from lenet_tui.protocol.phases import PHASES
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import number, shape_text, thousands
from lenet_tui.text.words import Words

WIDE = 84
"""Cells from which the columns bear their full names."""
LEAST = 20
"""Cells that the op's name needs: columns go until it has them."""
GAP = "  "


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: the heading of a phase, or a row."""

    text: Content
    row: ParityRow | None = None


def entry(row: ParityRow) -> str:
    """What the tape calls it: ``conv1 · conv2d``, ``conv1.relu``, ``fc3.weight.grad``."""
    if row.parameter:
        return clean(f"{row.name}.grad")
    plain = PHASES[row.phase].lazy or row.name.partition("#")[0].endswith(f".{row.op}")
    return clean(row.name if plain else " · ".join(filter(None, (row.name, row.op))))


def sentence(result: ParityResult, words: Words) -> str:
    """Where the two part, or how near each other they stay."""
    n = len(result.compared)
    first, furthest = result.first_past, result.furthest
    if first is not None:
        text = words(
            "parity.past",
            **_named(first, words),
            past=thousands(first.past),
            count=thousands(first.count),
            n=n,
            many=sum(not row.within for row in result.compared),
        )
        return f"{text} {words('parity.drew')}" if first.drew else text
    if furthest is None or not furthest.share:
        return words("parity.equal", n=n)
    return words("parity.within", **_named(furthest, words), n=n)


def _named(row: ParityRow, words: Words) -> dict[str, str]:
    phase = phase_text(row.phase, words)
    return {"entry": entry(row), "phase": phase, "share": number(row.share, 2)}


def facts(result: ParityResult, words: Words) -> str:
    """Which iteration it is."""
    about = {"iteration": result.iteration, "seed": result.seed, "batch": result.batch}
    return words("parity.facts", **about)


def tolerance(result: ParityResult, words: Words) -> str:
    """How far an element may be off, and by whose word."""
    relative, absolute = TOLERANCE["float32"]
    shown = {"relative": number(relative, 2), "absolute": number(absolute, 1)}
    return words("parity.tolerance", reference=result.reference, **shown)


def table(
    result: ParityResult, width: int, words: Words, glyphs: Glyphs
) -> tuple[Content, list[Line]]:
    """The names of the columns, and the lines below them, each at most ``width`` cells."""
    rows = [_cells(row, words) for row in result.rows]
    difference = "parity.difference" if width >= WIDE else "parity.difference.short"
    heads = [*map(words, ("parity.shape", difference, "parity.relative", "parity.share"))]
    widths = [max(map(cell_len, column)) for column in zip(heads, *rows, strict=True)]
    shown = _fitting(widths, width)
    room = width - 3 - sum(widths[c] + len(GAP) for c in shown)

    def columns(cells: list[str]) -> str:
        return "".join(GAP + _right(cells[c], widths[c]) for c in shown)

    op = set_cell_size(words("parity.op"), room)
    head = Content.styled(f"   {op}{columns(heads)}", "$foreground-muted")
    lines: list[Line] = []
    phase = ""
    for row, cells in zip(result.rows, rows, strict=True):
        if row.phase != phase:
            phase = row.phase
            lines.append(Line(Content.styled(phase_text(phase, words), "bold $text-accent")))
        name = _cut(words.spell(entry(row)), room, glyphs.more)
        if row.apart:
            numbers = _right(cells[-1], width - 3 - room)
            text = Content.styled(f" {glyphs.none} {name}{numbers}", "$foreground-muted")
        else:
            text = _row(row, row is result.first_past, f"{name}{columns(cells)}", glyphs)
        lines.append(Line(text, row))
    return head, lines


def _row(row: ParityRow, first: bool, text: str, glyphs: Glyphs) -> Content:
    """``first``: it is the first past tolerance."""
    mark = (glyphs.done, "$text-success") if row.within else (glyphs.past, "bold $text-error")
    pointer = (glyphs.current if first else " ", "$text-error")
    return Content.assemble(pointer, mark, (f" {text}", "bold" if first else ""))


def _cells(row: ParityRow, words: Words) -> list[str]:
    """Shape, difference, relative difference and share of the tolerance, as text."""
    if row.apart:
        return ["", "", "", words(f"parity.{row.apart}")]
    numbers = (number(row.difference, 3), number(row.relative, 2), number(row.share, 2))
    return [words.spell(text) for text in (shape_text(row.shape), *numbers)]


def _fitting(widths: list[int], width: int) -> list[int]:
    """The columns that leave the name its room: where it is narrow the shape goes, then more."""
    shown = [0, 1, 2, 3]
    for dropped in (0, 2, 1):
        if width - 3 - sum(widths[c] + len(GAP) for c in shown) >= LEAST:
            break
        shown.remove(dropped)
    return shown


def _right(text: str, width: int) -> str:
    return " " * (width - cell_len(text)) + text


def _cut(text: str, width: int, more: str) -> str:
    """``text`` in exactly ``width`` cells."""
    if cell_len(text) > width:
        return set_cell_size(set_cell_size(text, width - cell_len(more)) + more, width)
    return set_cell_size(text, width)
