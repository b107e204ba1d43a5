"""Panes that share one place: one is visible, the border names all of them."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.content import Content
from textual.reactive import Initialize, var
from textual.style import Style
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from lenet_tui.kit.ui.pane import Pane
from lenet_tui.kit.ui.settings import words_of
from lenet_tui.text.words import Words


class TabbedPanes(Widget):
    """Panes of which one is visible. Each has an id; its name is ``tab.ID`` in the words table."""

    ALLOW_MAXIMIZE = True

    words: var[Words] = var(Initialize(words_of), init=False)

    def __init__(self, panes: Sequence[Pane], id: str | None = None) -> None:
        super().__init__(id=id)
        self._panes = tuple(panes)

    def compose(self) -> ComposeResult:
        with ContentSwitcher(initial=self._panes[0].id):
            yield from self._panes

    @property
    def current(self) -> str:
        """The id of the pane that is seen."""
        return self.query_one(ContentSwitcher).current or ""

    def open(self, name: str) -> None:
        """Show the pane with the id ``name``."""
        self.query_one(ContentSwitcher).current = name
        self._titles()
        self.post_message(Pane.RequestsChanged())

    action_open = open

    def action_turn(self, by: int) -> None:
        """Show the next pane, or the one before."""
        names = [pane.id or "" for pane in self._panes]
        self.open(names[(names.index(self.current) + by) % len(names)])

    def action_more_room(self) -> None:
        """Twice the height, or as before."""
        self.toggle_class("-more")

    def watch_words(self) -> None:
        """Name the panes in another language."""
        self._titles()

    def _titles(self) -> None:
        parts: list[Content] = []
        for pane in self._panes:
            name = self.words(f"tab.{pane.id}")
            click = Style.from_meta({"@click": f"open('{pane.id}')"})
            weight = Style(bold=True, reverse=False) if pane.id == self.current else Style(dim=True)
            parts.append(Content.styled(name, click + weight))
        self.border_title = Content(" | ").join(parts)
        self.border_subtitle = self.words("tabs.keys")
