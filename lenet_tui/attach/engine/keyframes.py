"""Keyframes where the session itself is: a person's process is not replaced when it ends."""

from __future__ import annotations

from collections.abc import Sequence

from lenet_tui.process.engine.pipe import copied
from lenet_tui.protocol.blob import Blob, Piece


class LocalStore:
    """A ``KeyframeStore`` in this process; the session's history keeps within its budget."""

    def __init__(self) -> None:
        self._blobs: dict[int, Blob] = {}

    def put(self, iteration: int, pieces: Sequence[Piece]) -> Blob:
        blob = self._blobs[iteration] = copied(pieces, self._blobs)
        return blob

    def get(self, iteration: int) -> Blob:
        return self._blobs[iteration]

    def drop(self, iterations: Sequence[int]) -> None:
        for iteration in iterations:
            self._blobs.pop(iteration, None)
