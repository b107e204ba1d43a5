"""The folder of saved sessions: one file for each instance of the app, locked while it lives."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from lenet_tui.protocol.new_file import free_name, write_new
from lenet_tui.protocol.options import NET
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.sessions.file_format import ANY_MODEL, MAX_BYTES, SaveError, decode
from lenet_tui.text.notice import verbatim

try:
    import fcntl
except ImportError:  # Windows: nothing shows there whether another instance still runs
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".session"
MOST = 10
"""Sessions that stay in the folder, the newest ones."""

_held: set[Path] = set()
"""The files that this process saves into."""


def default_folder() -> Path:
    """Where sessions are saved: below the folder that the system has for a program's state."""
    if os.name == "nt":
        state = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    else:
        state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(state).expanduser() / "lenet-tui"


class SaveFile:
    """The file of one session, locked as long as this object is open.

    A new file, or the one at ``path``; ``BlockingIOError`` if another instance holds that.
    """

    def __init__(self, folder: Path, path: Path | None = None) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}{SUFFIX}"
        self.path = path or folder / free_name(folder, name)
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        self._lock = os.open(_lock_path(self.path), flags, 0o600)
        try:
            _take(self._lock)
        except OSError:
            os.close(self._lock)
            raise
        _held.add(self.path)
        for old in _newest(folder)[MOST:]:
            remove(old)
        _sweep(folder)

    def write(self, pieces: Sequence[bytes | memoryview]) -> None:
        """Put ``pieces`` in the place of what was saved before, as a whole or not at all."""
        write_new(self.path, *pieces, replace=True)

    def close(self) -> None:
        """Release the file to other instances."""
        _held.discard(self.path)
        with contextlib.suppress(OSError):
            os.close(self._lock)


def saved_paths(folder: Path) -> list[Path]:
    """The sessions in a folder but for this process's own, the last saved first."""
    return [path for path in _newest(folder) if path not in _held]


def lost(folder: Path) -> Iterator[tuple[Path, SavedSession | SaveError]]:
    """The sessions that no running instance holds, the newest first, or why one is unreadable."""
    for path in _newest(folder):
        if not _busy(path):
            try:
                yield path, read(path, ANY_MODEL)
            except SaveError as error:
                yield path, error


def in_use(folder: Path) -> bool:
    """Whether a running instance holds one of the folder's sessions."""
    return any(map(_busy, _newest(folder)))


def read(path: Path, model: str = NET, most: int = MAX_BYTES) -> SavedSession:
    """The session in a file; ``SaveError`` if it cannot be read or is not to be believed.

    ``model``: which one it may have beside the notebook's net. ``most``: bytes of the file.
    """
    try:
        # A named pipe would not even open, if it were waited for.
        opened = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with open(opened, "rb") as file:  # noqa: PTH123 - it closes what is open
            if not stat.S_ISREG(os.fstat(opened).st_mode):
                raise SaveError("sessions:no-file")
            data = file.read(most + 1)
    except OSError as error:
        raise SaveError(verbatim((error.strerror or str(error)).lower())) from None
    if len(data) > most:
        raise SaveError("sessions:too-large", most=most // 2**20)
    return decode(data, model)


def remove(path: Path) -> None:
    """Delete a session unless a running instance holds it."""
    if not _busy(path):
        for file in (path, _lock_path(path)):
            with contextlib.suppress(OSError):
                file.unlink()


def _sweep(folder: Path) -> None:
    """Delete what killed instances had begun to write."""
    for part in folder.glob(f".*{SUFFIX}.*.part"):
        name = part.name[1:].partition(SUFFIX)[0]
        if not _busy(folder / f"{name}{SUFFIX}"):
            with contextlib.suppress(OSError):
                part.unlink()


def _newest(folder: Path) -> list[Path]:
    """The sessions in a folder, the last saved first."""
    dated = []
    with contextlib.suppress(OSError):
        for path in folder.glob(f"*{SUFFIX}"):
            with contextlib.suppress(OSError):
                if path.is_file():
                    dated.append((path.lstat().st_mtime, path))
    return [path for _, path in sorted(dated, reverse=True)]


def _lock_path(path: Path) -> Path:
    return path.with_suffix(".lock")


def _busy(path: Path) -> bool:
    """Whether a running instance holds the file."""
    try:
        lock = os.open(_lock_path(path), os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except OSError:  # nobody can hold it, or it cannot be known
        return False
    try:
        _take(lock)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False


def _take(lock: int) -> None:
    if fcntl:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
