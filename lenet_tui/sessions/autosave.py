"""Saves the session while it goes on, so that a lost connection costs next to nothing of it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path

from lenet_tui.protocol.messages import Printed, Remark
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.sessions.file_format import pieces
from lenet_tui.sessions.recovery_state import Unsaved
from lenet_tui.sessions.store import SaveFile
from lenet_tui.text.clean import clean

INTERVAL = 0.4
"""Seconds between two saves: with what the engine itself holds back, under a second is lost."""
TOGETHER = 0.05
"""Seconds in which what comes together (a snapshot, the frame that shows it) is saved together."""
SLOW = 10
"""After a save that took long, the next one waits for so many times as long."""
PATIENCE = 1.0
"""Seconds that leaving the app waits for the last save."""


class Autosave:
    """Writes what ``session`` gives (``None``: nothing to save yet) soon after each ``changed``.

    It has a thread of its own, so that a disk that hangs holds up nothing. On that thread
    ``report`` is called with what prevents a save, once for each reason.
    """

    def __init__(
        self,
        folder: Path,
        session: Callable[[], SavedSession | None],
        report: Callable[[Printed | Remark], None],
    ) -> None:
        self._folder = folder
        self._session = session
        self._report = report
        self._path: Path | None = None
        self._file: SaveFile | None = None
        self._reported = ""
        self._changed = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._live, name="autosave", daemon=True)
        self._thread.start()

    def adopt(self, path: Path) -> None:
        """Save into the file that the session was resumed from, if it is one of the folder's.

        From now on no other instance is offered it.
        """
        if path.parent == self._folder:
            self._path = path
            self._changed.set()

    def changed(self) -> None:
        """The session is not the one that was saved last."""
        self._changed.set()

    def close(self) -> None:
        """Save what has changed, and release the file."""
        self._ending.set()
        self._changed.set()
        self._thread.join(PATIENCE)

    def _live(self) -> None:
        while not self._ending.is_set():
            self._changed.wait()
            if self._ending.wait(TOGETHER):
                break
            self._changed.clear()
            began = time.monotonic()
            self._save()
            self._ending.wait(max(INTERVAL, SLOW * (time.monotonic() - began)))
        self._save()
        if self._file is not None:
            self._file.close()

    def _save(self) -> None:
        try:
            if self._file is None and self._path is not None:
                self._file = self._open()
            session = self._session()
            if session is None:
                return
            if self._file is None:
                self._file = self._open()
            self._file.write(pieces(session))
        except Unsaved as error:
            self._said(str(error), Remark(error.notice))
        except OSError as error:
            self._failed(clean(error.strerror or str(error), 200))
        except Exception as error:  # noqa: BLE001 - whatever it is, the next save is tried
            self._failed(clean(f"{type(error).__name__}: {error}", 200))
        else:
            self._reported = ""

    def _open(self) -> SaveFile:
        with contextlib.suppress(BlockingIOError):  # another instance has resumed it meanwhile
            return SaveFile(self._folder, self._path)
        return SaveFile(self._folder)

    def _failed(self, reason: str) -> None:
        self._said(reason, Printed("unsaved", reason))

    def _said(self, reason: str, report: Printed | Remark) -> None:
        if reason != self._reported:
            self._reported = reason
            self._report(report)
