"""Catches what torch, a model or C++ prints or warns, so that it never reaches the terminal."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable, Collection, Iterator
from io import TextIOWrapper
from pathlib import Path

from lenet_tui.protocol.messages import Printed
from lenet_tui.text.clean import clean, clean_lines

LINE_LIMIT = 2000
"""Characters of one line that are shown."""
LINES_AT_ONCE = 200
"""Lines that are shown of each reading; the rest is counted."""
_CHUNK = 1 << 20
_INTERNAL = re.compile(r"\s*\(Triggered internally at [^)]*\)")


class Log:
    """A file without a name that file descriptors 1 and 2 write to, and that is read back here.

    A forked copy shares the file and the reading position, so that the last output of an engine
    that died is read by the next one. ``keep``: a flood is read in part, and nothing is dropped.
    """

    def __init__(self, keep: bool = False) -> None:
        self._keep = keep
        handle, path = tempfile.mkstemp(prefix="lenet-tui-", suffix=".log")
        os.close(handle)
        self._write = os.open(path, os.O_WRONLY | os.O_APPEND)
        self._read = os.open(path, os.O_RDONLY)
        with contextlib.suppress(OSError):  # where an open file cannot lose its name
            Path(path).unlink()

    def redirect(self, numbers: Collection[int] = (0, 1, 2)) -> None:
        """Send standard output and standard error here, and leave standard input empty.

        ``numbers``: only these of the three.
        """
        if 0 in numbers:
            nowhere = os.open(os.devnull, os.O_RDONLY)
            os.dup2(nowhere, 0)
            os.close(nowhere)
        for number, stream in ((1, sys.stdout), (2, sys.stderr)):
            if number not in numbers:
                continue
            _flush(stream)
            os.dup2(self._write, number)
            if isinstance(stream, TextIOWrapper) and writes_to(stream, number):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)

    def close(self) -> None:
        """Drop the file; nothing may write to it any longer."""
        os.close(self._write)
        os.close(self._read)

    def everything(self) -> bytes:
        """All that is in the file."""
        return os.pread(self._read, os.fstat(self._read).st_size, 0)

    def new_lines(self) -> Iterator[Printed]:
        """The lines that have come since they were last asked for."""
        _flush(sys.stdout)
        _flush(sys.stderr)
        data = os.read(self._read, _CHUNK)
        if not data:
            return
        size = os.fstat(self._read).st_size
        unread = size - os.lseek(self._read, 0, os.SEEK_CUR)
        if self._keep:
            os.lseek(self._read, size, os.SEEK_SET)
        elif size >= _CHUNK:  # a flood: empty the file and lose what was not read
            os.ftruncate(self._write, 0)
            os.lseek(self._read, 0, os.SEEK_SET)
        else:
            unread = 0
        lines = clean_lines(data.decode("utf-8", "replace"), LINE_LIMIT)
        for line in lines[:LINES_AT_ONCE]:
            yield Printed("output", line)
        if len(lines) > LINES_AT_ONCE or unread:
            left = max(len(lines) - LINES_AT_ONCE, 0)
            yield Printed("output", f"… (+{left:,} lines, {unread:,} bytes)")


def catch_warnings(report: Callable[[Printed], None]) -> None:
    """Report Python's warnings (torch's come by this way too), without file and line."""

    def show(message: Warning | str, category: type[Warning], *_: object, **__: object) -> None:
        text = _INTERNAL.sub("", " ".join(str(message).split()))
        report(Printed("warning", clean(f"{category.__name__}: {text}", LINE_LIMIT)))

    warnings.showwarning = show


def traceback_lines(error: BaseException) -> Iterator[Printed]:
    """The traceback of ``error``, line by line, for the log."""
    text = "".join(traceback.format_exception(error))
    return (Printed("error", line) for line in clean_lines(text, LINE_LIMIT))


def one_line(error: BaseException) -> str:
    """``error`` as one line for the user."""
    first = str(error).strip().partition("\n")[0]
    return clean(f"{type(error).__name__}: {first}" if first else type(error).__name__, 500)


def writes_to(stream: TextIOWrapper, number: int) -> bool:
    """Whether a stream is that of a file descriptor; a person may have put another in its place."""
    try:
        return stream.fileno() == number
    except (OSError, ValueError):
        return False


def _flush(stream: object) -> None:
    if isinstance(stream, TextIOWrapper):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
