"""Asks for a file with another run, and shows its curves beside the session's."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lenet_tui.curves.runs import read_run
from lenet_tui.curves.ui.view import TrainingView
from lenet_tui.kit.ui.ask import AskScreen
from lenet_tui.kit.ui.port import Port
from lenet_tui.sessions.store import SUFFIX, default_folder


def ask(port: Port, view: TrainingView) -> None:
    """Ask for the file; nothing typed takes all other runs away."""
    folder = default_folder()
    saved = sorted(folder.glob(f"*{SUFFIX}"), reverse=True) if folder.is_dir() else []

    async def show(path: Path) -> Path:
        """Show the run that is in a file; ``RunError`` where none is."""
        view.put_beside(await asyncio.to_thread(read_run, path) if path != Path() else None)
        return path

    dialog = AskScreen(
        "beside",
        parse=_path,
        help_text=port.words("curves.beside"),
        choices=[str(path) for path in saved],
        check=show,
    )
    port.open(dialog, lambda path: None)


def _path(text: str) -> Path:
    return Path(text.strip()).expanduser()
