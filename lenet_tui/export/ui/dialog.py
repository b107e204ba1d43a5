"""Asks for a path, has the engine write the session as a script, and saves it there."""

from __future__ import annotations

from textual.notifications import SeverityLevel

from lenet_tui.export.request import Export
from lenet_tui.kit.ui.ask_file import AskFileScreen, Target, suggestion
from lenet_tui.kit.ui.port import Port
from lenet_tui.protocol.frame import printed_digest
from lenet_tui.protocol.new_file import write_new
from lenet_tui.text.clean import clean

NAME = "lenet_session.py"


class Exporter:
    """A script is written to the path that the person types, over a file only where they agree."""

    def __init__(self, port: Port) -> None:
        self._port = port

    def ask(self) -> None:
        """Ask for a path; then ask the engine for the script."""
        try:
            name, folder = suggestion(NAME)
        except OSError as error:  # the working directory has been deleted
            self._failed(error.strerror or str(error))
            return
        screen = AskFileScreen("export", value=name, help_text=self._help(folder))
        self._port.open(screen, lambda target: self._port.run_worker(self.write(target)))

    def _help(self, folder: str) -> str:
        words, frame = self._port.words, self._port.frame
        lines = [words("export.help", folder=folder)]
        if frame is not None and (digest := printed_digest(frame)):
            lines.append(words("export.state", digest=digest))
        return "\n".join(lines)

    async def write(self, target: Target) -> None:
        """Write the script, and show where it is; or why there is none."""
        reply = await self._port.ask(Export())
        if reply.answer is None:
            self._failed(self._port.words.say(reply.error) if reply.error else "")
            return
        try:
            write_new(target.path, reply.answer, replace=target.replace)
        except (OSError, ValueError) as error:
            self._failed(getattr(error, "strerror", None) or str(error))
        else:
            self._say("note", "export.done", "information", path=str(target.path))

    def _failed(self, reason: str) -> None:
        self._say("error", "export.failed", "error", reason=reason)

    def _say(self, kind: str, key: str, severity: SeverityLevel, **values: str) -> None:
        """To the log, and for a few seconds."""
        text = self._port.words(key, **{name: clean(value) for name, value in values.items()})
        self._port.announce(kind, text, severity)
