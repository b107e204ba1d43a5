"""Finds the sessions that ``--resume`` can offer."""

from __future__ import annotations

from pathlib import Path

from lenet_tui.cli.options import CommandError, complain
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.sessions.file_format import MOST_BYTES, SaveError
from lenet_tui.sessions.store import default_folder, in_use, lost, read
from lenet_tui.text.clean import clean


def found(file: str, model: str) -> tuple[tuple[Path, SavedSession], ...]:
    """The session in ``file``, or if that is empty, all that were saved, the newest first.

    ``model``: the one of one's own that a session may have; any where it lies in our own folder.

    ``CommandError`` if there is none. One that cannot be read beside others is complained of.
    """
    if file:
        path = Path(file)
        try:
            return ((path, read(path, model, MOST_BYTES)),)
        except SaveError as error:
            raise _damaged(path, error) from None
    folder = default_folder()
    good: list[tuple[Path, SavedSession]] = []
    bad: list[CommandError] = []
    for path, session in lost(folder):
        if isinstance(session, SavedSession):
            good.append((path, session))
        else:
            bad.append(_damaged(path, session))
    if good:
        for problem in bad:
            complain(problem.notice)
        return tuple(good)
    if bad:
        raise bad[0]
    used = in_use(folder)
    raise CommandError("cli:all-in-use" if used else "cli:none-saved", folder=clean(str(folder)))


def _damaged(path: Path, error: SaveError) -> CommandError:
    return CommandError("cli:not-resumed", path=clean(str(path)), error=error.notice)
