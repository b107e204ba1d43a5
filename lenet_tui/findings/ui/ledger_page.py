"""The page of the findings panel that has a row for every parameter."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import OptionList, Static

from lenet_tui.findings.finding import Finding
from lenet_tui.findings.ledger import LedgerRow
from lenet_tui.findings.ui.ledger_table import ledger_lines, suspicious
from lenet_tui.findings.ui.places import PARAMETERS
from lenet_tui.findings.words import said
from lenet_tui.kit.ui.glyphs import UNICODE, Glyphs
from lenet_tui.kit.ui.prose import Prose
from lenet_tui.text.clean import clean
from lenet_tui.text.words import Words

NO_PLACE_YET = 0.02
"""Seconds after which a page that was turned to is looked for again."""


class LedgerPage(Vertical):
    """The parameters, the cursor on the one that a finding is about, or on a suspicious one."""

    @dataclass
    class Chosen(Message):
        """The person wants to see the parameter ``name``."""

        name: str

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._rows: tuple[LedgerRow, ...] = ()
        self._finding: Finding | None = None
        self._words: Words | None = None
        self._glyphs = UNICODE
        self._fresh = False

    def compose(self) -> ComposeResult:
        yield Static(classes="title", markup=False)
        yield Static(id="findings-head", markup=False)
        yield OptionList(compact=True, id="findings-ledger")
        yield Prose(id="findings-about")

    def show(
        self, rows: tuple[LedgerRow, ...], finding: Finding | None, words: Words, glyphs: Glyphs
    ) -> None:
        """Take the rows; ``fill`` shows them once the page is seen."""
        self._rows, self._words, self._glyphs, self._fresh = rows, words, glyphs, True
        self._finding = finding if finding is not None and finding.id in PARAMETERS else None
        title = words("panel.ledger")
        if self._finding is not None:
            title = f"{self._finding.id}: {said(self._finding, words)[0]}"
        self.query_one(".title", Static).update(clean(title, 400))
        self.query_one("#findings-about", Prose).show(words("ledger.about"))

    def fill(self) -> None:
        """Lay the rows out for the width there is."""
        listed = self.query_one("#findings-ledger", OptionList)
        if listed.container_size.width < 1:  # it has just been turned to, and has no place yet
            if self.display:
                self.set_timer(NO_PLACE_YET, self.fill)
            return
        if self._words is None:
            return
        width = listed.container_size.width - 1  # beside the scrollbar
        head, lines = ledger_lines(self._rows, width, self._words, self._glyphs)
        self.query_one("#findings-head", Static).update(head)
        here = None if self._fresh else listed.highlighted
        self._fresh = False
        listed.clear_options()
        listed.add_options(lines)
        listed.highlighted = here if here is not None else self._named()
        self.call_after_refresh(listed.scroll_to_highlight)

    def _named(self) -> int | None:
        """The row that the finding is about, or the first suspicious one."""
        finding = self._finding
        if finding is not None:
            evidence = finding.evidence
            several = [finding.where, *evidence.get("parameters", ()), *evidence.get("instead", ())]
            for n, row in enumerate(self._rows):
                if row.name in several or (row.held_by and row.held_by in several):
                    return n
        odd = [n for n, row in enumerate(self._rows) if suspicious(row)]
        return next(iter(odd), 0 if self._rows else None)

    @on(OptionList.OptionSelected, "#findings-ledger")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        row = self._rows[event.option_index]
        if row.name:
            self.post_message(self.Chosen(row.name))

    def on_resize(self) -> None:
        """Lay the columns out for the new width."""
        if self._rows:
            self.call_after_refresh(self.fill)
