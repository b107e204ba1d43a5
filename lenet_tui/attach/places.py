"""Where sessions can be reached: a socket each, in a folder that only its owner can open."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import stat
import struct
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from lenet_tui.sessions.store import default_folder
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem

SUFFIX = ".sock"
LONGEST = 100
"""Bytes of a socket's path: the system knows no longer ones."""
SYSTEM = os.name == "posix" and hasattr(socket, "AF_UNIX")
"""Whether this system has such sockets, and terminals that can be lent."""


class Refused(Problem):
    """A folder or a socket that others may open too, or that is another's; one line."""


def folders(environ: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """Where a session's socket may be, the best place first."""
    found = [default_folder() / "attach", Path(tempfile.gettempdir(), f"lenet-tui-{_user()}")]
    if runtime := environ.get("XDG_RUNTIME_DIR"):
        found.insert(0, Path(runtime, "lenet-tui"))
    return tuple(found)


def session_name(asked: str, script: str, pid: int) -> str:
    """The session's name: what was asked for, or that of the script, and the process's number."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", asked or Path(script).stem).strip("-_") or "python"
    return f"{stem[:30]}-{pid}"


def new_socket(name: str) -> tuple[socket.socket, Path]:
    """A socket that listens under ``name``, in the first folder that can be had.

    Its owner alone can open it. ``Refused`` where there is no such folder.
    """
    why: Refused | None = None
    for folder in folders():
        path = folder / (name + SUFFIX)
        if len(os.fsencode(path)) > LONGEST:
            continue
        try:
            own_folder(folder, make=True)
            return _listening(path), path
        except Refused as error:
            why = why or error
        except OSError as error:
            reason = error.strerror or str(error)
            why = why or Refused("attach:no-folder", folder=_shown(folder), why=reason)
    raise why or Refused("attach:no-folder", folder=_shown(folders()[-1]), why="path too long")


def _listening(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)  # of a process that had our number and is no more
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))  # nobody else can come to it: the folder is ours alone
        path.chmod(0o600)
        listener.listen(8)
        check(path)
    except BaseException:
        listener.close()
        path.unlink(missing_ok=True)
        raise
    return listener


def own_folder(folder: Path, make: bool = False) -> None:
    """Raise ``Refused`` unless the folder is the user's and nobody else may open it.

    ``make``: it is made, if it is not there.
    """
    if make:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
    _check(folder, stat.S_ISDIR)


def check(path: Path) -> None:
    """Raise ``Refused`` unless the socket and its folder are the user's alone."""
    own_folder(path.parent)
    _check(path, stat.S_ISSOCK)


def _check(path: Path, kind: object) -> None:
    found = path.lstat()
    mode = stat.S_IMODE(found.st_mode)
    if not callable(kind) or not kind(found.st_mode):
        raise Refused("attach:no-such-kind", path=_shown(path))
    if found.st_uid != _user():
        raise Refused("attach:not-yours", path=_shown(path), owner=found.st_uid)
    if mode & 0o077:
        wanted = "0700" if stat.S_ISDIR(found.st_mode) else "0600"
        raise Refused("attach:open-to-others", path=_shown(path), mode=f"{mode:04o}", wanted=wanted)


def check_peer(line: socket.socket) -> None:
    """Raise ``Refused`` unless the process at the other end is the same user's."""
    if sys.platform != "linux":  # the folder's mode is what keeps others out
        return
    size = struct.calcsize("3i")
    _, user, _ = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    if user != _user():
        raise Refused("attach:peer", owner=user)


def sockets() -> Iterator[Path]:
    """Every session's socket, in order of their names; those of dead processes are removed.

    ``Refused`` where there is none, but a folder that is not the user's alone.
    """
    refused: Refused | None = None
    found = False
    for folder in folders():
        try:
            own_folder(folder)
        except OSError:
            continue
        except Refused as error:
            refused = refused or error
            continue
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            if lives(number_of(path)):
                found = True
                yield path
            else:
                path.unlink(missing_ok=True)
    if refused and not found:
        raise refused


def number_of(path: Path) -> int:
    """The number of the process that a socket is of; 0: its name has none."""
    _, _, number = path.stem.rpartition("-")
    return int(number) if number.isdecimal() else 0


def lives(pid: int) -> bool:
    """Whether a process of that number is there."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # another's
        return True
    with contextlib.suppress(OSError, ValueError, IndexError):  # ended, and not waited for
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    return True


def _user() -> int:
    return os.geteuid() if hasattr(os, "geteuid") else 0


def _shown(path: Path) -> str:
    return clean(str(path), 200)
