"""Asks for a path and writes the moves made so far there, to be played with ``--moves``."""

from __future__ import annotations

from functools import partial

from lenet_tui.kit.ui.ask_file import AskFileScreen, Target, suggestion
from lenet_tui.kit.ui.port import Port
from lenet_tui.protocol.moves_header import header
from lenet_tui.protocol.new_file import write_new
from lenet_tui.protocol.options import Options
from lenet_tui.stepping.ui.moves_player import MovesRecorder
from lenet_tui.text.clean import clean

NAME = "session.moves"


def save_moves(port: Port, recorder: MovesRecorder, options: Options) -> None:
    """Moves are written to the path that the person types, over a file only where they agree."""
    try:
        name, folder = suggestion(NAME)
    except OSError as error:  # the working directory has been deleted
        _failed(port, error)
        return
    screen = AskFileScreen("save", value=name, help_text=port.words("save.help", folder=folder))
    port.open(screen, partial(_write, port, recorder, options))


def _write(port: Port, recorder: MovesRecorder, options: Options, target: Target) -> None:
    """Write them below the ``options`` of their session, and say where; or why not."""
    count, path = len(recorder.moves), target.path
    try:
        write_new(path, f"{header(options)}\n{recorder.text}", replace=target.replace)
    except (OSError, ValueError) as error:
        _failed(port, error)
    else:
        port.notify(port.words("save.done", count=count, path=clean(str(path))))


def _failed(port: Port, error: Exception) -> None:
    reason = getattr(error, "strerror", None) or str(error)
    port.notify(port.words("save.failed", reason=clean(reason)), severity="error")
