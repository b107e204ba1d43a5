"""Moves read from a file or a pipe, one a line."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from lenet_tui.cli.options import CommandError
from lenet_tui.protocol.moves import Move, MoveError, parse_move
from lenet_tui.text.notice import notice


def moves_of(path: str) -> Iterator[tuple[str, Move]]:
    """The moves of a file (``-``: standard input) as its lines come, each with its text.

    ``CommandError`` with the number of a line that is none. Empty lines and comments (``#``)
    are passed over.
    """
    if path == "-" and sys.stdin is None:
        why = notice("cli:closed", stream="stdin")
        raise CommandError("cli:moves-unreadable", path=path, why=why)
    try:
        source = sys.stdin.buffer if path == "-" else Path(path).read_bytes().splitlines()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CommandError("cli:moves-unreadable", path=path, why=reason) from None
    return _parsed(source, path)


def _parsed(source: Iterable[bytes], path: str) -> Iterator[tuple[str, Move]]:
    try:
        for number, data in enumerate(source, 1):
            line = data.decode("utf-8", "replace").lstrip("\ufeff").strip()
            if not line or line.startswith("#"):
                continue
            try:
                move = parse_move(line)
            except MoveError as error:
                raise CommandError("cli:line", number=number, error=error.notice) from None
            yield line, move
    except OSError as error:
        raise CommandError("cli:moves-unreadable", path=path, why=error.strerror) from None
