"""A small app with nothing but the code pane in it."""

from __future__ import annotations

from textual.app import App, ComposeResult

from lenet_tui.app.all_words import words
from lenet_tui.app.ui.panes.code import CodePane
from lenet_tui.protocol.frame import Frame


class CodeApp(App[None]):
    """Shows ``frame``; ``source``: the model's class, which begins in line ``first``."""

    CSS_PATH = ["../../lenet_tui/app/ui/app.tcss", "../../lenet_tui/app/ui/panes.tcss"]  # noqa: RUF012

    def __init__(self, source: str, first: int, lang: str = "en", ascii: bool = False) -> None:
        super().__init__()
        self.words = words(lang)
        self._source, self._first = source, first
        self.ascii = ascii

    def compose(self) -> ComposeResult:
        yield CodePane(id="code")

    def on_mount(self) -> None:
        self.set_class(self.ascii, "-ascii")
        self.pane.know(self._source, self._first, "package.module:Net")

    @property
    def pane(self) -> CodePane:
        return self.query_one(CodePane)

    def shows(self, frame: Frame) -> None:
        self.pane.show(frame)

    @property
    def text(self) -> str:
        """What is on the screen, without colours."""
        return "\n".join(strip.text for strip in self.screen._compositor.render_strips())
