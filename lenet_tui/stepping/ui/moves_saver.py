"""Asks for a path and writes the moves made so far there, to be played with ``--moves``."""

from __future__ import annotations

from lenet_tui.kit.ui.ask_file import AskFileScreen, Target, suggestion
from lenet_tui.kit.ui.port import Port
from lenet_tui.protocol.moves_header import header
from lenet_tui.protocol.new_file import write_new
from lenet_tui.protocol.options import Options
from lenet_tui.stepping.ui.moves_player import MovesRecorder
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem, verbatim

NAME = "session.moves"


def save_moves(port: Port, recorder: MovesRecorder, options: Options) -> None:
    """Moves are written to the path that the person types, over a file only where they agree."""
    try:
        name, folder = suggestion(NAME)
    except OSError as error:  # the working directory has been deleted
        reason = clean(_reason(error))
        port.notify(port.words("save.failed", reason=reason), severity="error")
        return

    async def write(target: Target) -> Target:
        """Write them below the options of their session; ``Problem`` where they cannot be."""
        text = f"{header(options)}\n{recorder.text}"
        try:
            write_new(target.path, text, replace=target.replace)
        except (OSError, ValueError) as error:
            raise Problem(verbatim(_reason(error))) from None
        return target

    def say(target: Target) -> None:
        count = len(recorder.moves)
        port.notify(port.words("save.done", count=count, path=clean(str(target.path))))

    help_text = port.words("save.help", folder=folder)
    port.open(AskFileScreen("save", value=name, help_text=help_text, check=write), say)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
