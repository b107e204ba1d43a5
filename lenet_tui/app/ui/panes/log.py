"""The log: what torch printed or warned, the moves made, what went wrong."""

from __future__ import annotations

from collections import deque

from textual.app import ComposeResult
from textual.widgets import RichLog

from lenet_tui.kit.ui.pane import Pane
from lenet_tui.protocol.frame import Frame
from lenet_tui.text.clean import clean
from lenet_tui.text.wide_text import WideText

LINES = 1000
MARKS = {"warning": "! ", "error": "x ", "move": "  ", "output": "  ", "note": "  "}
STYLES = {"warning": "yellow", "error": "red", "move": "dim"}


class LogPane(Pane):
    """The last thousand lines; the newest at the bottom."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.lines: deque[tuple[str, str]] = deque(maxlen=LINES)
        self._unwritten: deque[tuple[str, str]] = deque(maxlen=LINES)

    def compose(self) -> ComposeResult:
        yield RichLog(max_lines=LINES, wrap=True, markup=False, highlight=False, min_width=1)

    def add(self, kind: str, text: str) -> None:
        """Add a line of a ``kind`` of ``MARKS``; it is cleaned here."""
        line = (kind, clean(text, 2000))
        self.lines.append(line)
        self._unwritten.append(line)
        self._write()

    def show(self, frame: Frame) -> None:
        self._write()

    def on_show(self) -> None:
        """Write what came while the pane was hidden."""
        self.call_after_refresh(self._write)

    def on_resize(self) -> None:
        """Wrap the lines anew."""
        log = self.query_one(RichLog)
        if log.size.width and log.lines:
            log.clear()
            self._unwritten = deque(self.lines, maxlen=LINES)
        self.call_after_refresh(self._write)

    def _write(self) -> None:
        log = self.query_one(RichLog)
        if not log.size.area:
            return
        while self._unwritten:
            kind, text = self._unwritten.popleft()
            log.write(WideText(MARKS.get(kind, "  ") + text, STYLES.get(kind, "")))
