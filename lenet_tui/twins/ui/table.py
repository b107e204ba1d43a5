"""Two programs as text: their losses beside one another, and their ops."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from lenet_tui.kit.ui.glyphs import Glyphs
from lenet_tui.protocol.phase_words import phase_text
from lenet_tui.text.numbers import number
from lenet_tui.text.words import Words
from lenet_tui.twins.lines import Labels, entry
from lenet_tui.twins.result import EQUAL, SHAPES, TwinIteration, TwinRow, TwinsResult

GAP = "  "
WIDE = 70
"""Cells from which the largest difference has a column."""
LABEL = 12
"""Cells of a program's name beside its losses."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: the heading of a phase, or a row."""

    text: Content
    row: TwinRow | None = None


def diff_content(lines: tuple[str, ...], width: int) -> Content:
    """The lines that differ, removed ones in red and added ones in green.

    They are shown whole, on several lines if need be; those around them are cut.
    """
    styles = {"-": "$text-error", "+": "$text-success"}
    shown = [
        Content.styled(part, styles.get(line[:1], "$foreground-muted"))
        for line in lines
        for part in _fitted(line, width, line[:1] in styles)
    ]
    return Content("\n").join(shown)


def _fitted(line: str, width: int, whole: bool) -> list[str]:
    if not whole:
        return [_cut(line, width, "…").rstrip()]
    indent = " " * (len(line) - len(line[1:].lstrip()) + 4)  # that of the code, and more
    return wrap(line, width, subsequent_indent=indent[: width // 2])


def losses(
    result: TwinsResult, names: tuple[str, str, str], here: int, width: int, glyphs: Glyphs
) -> Content:
    """The losses of both below the numbers of the iterations, as many as fit around ``here``.

    ``names``: of each of the three lines.
    """
    ran = [i for i in result.iterations if i.number]
    if not ran:
        return Content("")
    texts = [(str(i.number), *(_loss(loss, glyphs) for loss in i.losses)) for i in ran]
    equal = [_equal(i.losses) for i in ran]
    columns = [max(map(cell_len, text)) for text in texts]
    label = min(LABEL, max(map(cell_len, names)))
    shown = _around(columns, max(here - 1, 0), width - label)
    lines = []
    for line, name in enumerate((names[0], *told_apart(names[1], names[2], label, glyphs.more))):
        parts = [Content(_cut(name, label, glyphs.more))]
        for n in shown:
            text = texts[n][line]
            differs = line == 2 and not equal[n]
            style = "bold reverse" if n == here - 1 and not line else ""
            style = style or ("$foreground-muted" if not line else "bold" if differs else "")
            parts.append(Content(GAP + " " * (columns[n] - cell_len(text))))
            parts.append(Content.styled(text, style))
        lines.append(Content("").join(parts))
    return Content("\n").join(lines)


def _loss(value: float | None, glyphs: Glyphs) -> str:
    return glyphs.none if value is None else number(value, 4)


def _equal(losses: tuple[float | None, float | None]) -> bool:
    a, b = map(repr, losses)
    return a == b


def _around(columns: list[int], here: int, room: int) -> list[int]:
    """The numbers of the columns that fit, with that of ``here`` among them."""
    first = last = min(here, len(columns) - 1)
    used = columns[first] + len(GAP)
    while True:
        if first and used + columns[first - 1] + len(GAP) <= room:
            first -= 1
            used += columns[first] + len(GAP)
        elif last + 1 < len(columns) and used + columns[last + 1] + len(GAP) <= room:
            last += 1
            used += columns[last] + len(GAP)
        else:
            return list(range(first, last + 1))


def table(
    iteration: TwinIteration, names: Labels, width: int, words: Words, glyphs: Glyphs
) -> tuple[Content, list[Line]]:
    """The names of the columns, and the lines below them, each at most ``width`` cells."""
    rows = [_cells(row, glyphs, words) for row in iteration.rows]
    gap = words("twins.gap" if width > WIDE + 14 else "twins.gap.short")
    heads = [*(name.strip() for name in told_apart(names[0], names[1], 10, glyphs.more)), gap]
    widths = [max(map(cell_len, column)) for column in zip(heads, *rows, strict=True)]
    if width < WIDE:
        del heads[2], widths[2]
    room = max(width - 2 - sum(w + len(GAP) for w in widths), 4)

    def columns(cells: list[str]) -> str:
        return "".join(GAP + _right(c, w) for c, w in zip(cells, widths, strict=False))

    head = Content.styled(f"  {_cut(words('twins.op'), room, '')}{columns(heads)}", "$text-muted")
    lines: list[Line] = []
    phase, first = "", iteration.first
    for row, cells in zip(iteration.rows, rows, strict=True):
        if row.phase != phase:
            phase = row.phase
            lines.append(Line(Content.styled(phase_text(phase, words), "bold $text-accent")))
        mark, style = _mark(row, glyphs)
        text = f" {_named(row, room, words, glyphs)}{columns(cells)}"
        weight = "bold" if row is first else "" if row.how != EQUAL else "$foreground-muted"
        lines.append(Line(Content.assemble((mark, style), (text, weight)), row))
    return head, lines


def _named(row: TwinRow, width: int, words: Words, glyphs: Glyphs) -> str:
    """What the row is of, and that the two do it at two places, in exactly ``width`` cells."""
    said = f" {glyphs.dot} {words('twins.moved')}" if row.moved and not row.early else ""
    room = width - cell_len(said)
    if not said or room < LABEL:
        return _cut(words.spell(entry(row)), width, glyphs.more)
    name = words.spell(entry(row))
    return _cut(_cut(name, min(room, cell_len(name)), glyphs.more) + said, width, glyphs.more)


def _mark(row: TwinRow, glyphs: Glyphs) -> tuple[str, str]:
    if row.how == EQUAL:
        return "=", "$foreground-muted"
    if row.early:
        return glyphs.moved, "bold $text-warning"
    if row.missing:
        return glyphs.missing, "bold $text-warning"
    return glyphs.past, "bold $text-error"


def _cells(row: TwinRow, glyphs: Glyphs, words: Words) -> list[str]:
    if row.how == SHAPES:
        return [words.spell(_shape(row.shape_a)), words.spell(_shape(row.shape_b)), ""]
    a, b = (words.spell(_number(value)) for value in (row.a, row.b))
    if row.by is not None:
        ran = a or b or words("twins.ran")
        other = words("twins.later.short") if row.early else glyphs.none
        return [other, ran, ""] if row.by else [ran, other, ""]
    gap = number(row.difference, 3) if row.difference else ""
    return [a or words("twins.none"), b or words("twins.none"), words.spell(gap)]


def _number(value: float | None) -> str:
    return "" if value is None else number(value, 5)


def _shape(shape: tuple[int, ...] | None) -> str:
    return "None" if shape is None else "×".join(map(str, shape)) or "()"


def _right(text: str, width: int) -> str:
    return " " * (width - cell_len(text)) + text


def told_apart(a: str, b: str, width: int, more: str) -> tuple[str, str]:
    """Both names in exactly ``width`` cells; where they would be cut to the same, without what
    they begin with alike.
    """
    cut = _cut(a, width, more), _cut(b, width, more)
    if a == b or cut[0] != cut[1]:
        return cut
    room = width - cell_len(more)
    alike = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), 0)
    alike = alike or min(len(a), len(b))  # the one begins with all of the other
    while alike and max(cell_len(a[alike - 1 :]), cell_len(b[alike - 1 :])) <= room:
        alike -= 1
    return _cut(more + a[alike:], width, more), _cut(more + b[alike:], width, more)


def _cut(text: str, width: int, more: str) -> str:
    """``text`` in exactly ``width`` cells."""
    if cell_len(text) > width:
        return set_cell_size(set_cell_size(text, width - cell_len(more)) + more, width)
    return set_cell_size(text, width)
