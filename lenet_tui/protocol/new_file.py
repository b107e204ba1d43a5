"""Writes a file whole or not at all, and never over another one unless asked to."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem


class FileNameError(Problem, ValueError):
    """A text that is no name for a new file."""


def path_within(folder: Path, text: str, suffix: str) -> Path:
    """The path that ``text`` names in ``folder``; ``suffix`` is added if it has none.

    ``FileNameError`` if it leads out of the folder, is taken, or has no place.
    """
    name = text.strip()
    if clean(name) != name:
        raise FileNameError("protocol:unseen-characters", name=name)
    if not name or Path(name).name in ("", ".."):
        raise FileNameError("protocol:name-needed")
    path = folder / (name if Path(name).suffix else name + suffix)
    try:
        whole, within = path.resolve(), folder.resolve()
        if not whole.is_relative_to(within) or whole == within:
            raise FileNameError("protocol:leads-out", name=name, folder=str(folder))
        if not path.parent.is_dir():
            raise FileNameError("protocol:no-folder", folder=str(path.parent))
        path.lstat()
    except FileNotFoundError:
        return path
    except OSError as error:
        reason = error.strerror
        raise FileNameError("protocol:no-file-name", name=name[:40], reason=reason) from None
    raise FileNameError("protocol:exists", name=path.name)


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
