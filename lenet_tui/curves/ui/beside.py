"""Asks for a file with another run, and shows its curves beside the session's."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lenet_tui.curves.runs import OtherRun, RunError, read_run
from lenet_tui.curves.ui.view import TrainingView
from lenet_tui.kit.ui.ask import AskScreen
from lenet_tui.kit.ui.port import Port
from lenet_tui.sessions.store import SUFFIX, default_folder
from lenet_tui.text.clean import clean


def ask(port: Port, view: TrainingView) -> None:
    """Ask for the file; nothing typed takes all other runs away."""
    folder = default_folder()
    saved = sorted(folder.glob(f"*{SUFFIX}"), reverse=True) if folder.is_dir() else []
    dialog = AskScreen(
        "beside",
        parse=_path,
        help_text=port.words("curves.beside"),
        choices=[str(path) for path in saved],
    )
    port.open(dialog, lambda path: port.run_worker(_show(port, view, path)))


async def _show(port: Port, view: TrainingView, path: Path) -> None:
    if path == Path():
        view.put_beside(None)
        return
    try:
        run: OtherRun = await asyncio.to_thread(read_run, path)
    except RunError as error:
        port.announce("error", clean(port.words.say(error.notice)), "error")
        return
    view.put_beside(run)


def _path(text: str) -> Path:
    return Path(text.strip()).expanduser()
