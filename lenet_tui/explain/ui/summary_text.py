"""The inspector's text around its table: the number, its proof, its formula, its regions."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
from rich.cells import cell_len
from textual.content import Content
from textual.style import Style

from lenet_tui.explain.cell_address import CellError, parse_cell
from lenet_tui.explain.explanation import Explanation
from lenet_tui.explain.ui.history import Visit
from lenet_tui.explain.words.cells import difference_line, is_proved, note_lines, verdict
from lenet_tui.kit.ui.glyphs import UNICODE, Glyphs
from lenet_tui.kit.ui.prose import TIED
from lenet_tui.tensors.regions import region_text
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import exact, thousands
from lenet_tui.text.words import Words

LETTERS = re.compile(r"\[([a-z](?:,[a-z])*)\] = ")
"""The index on a formula's left side."""
BRACKETS = re.compile(r"\[[^\]]*\]")
"""An index of a formula, which no line is broken in."""
UNPROVED = ("init", "data", "edit")
INPUT = "input"
EDIT = "app.command('edit-number')"


def digits(value: float) -> str:
    """``value`` with enough digits to identify it in its own precision."""
    with np.errstate(over="ignore"):
        single = math.isnan(value) or float(np.float32(value)) == value
    return exact(value, "float32" if single else "float64")


def heading(found: Explanation, words: Words, width: int) -> Content:
    """The number; what made it; its rank, if there is room (else it is one of the notes)."""
    value = Content.assemble(
        (clean(found.cell), "bold"), " = ", (digits(found.value), "bold $text-accent")
    )
    origin = "   " + " · ".join(filter(None, (clean(found.op), _rank(found, words))))
    if value.cell_length + cell_len(origin) > width:
        origin = f"   {clean(found.op)}"
    return value + Content.styled(origin, "$foreground-muted")


def _rank(found: Explanation, words: Words) -> str:
    """The number's place by size; empty: it is the only one."""
    if found.size < 2:
        return ""
    return words("cells.rank", rank=thousands(found.rank), size=thousands(found.size))


def badge(found: Explanation, words: Words) -> Content:
    """Whether torch's number is within rounding of its terms' sum."""
    text = verdict(words, found)
    if not is_proved(found):
        return Content.styled(f"? {text}", "$text-warning")
    if not found.checked:
        return Content.styled(f"✘ {text}", "bold $text-error")
    return Content.styled(f"✔ {text}", "$text-success")


def formula(found: Explanation) -> str:
    """The formula, and what its index is here: ``(o=2,h=4)``."""
    match = LETTERS.search(found.formula)
    letters = match[1].split(",") if match else []
    try:
        index = parse_cell(found.cell).index
    except CellError:
        index = ()
    text = BRACKETS.sub(lambda m: m[0].replace(" ", TIED), clean(found.formula))
    if not letters or len(letters) != len(index):
        return text
    here = ",".join(f"{a}={i}" for a, i in zip(letters, index, strict=True))
    return f"{text}   ({here})"


def notes(found: Explanation, words: Words, width: int, *, checking: bool) -> list[str]:
    """A line each: the difference, what is worth knowing, what it reads or reaches.

    ``width``: of the heading.
    """
    lines = []
    rank = _rank(found, words)
    if not heading(found, words, width).plain.endswith(rank):
        lines.append(rank)
    difference = difference_line(words, found)
    if difference is not None:
        lines.append(difference)
    elif checking and not any(key == "no-difference" for key, _ in found.notes):
        lines.append(words("inspect.differing"))
    lines += note_lines(words, found.notes)
    return lines + _regions(found, words)


def _regions(found: Explanation, words: Words) -> list[str]:
    operands = {o.tensor for t in found.terms for o in t.operands}
    some = {name: f"{clean(name)}{region_text(a, b)}" for name, a, b in found.regions}
    if found.op == "data":
        return [f"{words('inspect.reaches')}  {'  '.join(some.values())}"] if some else []
    lines = []
    if INPUT in some and INPUT not in operands:
        lines.append(f"{words('inspect.receptive')}  {some[INPUT]}")
    read = [text for name, text in some.items() if name in operands or not found.terms]
    if read:
        lines.append(f"{words('inspect.reads')}  {'  '.join(read)}")
    return lines


def crumbs(visits: Sequence[Visit], width: int, arrow: str) -> Content:
    """The history, each cell a link back to it; the first ones are left out where it is long."""
    cells, between = [clean(visit.cell) for visit in visits], f" {arrow} "
    first = 0
    while first < len(cells) - 1 and len(between.join(["…"] * bool(first) + cells[first:])) > width:
        first += 1
    links = [Content("…")] if first else []
    for n, cell in enumerate(cells[first:], first):
        style = Style(bold=True) if n == len(cells) - 1 else Style(dim=True)
        links.append(Content.styled(cell, Style.from_meta({"@click": f"return_to({n})"}) + style))
    return Content(between).join(links)


def keys(
    visits: Sequence[Visit],
    words: Words,
    glyphs: Glyphs,
    room: int,
    *,
    gradient: bool,
    editable: bool,
) -> Content:
    """The keys that do something here, each can be clicked; those that there is ``room`` for: what
    every list has is left out first, and never how to leave.
    """
    here = visits[-1] if visits else Visit("")
    order = "order" if here.largest else "largest"
    parts = [
        ("↑↓←→" if glyphs is UNICODE else "arrows", words("inspect.key.choose"), ""),
        ("enter", words("inspect.key.follow"), "follow"),
        ("backspace", words("inspect.key.back"), "back" if len(visits) > 1 else None),
        ("i", words(f"inspect.key.{order}"), "turn_order"),
        ("D", words("inspect.key.check"), "check" if gradient else None),
        ("=", words("inspect.key.edit"), EDIT if editable else None),
        ("esc", words("inspect.key.home"), "leave"),
    ]
    made: list[Content] = []
    for key, caption, action in parts:
        if action is not None:
            item = Content.assemble((key, "bold $text-accent"), " ", caption)
            made.append(item.stylize(Style.from_meta({"@click": action})) if action else item)
    while len(made) > 1 and sum(item.cell_length + 2 for item in made) - 2 > room:
        del made[0]
    return Content("  ").join(made)
