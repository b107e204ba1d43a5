"""A bare Textual app: any key changes its one label. What the app's own keys are held against."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.events import Key
from textual.widgets import Label


class OneLabel(App[None]):
    """Counts the keys pressed."""

    pressed = 0

    def compose(self) -> ComposeResult:
        yield Label("0 keys")

    def on_key(self, event: Key) -> None:
        """Change the label."""
        self.pressed += 1
        self.query_one(Label).update(f"{self.pressed} keys")


if __name__ == "__main__":
    OneLabel().run()
