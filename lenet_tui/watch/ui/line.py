"""The line of the main screen that shows the watchpoints and whether they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import Initialize, var
from textual.style import Style

from lenet_tui.kit.ui.settings import words_of
from lenet_tui.terminal.ui.line_widget import LineWidget
from lenet_tui.text.clean import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lenet_tui.protocol.frame import Frame
    from lenet_tui.text.words import Words

GAP = "   "


class WatchLine(LineWidget):
    """One line, which is there only while a watchpoint is set; a click opens their screen."""

    words: var[Words] = var(Initialize(words_of), init=False)
    frame: var[Frame | None] = var(None, init=False)

    def _draw(self) -> None:
        watches = self.frame.watches if self.frame else ()
        self.set_class(bool(watches), "-set")
        if watches and self.content_size.width > 0:
            line = watch_line(watches, self.words, self.content_size.width)
            self.put([line.stylize(Style.from_meta({"@click": "app.command('watch')"}))])

    on_resize = watch_words = watch_frame = _draw


def watch_line(
    watches: Sequence[tuple[int, str, float | None, bool]], words: Words, width: int
) -> Content:
    """As many watchpoints as fit, those that hold first; ``+2`` counts the others."""
    ordered = sorted(watches, key=lambda watch: not watch[3])
    line = Content.styled(words("watch.line"), "dim")
    for place, watch in enumerate(ordered):
        left = len(ordered) - place - 1
        further = line + GAP + _state(watch, words)
        room = width - (len(f"{GAP}+{left}") if left else 0)
        if place and further.cell_length > room:
            return line + Content.styled(f"{GAP}+{left + 1}", "dim")
        line = further
    return line


def _state(watch: tuple[int, str, float | None, bool], words: Words) -> Content:
    number, text, value, holds = watch
    if value is None:
        state, now = words("watch.unknown"), ""
    else:
        state, now = words("watch.holds" if holds else "watch.holds-not"), f" ({value:.4g})"
    style = "bold $text-warning" if holds else ""
    return Content.assemble((f"{number} ", "dim"), (f"{clean(text)}: {state}{now}", style))
