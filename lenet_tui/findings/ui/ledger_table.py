"""The parameter ledger as text, in columns that fit."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from lenet_tui.findings.ledger import NONE, VALUE, ZERO, LedgerRow
from lenet_tui.kit.ui.glyphs import Glyphs
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import number, shape_text
from lenet_tui.text.words import Words

GAP = "  "
COLUMNS = ("shape", "registered", "grad", "group", "path", "gradient", "moved", "shares")
DROPPED = ("shape", "shares", "moved")
"""Columns that go where it is narrow, in this order."""
LEAST = 16
"""Cells that a name needs."""


def suspicious(row: LedgerRow) -> bool:
    """Whether something of a row is as it seldom should be."""
    if not row.name or (row.moved and not row.requires_grad):
        return True
    return row.requires_grad and (row.group == "" or row.path is False)


def ledger_lines(
    rows: tuple[LedgerRow, ...], width: int, words: Words, glyphs: Glyphs
) -> tuple[Content, list[Content]]:
    """The names of the columns, and a line for each row, at most ``width`` cells."""
    cells = [_cells(row, words, glyphs) for row in rows]
    heads = {column: words(f"ledger.{column}") for column in COLUMNS}
    widths = {
        column: max([cell_len(heads[column]), *(cell_len(cell[column]) for cell in cells)])
        for column in COLUMNS
    }
    shown = [c for c in COLUMNS if c != "shares" or any(row.shares for row in rows)]
    for column in DROPPED:
        if _room(width, shown, widths) < LEAST and column in shown:
            shown.remove(column)
    names = [_name(row, words) for row in rows]
    longest = max([cell_len(words("ledger.name")), *map(cell_len, names)], default=8)
    room = max(min(_room(width, shown, widths), longest), 4)

    def line(name: str, texts: dict[str, str]) -> str:
        return _cut(name, room, glyphs.more) + "".join(
            GAP + " " * (widths[c] - cell_len(texts[c])) + texts[c] for c in shown
        )

    head = Content.styled(f"  {line(words('ledger.name'), heads)}", "$foreground-muted")
    lines = []
    for row, name, texts in zip(rows, names, cells, strict=True):
        odd = suspicious(row)
        mark = (glyphs.past, "bold $text-error") if odd else (" ", "")
        lines.append(Content.assemble(mark, (f" {line(name, texts)}", "bold" if odd else "")))
    return head, lines


def _room(width: int, shown: list[str], widths: dict[str, int]) -> int:
    return width - 2 - sum(widths[c] + len(GAP) for c in shown)


def _name(row: LedgerRow, words: Words) -> str:
    return clean(row.name or row.held_by) or words("ledger.stranger")


def _cells(row: LedgerRow, words: Words, glyphs: Glyphs) -> dict[str, str]:
    def sign(value: bool | None) -> str:
        return words("ledger.unknown") if value is None else glyphs.done if value else glyphs.none

    gradient = {NONE: words("ledger.none"), ZERO: words("ledger.zero")}
    return {
        "shape": words.spell(shape_text(row.shape)) or "()",
        "registered": sign(row.registered),
        "grad": sign(row.requires_grad),
        "group": words("ledger.unknown") if row.group is None else clean(row.group) or glyphs.none,
        "path": sign(row.path),
        "gradient": words.spell(number(row.norm, 3)) if row.gradient == VALUE
        else gradient[row.gradient],
        "moved": sign(row.moved),
        "shares": clean(row.shares),
    }  # fmt: skip


def _cut(text: str, width: int, more: str) -> str:
    """``text`` in exactly ``width`` cells."""
    if cell_len(text) > width:
        return set_cell_size(set_cell_size(text, width - cell_len(more)) + more, width)
    return set_cell_size(text, width)
