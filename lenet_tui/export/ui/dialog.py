"""Asks for a path, has the engine write the session as a script, and saves it there."""

from __future__ import annotations

from lenet_tui.export.request import Export
from lenet_tui.kit.ui.ask_file import AskFileScreen, Target, suggestion
from lenet_tui.kit.ui.port import Port
from lenet_tui.protocol.frame import printed_digest
from lenet_tui.protocol.new_file import write_new
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem, verbatim

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
        help_text = self._help(folder)
        screen = AskFileScreen("export", value=name, help_text=help_text, check=self.write)
        self._port.open(screen, self._written)

    def _help(self, folder: str) -> str:
        words, frame = self._port.words, self._port.frame
        lines = [words("export.help", folder=folder)]
        if frame is not None and (digest := printed_digest(frame)):
            lines.append(words("export.state", digest=digest))
        return "\n".join(lines)

    async def write(self, target: Target) -> Target:
        """Write the script; ``Problem`` with the reason where there is none."""
        reply = await self._port.ask(Export())
        if reply.error is not None:
            raise Problem(reply.error)
        assert reply.answer is not None
        try:
            write_new(target.path, reply.answer, replace=target.replace)
        except (OSError, ValueError) as error:
            raise Problem(verbatim(getattr(error, "strerror", None) or str(error))) from None
        return target

    def _written(self, target: Target) -> None:
        text = self._port.words("export.done", path=clean(str(target.path)))
        self._port.announce("note", text)

    def _failed(self, reason: str) -> None:
        text = self._port.words("export.failed", reason=clean(reason))
        self._port.announce("error", text, "error")
