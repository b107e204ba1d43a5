"""Asks for a file with another run, and shows its curves beside the session's."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from textual.content import Content
from textual.widgets import OptionList

from lenet_tui.curves.runs import Followed
from lenet_tui.curves.ui.view import TrainingView
from lenet_tui.kit.ui.ask import AskScreen
from lenet_tui.kit.ui.dialog import Check
from lenet_tui.kit.ui.open_screens import is_open
from lenet_tui.kit.ui.pick import under
from lenet_tui.kit.ui.port import Port
from lenet_tui.sessions.file_format import ANY_MODEL, SaveError
from lenet_tui.sessions.store import default_folder, read, saved_paths
from lenet_tui.sessions.ui.resume import described


class BesideScreen(AskScreen[Path]):
    """Offers the saved sessions, and says what each is as soon as it has been read."""

    def __init__(self, paths: Sequence[Path], help_text: str, check: Check[Path]) -> None:
        self._paths = paths
        choices = [str(path) for path in paths]
        super().__init__("beside", parse=_path, help_text=help_text, choices=choices, check=check)

    def on_mount(self) -> None:
        """Read the sessions beside everything else."""
        self.run_worker(self._describe())

    async def _describe(self) -> None:
        for place, path in enumerate(self._paths):
            try:
                saved = await asyncio.to_thread(read, path, ANY_MODEL)
            except SaveError:
                continue  # what is wrong with it is said to who chooses it
            if not is_open(self):
                return
            where, how = described(saved, self.words)
            listed = self.query_one(OptionList)
            listed.replace_option_prompt_at_index(place, Content(where) + under(how))


def ask(port: Port, view: TrainingView) -> None:
    """Ask for the file; nothing typed takes all other runs away."""

    async def show(path: Path) -> Path:
        """Show the run that is in a file; ``RunError`` where none is."""
        view.put_beside(await asyncio.to_thread(Followed, path) if path != Path() else None)
        return path

    dialog = BesideScreen(saved_paths(default_folder()), port.words("curves.beside"), show)
    port.open(dialog, lambda path: None)


def _path(text: str) -> Path:
    return Path(text.strip()).expanduser()
