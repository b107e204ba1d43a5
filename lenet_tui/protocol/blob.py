"""A keyframe's bytes: in one piece, or in memory that belongs to no process and has no name.

Such memory lasts as long as a process holds it open or maps it, so that neither an engine that is
killed takes it along nor an app that is killed leaves it behind. It is sent as a file descriptor.
"""

from __future__ import annotations

import mmap
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

import numpy as np

Piece = bytes | memoryview
Part = tuple[int, int, int]
"""A piece in shared memory: the number of its file, where it begins there, and its bytes."""
Edges = tuple[int, bytes, bytes]
"""The length of a piece and the bytes at either end of it."""

SHARING = sys.platform == "linux"
LARGE = 2**19
"""Bytes from which on a keyframe is shared; smaller ones cross as bytes."""
ALIGNED = 64
WORTH = LARGE // ALIGNED
"""Bytes from which on a piece is looked for in another keyframe."""
AT_ONCE = 512
"""Pieces that one call of the system writes; it takes 1024 buffers at most."""
EDGE = 64
"""Bytes at either end of a piece by which one that may be equal is found."""
_ZEROS = bytes(ALIGNED)


class SharedFile:
    """Memory behind a file descriptor, which is closed with this object."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        stat = os.fstat(descriptor)
        self.size = stat.st_size
        self.identity = stat.st_dev, stat.st_ino

    def fileno(self) -> int:
        return self._descriptor

    @cached_property
    def content(self) -> memoryview:
        """All of it, mapped; what is written there nobody else sees."""
        return memoryview(mmap.mmap(self._descriptor, 0, flags=mmap.MAP_PRIVATE))

    def __del__(self, close: Callable[[int], None] = os.close) -> None:
        close(self._descriptor)  # the argument is there even where the interpreter is ending


class SharedBlob:
    """A keyframe in shared memory: ``parts`` of its own file, the first, and of others'."""

    def __init__(self, files: Sequence[SharedFile], parts: Sequence[Part]) -> None:
        self.files = tuple(files)
        self.parts = tuple(parts)

    def __len__(self) -> int:
        return sum(length for _, _, length in self.parts)

    def __bytes__(self) -> bytes:
        return b"".join(self.pieces())

    def pieces(self) -> list[memoryview]:
        """The keyframe's bytes, mapped."""
        return [self.files[n].content[at : at + length] for n, at, length in self.parts]

    @cached_property
    def shareable(self) -> dict[Edges, tuple[Part, memoryview]]:
        """The large pieces that another keyframe may share, by their edges.

        None where some of them are in another keyframe's memory.
        """
        if len(self.files) > 1:
            return {}
        pairs = zip(self.parts, self.pieces(), strict=True)
        return {_edges(piece): (part, piece) for part, piece in pairs if len(piece) >= WORTH}


Blob = bytes | SharedBlob


def taken(blob: Blob) -> int:
    """The memory that is a keyframe's own, in bytes."""
    return blob.files[0].size if isinstance(blob, SharedBlob) else len(blob)


def length(pieces: Iterable[Piece]) -> int:
    """The bytes in all pieces."""
    return sum(len(piece) for piece in pieces)


def shared(pieces: Sequence[Piece], first: Blob | None) -> SharedBlob:
    """The pieces copied into shared memory; what ``first`` has too is not copied.

    Raises ``OSError`` where there is no memory for it.
    """
    known = first.shareable if isinstance(first, SharedBlob) else {}
    parts: list[Part] = []
    files: list[SharedFile] = []
    own: list[Piece] = []
    size = 0
    for piece in pieces:
        found = known.get(_edges(piece)) if known and len(piece) >= WORTH else None
        if found and isinstance(first, SharedBlob) and _same(piece, found[1]):
            parts.append((1, *found[0][1:]))
            files = [first.files[0]]
            continue
        parts.append((0, size, len(piece)))
        own.append(piece)
        size += -(-len(piece) // ALIGNED) * ALIGNED
    return SharedBlob([_filled(own, size), *files], parts)


def _edges(piece: Piece) -> Edges:
    return len(piece), bytes(piece[:EDGE]), bytes(piece[-EDGE:])


def equal(blob: Blob, pieces: Sequence[Piece]) -> bool:
    """Whether a keyframe's bytes are those in ``pieces``."""
    if not isinstance(blob, SharedBlob):
        return blob == b"".join(pieces)
    return [at[2] for at in blob.parts] == [*map(len, pieces)] and all(
        map(_same, blob.pieces(), pieces)
    )


def _same(one: Piece, other: Piece) -> bool:
    return bool(np.array_equal(np.frombuffer(one, np.uint8), np.frombuffer(other, np.uint8)))


def _filled(pieces: Sequence[Piece], size: int) -> SharedFile:
    """A file with the pieces: to write them takes half as long as to map it and copy them."""
    assert sys.platform == "linux"
    descriptor = os.memfd_create("keyframe")
    try:
        os.ftruncate(descriptor, max(size, 1))
        at = 0
        for first in range(0, len(pieces), AT_ONCE):  # an error here, rather than a signal later
            at = _write(descriptor, pieces[first : first + AT_ONCE], at)
    except OSError:
        os.close(descriptor)
        raise
    return SharedFile(descriptor)


def _write(descriptor: int, pieces: Sequence[Piece], at: int) -> int:
    """Write some pieces, each from an ``ALIGNED`` place on; returns the place after them."""
    padded: list[Piece] = []
    for piece in pieces:
        padded.append(piece)
        if gap := -len(piece) % ALIGNED:
            padded.append(_ZEROS[:gap])
    while padded:
        done = os.pwritev(descriptor, padded, at)  # 2 GiB at most
        at += done
        number = 0
        while number < len(padded) and done >= len(padded[number]):
            done -= len(padded[number])
            number += 1
        padded = padded[number:]
        if padded:
            padded[0] = memoryview(padded[0])[done:]
    return at
