"""A dialog that asks where a file is to be written, and again before one is replaced."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from lenet_tui.kit.ui.ask import AskScreen
from lenet_tui.kit.ui.confirm import ConfirmScreen
from lenet_tui.kit.ui.dialog import Check
from lenet_tui.protocol.new_file import free_name, typed_path
from lenet_tui.text.clean import clean


@dataclass(frozen=True, slots=True)
class Target:
    """Where to write. ``replace``: the file that is there may be replaced."""

    path: Path
    replace: bool = False


class AskFileScreen(AskScreen[Target]):
    """Gives back any path that the person types, with leave to replace a file that is there."""

    def __init__(
        self, name: str, *, value: str, help_text: str, check: Check[Target] | None = None
    ) -> None:
        super().__init__(name, parse=_target, value=value, help_text=help_text, check=check)

    def answer(self, given: Target) -> None:
        """Close with what was typed; before that, ask about a file that would be replaced."""
        if not os.path.lexists(given.path):
            self.offer(given)
            return
        text = self.words("replace.help", path=clean(str(given.path)))
        ask = ConfirmScreen(text, "replace")
        self.app.push_screen(ask, lambda yes: self._confirmed(given.path, bool(yes)))

    def _confirmed(self, path: Path, yes: bool) -> None:
        if yes:
            self.offer(Target(path, replace=True))


def suggestion(name: str) -> tuple[str, str]:
    """A name for a new file in the working directory, and that directory as it is shown."""
    folder = Path.cwd()
    return free_name(folder, name), clean(str(folder))


def _target(text: str) -> Target:
    return Target(typed_path(text.strip()))
