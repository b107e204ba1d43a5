"""The lines at the bottom: the next line of a file of moves, and the keys; and a plea for room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import Initialize, reactive
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Static

from lenet_tui.kit.ui.key_names import key_name
from lenet_tui.kit.ui.settings import not_offered, words_of
from lenet_tui.stepping.ui.commands import COMMANDS

if TYPE_CHECKING:
    from lenet_tui.protocol.moves import Move
    from lenet_tui.text.words import Words

MINIMUM = (60, 20)


class HintLine(Static):
    """The next line of the file of moves; hidden where there is none."""

    ALLOW_SELECT = False

    def show(self, moves: tuple[Move, ...], done: int, words: Words) -> None:
        """Show the next line; ``done`` of ``moves`` have been played."""
        self.display = bool(moves)
        if done < len(moves):
            text = words("hint.next", n=done + 1, total=len(moves))
            move = (moves[done].brief, "bold $text-accent")
            self.update(Content.assemble((text, "dim"), "  ", move), layout=False)
        else:
            self.update(Content.styled(words("hint.end"), "dim"), layout=False)


TABS_FROM = 34
"""Rows from which the tabs have a place, as in ``panes.tcss``."""


class KeyBar(Widget):
    """The commands worth knowing, as many as fit; each can be clicked."""

    ALLOW_SELECT = False

    words: reactive[Words] = reactive(Initialize(words_of), init=False)

    def __init__(self, moves: bool, id: str | None = None) -> None:
        """``moves``: there is a file of moves to be played."""
        super().__init__(id=id)
        self._moves = moves

    def render(self) -> Content:
        size = self.screen.size
        width, low = self.content_size.width, size.height < TABS_FROM
        return key_line(self.words, width, self._moves, low, not_offered(self))


def key_line(
    words: Words,
    width: int,
    moves: bool,
    tabs_hidden: bool = False,
    others: frozenset[str] = frozenset(),
) -> Content:
    """Keys and what they do, in the table's order; those of the highest rank go first.

    ``tabs_hidden``: their key is named, as they are out of sight. ``others``: not offered here.
    """
    absent = {name for name, worth in (("play", moves), ("pane-7", tabs_hidden)) if not worth}
    offered = [c for c in COMMANDS if c.footer and c.id not in absent | others]
    items = {c.id: (key_name(c.keys[0]), words(f"cmd.{c.id}.short")) for c in offered}
    size = {name: cell_len(key) + cell_len(text) + 3 for name, (key, text) in items.items()}
    shown: list[str] = []
    room = width
    for command in sorted(offered, key=lambda c: c.footer):
        if size[command.id] <= room + 2:
            shown.append(command.id)
            room -= size[command.id]
    parts = []
    for command in offered:
        if command.id in shown:
            key, text = items[command.id]
            click = Style.from_meta({"@click": f"app.command('{command.id}')"})
            item = Content.assemble((key, "bold $text-accent"), " ", text)
            parts.append(item.stylize(click))
    return Content("  ").join(parts)


class TooSmall(Widget):
    """The only text where the window is too small for the rest."""

    ALLOW_SELECT = False

    words: reactive[Words] = reactive(Initialize(words_of), init=False)

    def render(self) -> Content:
        width, height = self.app.size
        cols, rows = MINIMUM
        return Content(self.words("small", cols=cols, rows=rows, width=width, height=height))
