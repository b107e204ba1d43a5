"""Asks for a file name and writes the moves made so far there, to be played with ``--moves``."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from lenet_tui.kit.ui.ask import AskScreen
from lenet_tui.kit.ui.port import Port
from lenet_tui.protocol.new_file import free_name, path_within, write_new
from lenet_tui.stepping.ui.moves_player import MovesRecorder
from lenet_tui.text.clean import clean

NAME = "session.moves"


def save_moves(port: Port, recorder: MovesRecorder) -> None:
    """Moves are written to a new file in the working directory, nowhere else, over nothing."""
    try:
        folder = Path.cwd()
    except OSError as error:  # it has been deleted
        _failed(port, error)
        return
    screen = AskScreen(
        "save",
        parse=partial(path_within, folder, suffix=".moves"),
        value=free_name(folder, NAME),
        help_text=port.words("save.help", folder=clean(str(folder))),
    )
    port.open(screen, partial(_write, port, recorder))


def _write(port: Port, recorder: MovesRecorder, path: Path) -> None:
    """Write them, and say where; or why not."""
    count = len(recorder.moves)
    try:
        write_new(path, recorder.text)
    except (OSError, ValueError) as error:
        _failed(port, error)
    else:
        port.notify(port.words("save.done", count=count, path=clean(str(path))))


def _failed(port: Port, error: Exception) -> None:
    reason = getattr(error, "strerror", None) or str(error)
    port.notify(port.words("save.failed", reason=clean(reason)), severity="error")
