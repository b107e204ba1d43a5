"""A small app under ``restore.run``, for tests of how the terminal is given back.

``python -m tests.harness.tiny_app KIND``: ``stay``, ``crash``, ``fail``, ``quit``, ``stuck`` (does
not heed a signal), ``broken`` (cannot be made).
"""

from __future__ import annotations

import sys
import time

from textual.app import App, ComposeResult
from textual.widgets import Static

from lenet_tui.terminal.ui import restore


class TinyApp(App[None]):
    def __init__(self, kind: str) -> None:
        if kind == "broken":
            raise ValueError("no app\x1b[31m\nat all")
        super().__init__()
        self.kind = kind

    def compose(self) -> ComposeResult:
        yield Static(f"here is {self.kind}")

    def on_key(self) -> None:
        if self.kind == "crash":
            raise ZeroDivisionError("by [red]zero\nand more")
        if self.kind == "fail":
            self.exit(None, 2, "device cuda:9 is not available")
        elif self.kind == "quit":
            self.exit()
        elif self.kind == "stuck":
            self.query_one(Static).update("stuck now")
            self.call_after_refresh(self.set_timer, 0.2, lambda: time.sleep(60))


if __name__ == "__main__":
    sys.exit(restore.run(lambda: TinyApp(sys.argv[1])))
