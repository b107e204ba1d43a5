"""Asks for a file name, has the engine write the session as a script, and saves it there."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from textual.notifications import SeverityLevel

from lenet_tui.export.request import Export
from lenet_tui.kit.ui.ask import AskScreen
from lenet_tui.kit.ui.port import Port
from lenet_tui.protocol.new_file import free_name, path_within, write_new
from lenet_tui.text.clean import clean

NAME = "lenet_session.py"


class Exporter:
    """Scripts are written to new files in ``folder``, nowhere else, over nothing."""

    def __init__(self, port: Port, folder: Path | None = None) -> None:
        self._port = port
        self._folder = folder

    def ask(self) -> None:
        """Ask for a name; then ask the engine for the script."""
        try:
            folder = self._folder or Path.cwd()
        except OSError as error:  # it has been deleted
            self._failed(error.strerror or str(error))
            return
        screen = AskScreen(
            "export",
            parse=partial(path_within, folder, suffix=".py"),
            value=free_name(folder, NAME),
            help_text=self._help(folder),
        )
        self._port.open(screen, lambda path: self._port.run_worker(self.write(path)))

    def _help(self, folder: Path) -> str:
        words, frame = self._port.words, self._port.frame
        lines = [words("export.help", folder=clean(str(folder)))]
        if frame is not None and frame.digest:
            lines.append(words("export.state", digest=frame.digest))
        return "\n".join(lines)

    async def write(self, path: Path) -> None:
        """Write the script to a new file, and show where it is; or why there is none."""
        reply = await self._port.ask(Export())
        if reply.answer is None:
            self._failed(self._port.words.say(reply.error) if reply.error else "")
            return
        try:
            write_new(path, reply.answer)
        except (OSError, ValueError) as error:
            self._failed(getattr(error, "strerror", None) or str(error))
        else:
            self._say("note", "export.done", "information", path=str(path))

    def _failed(self, reason: str) -> None:
        self._say("error", "export.failed", "error", reason=reason)

    def _say(self, kind: str, key: str, severity: SeverityLevel, **values: str) -> None:
        """To the log, and for a few seconds."""
        text = self._port.words(key, **{name: clean(value) for name, value in values.items()})
        self._port.announce(kind, text, severity)
