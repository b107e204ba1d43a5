"""The columns of a line of the layers pane."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from lenet_tui.app.module_tree import FROZEN, MODULE, OP, PARAMETER, TIED, UNGROUPED, Node
from lenet_tui.app.ui.panes.layer_lines import Line
from lenet_tui.kit.ui.glyphs import Glyphs
from lenet_tui.text.alike import cut
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import thousands
from lenet_tui.text.words import Words

COUNTS_FROM = 33
"""Columns from which there is room for the number of parameters."""
FLOW_FROM = 53
"""Columns from which there is room for an op's input shape too."""
Columns = list[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Look:
    """What a line shows beside its texts: the cursor is ``here``, its node is ``opened``.

    ``titles``: cells for the titles of the ops beside it; ``counts``: for the counts of all.
    """

    here: bool
    opened: bool
    titles: int
    counts: int


def columns(
    node: Node, line: Line, look: Look, width: int, *, words: Words, glyphs: Glyphs
) -> Columns:
    """The texts of a line and their parts, ``width`` cells in all; names are cut where they are
    alike, and what follows them is left out where there is no room.
    """
    right = _right(node, line, look, width, glyphs)
    room = width - sum(cell_len(text) for text, _ in right)
    deep = _indent(node, width)
    left: Columns = [(f"{glyphs.current if look.here else ' '} {' ' * deep}", "mark")]
    room -= cell_len(left[0][0])
    marks = "".join(f" {getattr(glyphs, mark)}" for mark in node.marks)
    part = "title" if line.reached else "later"
    if node.kind == MODULE:
        left.append((f"{glyphs.opened if look.opened else glyphs.folded} ", "mark"))
        notes: Columns = [(marks, "mark"), (_ops(line, node, words), "note")]
        _fill(left, room - 2, _title(node, room - 2, glyphs), part, notes)
    elif node.kind == PARAMETER:
        title = _title(node, room, glyphs)
        said = "".join(f" {text}" for text in mark_texts(node, words, glyphs))
        fits = cell_len(title) + cell_len(said) <= room  # else the sign alone: half a word misleads
        _fill(left, room, title, "parameter", [(said if fits else marks, "mark")])
    else:
        titles = min(look.titles, max(room // 2, room - cell_len(line.op) - 1)) if line.op else room
        title = _title(node, titles, glyphs)
        notes = [(line.op, "op" if line.reached else "later")]
        notes += [(marks, "mark")] if node.kind == OP and not look.opened else []
        slack = room - cell_len(title) - cell_len(line.op.partition(" ")[0])
        gap = max(1 if title else 0, min(titles - cell_len(title) + 1, slack)) if line.op else 1
        _fill(left, room, title + " " * gap, part, notes)
    return [*left, *right]


def mark_texts(node: Node, words: Words, glyphs: Glyphs) -> list[str]:
    """What marks a parameter, in a sign and a word."""
    also = node.parameter.also[0] if node.parameter and node.parameter.also else ""
    texts = {
        FROZEN: f"{glyphs.frozen} {words('layers.frozen')}",
        TIED: f"{glyphs.tied} {clean(also)}",
        UNGROUPED: f"{glyphs.ungrouped} {words('layers.ungrouped')}",
    }
    return [texts[mark] for mark in node.marks]


def _indent(node: Node, width: int) -> int:
    """Two cells for each module around it; in a narrow pane not more than a quarter of it.

    A parameter of an op that is in no module stands below its op's title.
    """
    return min(2 * node.depth, max(2, width // 4))


def _title(node: Node, room: int, glyphs: Glyphs) -> str:
    return cut(node.title, max(0, room), node.differs, cell_len, glyphs.more)


def _ops(line: Line, node: Node, words: Words) -> str:
    """How many ops are in a module, and how many of them are done while some are not."""
    if not node.ops:
        return ""
    if 0 < line.done < node.ops:
        return "  " + words("layers.ops.done", done=thousands(line.done), n=thousands(node.ops))
    return "  " + words("layers.ops", n=thousands(node.ops))


def _right(node: Node, line: Line, look: Look, width: int, glyphs: Glyphs) -> Columns:
    shape = line.shape or ("" if line.reached else glyphs.later)
    if line.flow and width >= FLOW_FROM:
        shape = line.flow
    count = line.count.rjust(look.counts) if width >= COUNTS_FROM else ""
    return [(f" {shape}", "shape"), (count, "count")]


def _fill(left: Columns, room: int, title: str, part: str, notes: Columns) -> None:
    """Add the title and as many of the notes as there is room for, then blanks."""
    title = set_cell_size(title, min(room, cell_len(title)))
    left.append((title, part))
    room -= cell_len(title)
    for text, kind in notes:
        fitted = _cut(text, room)
        left.append((fitted, kind))
        room -= cell_len(fitted)
        if fitted != text:
            break
    left.append((" " * room, None))


def _cut(text: str, room: int) -> str:
    """What has room of ``text``: no word or number in part, but for the first."""
    if cell_len(text) <= room:
        return text
    words = text.split(" ")
    while len(words) > 1 and cell_len(" ".join(words)) > room:
        words.pop()
    return set_cell_size(" ".join(words), min(room, cell_len(" ".join(words))))
