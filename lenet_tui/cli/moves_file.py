"""Moves read from a file or a pipe, one a line, and the options of the session they belong to."""

from __future__ import annotations

import argparse
import select
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from lenet_tui.cli.options import CommandError, file_options, session_options
from lenet_tui.protocol.moves import Move, MoveError, parse_move
from lenet_tui.protocol.moves_header import header_words
from lenet_tui.protocol.options import Options
from lenet_tui.text.notice import Notice, notice

STDIN = "-"
WAIT = 2.0
"""Seconds that a session waits for the first line of a pipe, which may hold its options."""


class MovesFile:
    """The moves of a file (``-``: standard input) as its lines come, each with its text.

    A line ``# lenet-tui --seed 3 …`` before the first move (of standard input: the first line)
    gives the session's options: ``options``, where the ``args`` of the command line have others
    those are taken, and ``remark`` says so. Empty lines and other comments (``#``) are passed over.
    ``CommandError`` with the number of a line that is no move, or of options that come too late.
    """

    def __init__(self, path: str, args: argparse.Namespace) -> None:
        self._path = path
        self._args = args
        self._lines = iter(self._open())
        self._late = path == STDIN and not _comes_soon()
        before = [] if self._late else self._before()
        self._lines = chain(before, self._lines)
        self._known: tuple[Options, Notice | None] | None = None
        self._known = self._session(before[-1] if before else b"", len(before))
        self.options, self.remark = self._known

    def __iter__(self) -> Iterator[tuple[str, Move]]:
        number = 0
        try:
            for number, data in enumerate(self._lines, 1):
                line = _text(data)
                if line.startswith("#") and self._session(data, number)[0] != self.options:
                    raise CommandError("cli:late-options", number=number)
                if line and not line.startswith("#"):
                    yield line, parse_move(line)
        except MoveError as error:
            raise CommandError("cli:line", number=number, error=error.notice) from None
        except OSError as error:
            raise self._unreadable(error.strerror) from None

    def _open(self) -> Iterable[bytes]:
        if self._path != STDIN:
            try:
                return Path(self._path).read_bytes().splitlines()
            except (OSError, ValueError) as error:
                raise self._unreadable(getattr(error, "strerror", None) or str(error)) from None
        if sys.stdin is None:
            raise self._unreadable(notice("cli:closed", stream="stdin"))
        return sys.stdin.buffer

    def _before(self) -> list[bytes]:
        """The lines up to the first that may give options: of a stream no more than one."""
        lines: list[bytes] = []
        try:
            for data in self._lines:
                lines.append(data)
                comment = _text(data)[:1] in ("", "#")
                if self._path == STDIN or not comment or _is_header(data):
                    break
        except OSError as error:
            raise self._unreadable(error.strerror) from None
        return lines

    def _session(self, first: bytes, number: int) -> tuple[Options, Notice | None]:
        """The options of the session, and what the command line has otherwise than the file."""
        if not _is_header(first) and self._known is not None:
            return self._known
        try:
            words = header_words(_text(first))
            given = file_options(words) if words else argparse.Namespace()
        except ValueError:
            open_quote = notice("cli:open-quote")
            raise CommandError("cli:line", number=number, error=open_quote) from None
        except CommandError as error:
            raise CommandError("cli:line", number=number, error=error.notice) from None
        theirs, ours = vars(given), vars(self._args)
        differ = tuple(
            notice("cli:instead-of", option=name.replace("_", "-"), theirs=value, ours=ours[name])
            for name, value in theirs.items()
            if ours.get(name, value) != value
        )
        options = session_options(argparse.Namespace(**{**theirs, **ours}))
        return options, notice("cli:other-options", which=differ) if differ else None

    def _unreadable(self, why: object) -> CommandError:
        return CommandError("cli:moves-unreadable", path=self._path, why=why)


def session_of(args: argparse.Namespace) -> tuple[Options, MovesFile | None]:
    """The options of the session that ``args`` ask for, and the moves where they name a file."""
    path = vars(args).get("moves")
    if path is None:
        return session_options(args), None
    moves = MovesFile(path, args)
    return moves.options, moves


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").lstrip("\ufeff").strip()


def _is_header(data: bytes) -> bool:
    try:
        return header_words(_text(data)) is not None
    except ValueError:  # a quotation mark is open, which is said when the line is read
        return True


def _comes_soon() -> bool:
    """Whether a line, or the end, comes on standard input within ``WAIT``.

    A program at the other end of a pipe may wait for what is written before the first move.
    """
    try:
        return bool(select.select([sys.stdin], [], [], WAIT)[0])
    except (OSError, ValueError):  # it is no stream of the system, or the system cannot tell
        return True
