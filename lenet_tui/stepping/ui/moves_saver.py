"""Asks for a file name and writes the moves made so far there, to be played with ``--moves``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lenet_tui.kit.ui.ask import AskScreen
from lenet_tui.protocol.new_file import free_name, path_within, write_new
from lenet_tui.text.clean import clean

if TYPE_CHECKING:
    from lenet_tui.app.ui.app import LenetApp

NAME = "session.moves"


def ask(app: LenetApp) -> None:
    """Moves are written to a new file in the working directory, nowhere else, over nothing."""
    try:
        folder = Path.cwd()
    except OSError as error:  # it has been deleted
        _failed(app, error)
        return

    def save(path: Path | None) -> None:
        if path is not None:
            write(app, path)

    screen = AskScreen(
        "save",
        parse=partial(path_within, folder, suffix=".moves"),
        value=free_name(folder, NAME),
        help_text=app.words("save.help", folder=clean(str(folder))),
    )
    app.push_screen(screen, save)


def write(app: LenetApp, path: Path) -> None:
    """Write them, and say where; or why not."""
    moves = app.recorder.moves
    try:
        write_new(path, app.recorder.text)
    except (OSError, ValueError) as error:
        _failed(app, error)
    else:
        app.tell(app.words("save.done", count=len(moves), path=clean(str(path))))


def _failed(app: LenetApp, error: Exception) -> None:
    reason = getattr(error, "strerror", None) or str(error)
    app.tell(app.words("save.failed", reason=clean(reason)), "error")
