"""The code in one line, where the code pane has no place: the line that runs, or ran last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import Initialize, var

from lenet_tui.kit.ui.glyphs import ASCII, Glyphs
from lenet_tui.kit.ui.settings import glyphs_of, spelled_content, words_of
from lenet_tui.terminal.ui.line_widget import LineWidget
from lenet_tui.text.clean import clean, clean_lines

if TYPE_CHECKING:
    from lenet_tui.protocol.frame import Frame
    from lenet_tui.protocol.messages import Ready
    from lenet_tui.text.words import Words


class CodeLine(LineWidget):
    """One line; ``panes.tcss`` decides at which sizes it is seen."""

    words: var[Words] = var(Initialize(words_of), init=False)
    frame: var[Frame | None] = var(None, init=False)
    ready: var[Ready | None] = var(None, init=False)

    def _draw(self) -> None:
        width = self.content_size.width
        if self.frame is None or self.ready is None or width <= 0:
            return
        shown = code_line(self.frame, self.ready, self.words, glyphs_of(self), width)
        self.put([spelled_content(self, shown)])

    on_resize = watch_words = watch_frame = watch_ready = _draw


def code_line(frame: Frame, ready: Ready, words: Words, glyphs: Glyphs, width: int) -> Content:
    """The code, and what is to be said of it."""
    # Not before the first picture.
    from lenet_tui.app.program import running_line  # noqa: PLC0415
    from lenet_tui.app.ui.panes.code import remarks  # noqa: PLC0415

    net = clean(ready.options.model.rpartition(":")[2])
    line = running_line(frame, net, clean_lines(ready.source), ready.line)
    parts = [(f"{glyphs.current} ", "$text-accent"), (clean(line.code), "bold")]
    if line.notes and not frame.running:
        parts.append((f"  # {remarks(words, line.notes)}", "$foreground-muted"))
    return Content.assemble(*parts).truncate(width, ellipsis=glyphs is not ASCII)
