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

    A first line ``# lenet-tui --seed 3 …`` gives the session's options: ``options``, where the
    ``args`` of the command line have others those are taken, and ``remark`` says so. Empty lines
    and other comments (``#``) are passed over. ``CommandError`` with the number of a line that is
    no move.
    """

    def __init__(self, path: str, args: argparse.Namespace) -> None:
        self._path = path
        self._args = args
        self._lines = iter(self._open())
        self._late = path == STDIN and not _comes_soon()
        first = None if self._late else self._first()
        if first is not None:
            self._lines = chain([first], self._lines)
        self.options, self.remark = self._session(first or b"")

    def __iter__(self) -> Iterator[tuple[str, Move]]:
        number = 0
        try:
            for number, data in enumerate(self._lines, 1):
                if number == 1 and self._late and self._session(data)[0] != self.options:
                    raise CommandError("cli:late-options")
                line = _text(data)
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

    def _first(self) -> bytes | None:
        try:
            return next(self._lines, None)
        except OSError as error:
            raise self._unreadable(error.strerror) from None

    def _session(self, first: bytes) -> tuple[Options, Notice | None]:
        """The options of the session, and what the command line has otherwise than the file."""
        try:
            words = header_words(_text(first))
            given = file_options(words) if words else argparse.Namespace()
        except ValueError:
            open_quote = notice("cli:open-quote")
            raise CommandError("cli:line", number=1, error=open_quote) from None
        except CommandError as error:
            raise CommandError("cli:line", number=1, error=error.notice) from None
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


def _comes_soon() -> bool:
    """Whether a line, or the end, comes on standard input within ``WAIT``.

    A program at the other end of a pipe may wait for what is written before the first move.
    """
    try:
        return bool(select.select([sys.stdin], [], [], WAIT)[0])
    except (OSError, ValueError):  # it is no stream of the system, or the system cannot tell
        return True
