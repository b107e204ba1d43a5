"""Writes a file whole or not at all, and never over another one unless asked to."""

from __future__ import annotations

import contextlib
import glob
import os
import time
from pathlib import Path

from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem

ABANDONED = 600
"""Seconds in which nothing was written to what is still being written: nobody writes it."""


class FileNameError(Problem, ValueError):
    """A text that is no name for a new file."""


def typed_path(text: str) -> Path:
    """The path that a person typed for a file to be written; ``~`` is the home directory.

    ``FileNameError`` if no file can be written there. One that is there already is no error: it is
    replaced only where the person says so.
    """
    if clean(text) != text:
        raise FileNameError("protocol:unseen-characters", name=text)
    if not text:
        raise FileNameError("protocol:name-needed")
    try:
        path = Path(text).expanduser()
        if path.is_dir() or text.endswith(("/", os.sep)):
            raise FileNameError("protocol:is-folder", name=text)
        if not path.parent.is_dir():
            raise FileNameError("protocol:no-folder", folder=str(path.parent))
        if path.exists() and not path.is_file():
            raise FileNameError("protocol:no-regular-file", name=text)
        path.lstat()
    except FileNotFoundError:
        pass
    except (OSError, RuntimeError) as error:  # RuntimeError: nobody has that home directory
        reason = getattr(error, "strerror", None) or str(error)
        raise FileNameError("protocol:no-file-name", name=text[:40], reason=reason) from None
    if not os.access(path.parent, os.W_OK):
        raise FileNameError("protocol:read-only", folder=str(path.parent))
    return path


def free_name(folder: Path, name: str) -> str:
    """``name``, or with a number the first like it that is not taken: ``name_2.py``."""
    stem, suffix = Path(name).stem, Path(name).suffix
    number = 1
    while os.path.lexists(folder / name):
        number += 1
        name = f"{stem}_{number}{suffix}"
    return name


def write_new(path: Path, *content: str | bytes | memoryview, replace: bool = False) -> None:
    """Write a file of one piece or more at once: it is there whole, or not at all.

    ``replace``: take the place of another. Raises ``OSError``, ``FileExistsError`` if it is there.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as file:
            for piece in content:
                file.write(piece.encode() if isinstance(piece, str) else piece)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            part.replace(path)
        else:
            _put(part, path)
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def sweep(path: Path) -> None:
    """Delete what programs that were killed had begun to write in the place of a file."""
    for part in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        with contextlib.suppress(OSError):
            if time.time() - part.lstat().st_mtime > ABANDONED:
                part.unlink()


def _put(part: Path, path: Path) -> None:
    """Give ``part`` the name ``path`` unless it is taken."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        with path.open("x", encoding="utf-8"):
            pass
        part.replace(path)
