"""The inspector: one number of the session, the terms that make it up, and where they came from."""

from __future__ import annotations

from collections.abc import Hashable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from lenet_tui.explain.explanation import Explanation
from lenet_tui.explain.ui import summary_text
from lenet_tui.explain.ui.highlights import editable, highlights
from lenet_tui.explain.ui.history import MOST, History, Inquiry, Visit, moment_of
from lenet_tui.explain.ui.operand_pictures import Pictures
from lenet_tui.explain.ui.term_columns import runs
from lenet_tui.explain.ui.term_table import TermTable
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.kit.ui.prose import Prose
from lenet_tui.kit.ui.settings import ascii_only
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.request import Asks, Reply
from lenet_tui.tensors.regions import Highlight
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import ascii_text, index_text

SETTLE = 0.1
"""Seconds that an answer may take before what is no longer true is taken off the screen."""
BESIDE = 28
"""Lines from which there is room for both pictures above the table."""
PICTURE = 20
"""Columns of the picture beside the table, as below."""


class InspectorPane(Pane):
    """Explains a cell at the session's cursor, wherever that is at the moment.

    It is open while ``history`` has a cell.
    """

    ALLOW_MAXIMIZE = True
    DEFAULT_CSS = """
    InspectorPane { layout: vertical; }
    InspectorPane .head, InspectorPane .badge { height: 1; padding: 0 1; }
    InspectorPane .head { text-wrap: nowrap; text-overflow: ellipsis; }
    InspectorPane #formula, InspectorPane #instead { padding: 0 1; }
    InspectorPane #instead { margin-top: 1; color: $foreground-muted; }
    InspectorPane .sum, InspectorPane .table { height: 1fr; }
    InspectorPane .notes { height: auto; max-height: 3; padding: 0 1; color: $foreground-muted; }
    InspectorPane Pictures { dock: right; width: 20; height: auto; max-height: 100%; }
    InspectorPane PlaneView { width: 1fr; height: auto; max-height: 100%; }
    InspectorPane.-above Pictures { dock: none; width: 1fr; max-height: 13; margin-top: 1; }
    InspectorPane.-short TermTable { height: auto; }
    InspectorPane.-short .notes { margin-top: 1; max-height: 100%; }
    InspectorPane.-above .table { margin-top: 1; }
    InspectorPane.-above .notes { max-height: 6; margin-top: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("equals_sign", summary_text.EDIT, show=False)]

    class Visited(Message):
        """The person visits another cell; ``None``: the pane is to be closed."""

        def __init__(self, cell: str | None) -> None:
            self.cell = cell
            super().__init__()

    class Highlighted(Message):
        """What the other panes are to highlight has changed."""

        def __init__(self, highlights: tuple[Highlight, ...]) -> None:
            self.highlights = highlights
            super().__init__()

    def __init__(self, engine: Asks, id: str | None = None) -> None:
        super().__init__(id=id)
        self.history = History()
        self._inquiry = Inquiry(engine)
        self._moment: Hashable | None = None
        self._parameters: frozenset[str] = frozenset()
        self._is_run = False
        self._waiting: Timer | None = None
        self._asking = False

    def compose(self) -> ComposeResult:
        yield Static(classes="head", markup=False)
        yield Static(classes="badge", markup=False)
        yield Prose(id="formula")
        yield Prose(id="instead")
        with Vertical(classes="sum"):
            yield Pictures()
            with Vertical(classes="table"):
                yield TermTable()
                with VerticalScroll(classes="notes", can_focus=False):
                    yield Prose()

    @property
    def table(self) -> TermTable:
        return self.query_one(TermTable)

    @property
    def reply(self) -> Reply[Explanation] | None:
        """The reply on the present cell at the present moment; ``None``: there is none yet."""
        return self._inquiry.reply

    @property
    def found(self) -> Explanation | None:
        """The explanation, where there is one."""
        return self.reply.answer if self.reply else None

    # Which cell

    def open(self, cell: str) -> None:
        """Explain a cell."""
        self.history.open(cell)
        self._go()

    def close(self) -> None:
        """Close the history; nothing is explained."""
        self.history.close()
        self._inquiry.want(None, None)
        self._stop_waiting()
        self.post_message(self.Highlighted(()))

    def action_follow(self) -> None:
        """Go to where the chosen operand came from."""
        self.table.action_follow()

    def action_back(self) -> None:
        """Return to the cell before."""
        if self.history.back():
            self._go()

    def action_return_to(self, depth: int) -> None:
        """Return to a cell of the way here."""
        if self.history.back(depth):
            self._go()

    def action_leave(self) -> None:
        """Close it."""
        self.post_message(self.Visited(None))

    def action_turn_order(self) -> None:
        """The largest terms first, or in order."""
        visit = self.history.here
        if visit is not None:
            visit.largest, visit.line = not visit.largest, 0
            self._update_text()

    def action_check(self) -> None:
        """Ask for the central difference; only a parameter's gradient has one."""
        visit = self.history.here
        if visit is None or not self._gradient:
            self.notify(self.words("inspect.no-difference"))
        else:
            visit.check = True
            self._ask()

    @on(TermTable.Followed)
    def _followed(self, event: TermTable.Followed) -> None:
        event.stop()
        operand = event.operand
        self.history.follow(f"{operand.tensor}{index_text(operand.index)}")
        self._go()

    @on(TermTable.Wanted)
    def _wanted(self, event: TermTable.Wanted) -> None:
        event.stop()
        visit = self.history.here
        if visit is not None:
            visit.most = max(visit.most, MOST) * 8
            self._ask()

    @on(TermTable.Chosen)
    def _chosen(self, event: TermTable.Chosen) -> None:
        event.stop()
        self._place_notes()
        self._highlight()

    @on(Pictures.Pointed)
    def _pointed(self, event: Pictures.Pointed) -> None:
        event.stop()
        self.table.point(event.tensor, event.row, event.col)
        self.table.focus()

    def _go(self) -> None:
        visit = self.history.here
        if visit is not None:
            self.post_message(self.Visited(visit.cell))
            self._ask()

    # Between the engine and the screen

    def show(self, frame: Frame) -> None:
        """The session's cursor is somewhere, or the language is another."""
        if not self.passes(frame) and self._waiting is None:
            self._update_text()

    def passes(self, frame: Frame) -> bool:
        """Ask anew if this is another moment, seen or not: other panes highlight the answer."""
        self._is_run = frame.running
        self._moment = None if frame.running else moment_of(frame)
        return self._ask()

    def renew(self) -> None:
        """Ask again where a reply is awaited, as another engine does not know of it."""
        if not self._asking and not self._inquiry.complete:
            self._asking = True
            self._inquire()

    @work
    async def _inquire(self) -> None:
        try:
            while not self._inquiry.complete:
                if await self._inquiry.ask():
                    self._update_text()
        finally:
            self._asking = False

    def _ask(self) -> bool:
        """Ask if something else is wanted; whether it is."""
        new = self._inquiry.want(self.history.here, self._moment)
        self.renew()
        if new and self.reply is not None:
            self._update_text()
        elif new and self._waiting is None:
            # An answer that comes at once replaces the old one without a flash between them.
            self._waiting = self.set_timer(SETTLE, self._update_text)
        return new

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None

    @property
    def _gradient(self) -> bool:
        """Whether the present cell is one of a parameter's gradient."""
        found = self.found
        visit = self.history.here
        if visit is None or found is None or found.op in summary_text.UNPROVED:
            return False
        stem, _, aspect = visit.cell.partition("[")[0].partition("@")[0].rpartition(".")
        return aspect == "grad" and stem in self._parameters

    def know(self, parameters: frozenset[str]) -> None:
        """The engine has made its model, with these parameters."""
        self._parameters = parameters

    # Showing

    def _update_text(self) -> None:
        """Show what is known of the present cell now, and nothing that is no longer true.

        The table is emptied and never hidden: Textual takes the focus from a hidden widget.
        """
        visit = self.history.here
        if visit is None or not self.is_attached:
            return
        self._stop_waiting()
        found = self.found
        words = self.words
        head, badge = Content.styled(clean(visit.cell), "bold"), Content("")
        lines: list[str] = []
        if found is not None:
            room, checking = self.size.width - 2, not self._inquiry.complete
            head, badge = summary_text.heading(found, words, room), summary_text.badge(found, words)
            lines = summary_text.notes(found, words, room, checking=checking)
        self.query_one(".head", Static).update(self._plain(head))
        self.query_one(".badge", Static).update(self._plain(badge))
        self._prose("#formula", summary_text.formula(found) if found else "")
        self._prose("#instead", "" if found else self._instead())
        self._prose(".notes Prose", "\n".join(lines))
        self._titles(visit)
        self.table.show(found, visit, words)
        self.call_after_refresh(self._place_notes)

    def _place_notes(self) -> None:
        """The notes come right below a short table; a long one leaves them room at the end."""
        room = self.query_one(".table").size.height
        notes = self.query_one(".notes").outer_size.height + 1
        self.set_class(self.table.needed + notes <= room, "-short")

    def _instead(self) -> str:
        """The text where there is no explanation (yet)."""
        if self.reply is not None and self.reply.error is not None:
            return clean(self.words.say(self.reply.error))
        return self.words("inspect.running" if self._is_run else "inspect.asking")

    def _titles(self, visit: Visit) -> None:
        title = Content.assemble(self.words("inspect.title"), "  ")
        room = self.size.width - title.cell_length - 6
        title += summary_text.crumbs(self.history.visits, room, self.glyphs.arrow)
        below = summary_text.keys(
            self.history.visits,
            self.words,
            self.glyphs,
            self.size.width - 4,
            gradient=self._gradient,
            editable=editable(visit.cell, self._parameters),
        )
        self.border_title = self._plain(title)
        self.border_subtitle = self._plain(below)

    def _highlight(self) -> None:
        """Mark the chosen operand in the pictures here, and have the other panes highlight it."""
        found = self.found
        line, operand = self.table.line, self.table.operand
        above, beside = self.has_class("-above"), self.size.width - 2 - PICTURE
        fits = above or runs(self.table.lines, beside, self.words)
        self.query_one(Pictures).show(found if fits else None, line, operand, all=above)
        self.post_message(self.Highlighted(highlights(found, operand)))

    def on_resize(self) -> None:
        """Both pictures above the table, or one beside it; the way here may fit or not."""
        self.set_class(self.size.height >= BESIDE, "-above")
        if self.history.here is not None:
            self._update_text()

    def _prose(self, where: str, text: str) -> None:
        prose = self.query_one(where, Prose)
        prose.show(self._plain(Content(text)).plain)
        prose.display = bool(text)

    def _plain(self, content: Content) -> Content:
        """``content`` without signs that are not ASCII, if only those may be used."""
        if not ascii_only(self):
            return content
        text = ascii_text(self.words.spell(content.plain).translate(_SIGNS))
        return Content(text, spans=list(content.spans) if len(text) == len(content.plain) else None)


_SIGNS = str.maketrans({"✔": "+", "✘": "!", "Σ": "sum", "√": "sqrt ", "²": "^2", "ε": "eps"})
