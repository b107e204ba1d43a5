"""The code pane: the program a person would have written, the current line lit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.geometry import Size
from textual.highlight import highlight
from textual.scroll_view import ScrollView

from lenet_tui.app.program import Line, Note, line_inside, program
from lenet_tui.kit.ui.glyphs import ASCII, Glyphs
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.kit.ui.settings import glyphs_of, spelled
from lenet_tui.protocol.frame import Frame
from lenet_tui.terminal.ui.line_widget import LineWidget
from lenet_tui.text.clean import clean, clean_lines
from lenet_tui.text.words import Words

BESIDE = 126
"""Columns from which the model's class is beside the program, else above it."""
LIT = "$block-cursor-foreground on $block-cursor-background"
COMMENT = "$text 60%"
"""As in Textual's highlighting."""
MARKS = {"done": "$text-success", "skipped": "$text-warning", "extra": "$text-secondary"}


@dataclass(frozen=True, slots=True)
class Row:
    """A line as it is drawn. ``lit``: it is the current one."""

    code: str
    mark: str = ""
    note: str = ""
    lit: bool = False


class Listing(ScrollView, LineWidget):
    """Lines of code that keep one of them in sight."""

    DEFAULT_CSS = """
    Listing {
        height: 1fr; width: 1fr; overflow: hidden auto;
        scrollbar-size-vertical: 1; scrollbar-gutter: stable;
    }
    Listing:focus { background-tint: transparent; }
    """

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._rows: tuple[Row, ...] = ()
        self._drawn: tuple[tuple[Content, ...], int, tuple[Row, ...]] = ((), 0, ())
        self._followed = -1

    @property
    def first(self) -> int:
        return round(self.scroll_y)

    def show(self, rows: Sequence[Row], followed: int) -> None:
        """Show other lines; scrolls only if the ``followed`` one (−1: none) is out of sight."""
        self._rows, self._followed = tuple(rows), followed
        self.virtual_size = Size(0, len(rows))
        self._draw()
        self.call_after_refresh(self._follow)

    def on_resize(self) -> None:
        """Keep the followed line in sight, and the lit ones lit from edge to edge."""
        self._draw()
        self.call_after_refresh(self._follow)

    def _draw(self) -> None:
        width, glyphs = self.size.width, glyphs_of(self)
        if width <= 0 or not self._rows:
            return
        # The digest is another after each step: the rest need not be coloured anew for it.
        codes = ["" if row.code.startswith("# ") else row.code for row in self._rows]
        coloured = _coloured("\n".join(codes))
        drawn, self._drawn = self._drawn, (coloured, width, self._rows)
        same = drawn[0] is coloured and drawn[1] == width
        self.put(
            [
                self.lines[y] if same and row == drawn[2][y] else _line(row, code, glyphs, width)
                for y, (row, code) in enumerate(zip(self._rows, coloured, strict=True))
            ]
        )

    def _follow(self) -> None:
        line, height, top = self._followed, self.size.height, self.scroll_offset.y
        if line >= 0 and height and not top < line < top + height - 1:
            self.scroll_to(y=max(0, line - height // 2), animate=False)


class CodePane(Pane):
    """The program, and the model's class: beside it where there is room, else above it.

    The line of the phase that the cursor is in, or passed last, is lit; inside a forward also the
    line of the class that runs the op.
    """

    DEFAULT_CSS = """
    CodePane { height: 1fr; }
    CodePane Horizontal { height: 1fr; }
    CodePane #code-class { display: none; margin-left: 1; }
    CodePane.-beside #code-class { display: block; }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._source: list[str] = []
        self._first_line = 0
        self._net = "Net"
        self._frame: Frame | None = None

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Listing("code-program")
            yield Listing("code-class")

    def know(self, source: str, first_line: int, model: str) -> None:
        """Take the source of the model's class, where in its file it begins, and its name."""
        self._first_line = first_line
        self._source = clean_lines(source)
        self._net = clean(model.rpartition(":")[2])

    def show(self, frame: Frame) -> None:
        self._frame = frame
        self._draw()

    def on_resize(self) -> None:
        """The class may have to change its place."""
        self.set_class(self.content_size.width >= BESIDE, "-beside")
        self._draw()

    def _draw(self) -> None:
        frame = self._frame
        if frame is None:
            return
        shown = program(frame, self._net, self._source)
        owners = frame.options.step  # the file is the program
        self.set_class(self.content_size.width >= BESIDE and not owners, "-beside")
        # In a run remarks would change with each frame, and the whole program with them.
        with_remarks = not frame.running
        rows, inside = (
            [self._row(line, with_remarks) for line in shown.lines],
            line_inside(frame, self._first_line),
        )
        op = clean(frame.entry.name) if frame.entry else ""
        source = [
            Row(line, "current", op, lit=True) if number == inside else Row(line)
            for number, line in enumerate(self._source)
        ]
        listing = self.query_one("#code-program", Listing)
        if self.has_class("-beside"):
            listing.show(rows, shown.current)
            self.query_one("#code-class", Listing).show(source, inside)
        else:
            above = [*source, *([Row("")] if source else [])] if not owners else []
            inside = inside if not owners else -1
            followed = inside if inside >= 0 else len(above) + shown.current
            listing.show([*above, *rows], followed)

    def _row(self, line: Line, with_remarks: bool) -> Row:
        lit = line.mark == "current"
        skipped = any(key == "code.skipped" for key, _ in line.notes)
        mark = "skipped" if lit and skipped else line.mark
        return Row(clean(line.code), mark, self._remarks(line.notes) if with_remarks else "", lit)

    def _remarks(self, notes: Sequence[Note]) -> str:
        return spelled(self, remarks(self.words, notes))


def remarks(words: Words, notes: Sequence[Note]) -> str:
    """What is to be said of a line, after a ``#``."""
    return clean(words("code.and").join(words(key, **values) for key, values in notes))


@lru_cache(maxsize=32)
def _coloured(code: str) -> tuple[Content, ...]:
    """Each line of ``code`` with its syntax coloured."""
    lines = highlight(code + "\n", language="python").split("\n", allow_blank=True)
    wanted = code.count("\n") + 1
    return (*lines[:wanted], *[Content("")] * (wanted - len(lines)))


def _line(row: Row, code: Content, glyphs: Glyphs, width: int) -> Content:
    """The mark, the code and its remark."""
    if row.code and not code:
        code = Content.styled(row.code, COMMENT)
    note = f"# {row.note}" if row.note else ""
    if row.lit:
        text = Content(f"{glyphs.current} {row.code}  {note}")
        return _cut(text + " " * (width - text.cell_length), glyphs, width).stylize(LIT)
    mark = f"{getattr(glyphs, row.mark)} " if row.mark in MARKS else "  "
    line = Content.assemble(
        (mark, MARKS.get(row.mark, "")), code, "  ", (note, "$foreground-muted")
    )
    return _cut(line, glyphs, width)


def _cut(line: Content, glyphs: Glyphs, width: int) -> Content:
    return line.truncate(width, ellipsis=glyphs is not ASCII)
