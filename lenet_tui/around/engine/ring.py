"""The tapes of a script's last iterations, within so many bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from torch import Tensor

from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.tape.engine.in_place import storage, tensors
from lenet_tui.tape.engine.tape import Tape

PIECES = 8
"""Uninterrupted pieces of what is kept that are named."""
Versions = dict[int, tuple[Tensor, int]]
"""Tensors by their ``id``, each with how often it had been written."""


class Ring:
    """``limit``: the bytes of all tapes but the last, which is kept in any case.

    A script may write into what an old tape holds: while an iteration is recorded, that is copied
    before; a tape on which it has happened otherwise is dropped.
    """

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._tapes: OrderedDict[int, tuple[Tape, int, Versions]] = OrderedDict()

    def add(self, tape: Tape) -> None:
        """Keep the tape of an iteration that has just been recorded."""
        self._drop_written()
        held = {storage(t): t for t in _held(tape)}
        size = sum(t.untyped_storage().nbytes() for place, t in held.items() if place)
        versions = {id(t): (t, t._version) for t in held.values()}
        self._tapes[tape.iteration] = tape, size, versions
        while len(self._tapes) > 1 and self.bytes > self._limit:
            self._tapes.popitem(last=False)

    def _drop_written(self) -> None:
        for iteration, (tape, _, versions) in list(self._tapes.items()):
            held = (versions[id(t)] for t in _held(tape) if id(t) in versions)
            if any(t._version != version for t, version in held):
                del self._tapes[iteration]

    def ops(self) -> list[list[OpEntry]]:
        """The ops of each tape, to be copied where the script writes into what they hold."""
        return [[op for s in tape.segments for op in s.ops] for tape, _, _ in self._tapes.values()]

    @property
    def bytes(self) -> int:
        """What all tapes hold."""
        return sum(size for _, size, _ in self._tapes.values())

    @property
    def last(self) -> Tape:
        """The newest tape."""
        return next(reversed(self._tapes.values()))[0]

    @property
    def kept(self) -> str:
        """The iterations that are kept: ``3, 5–7``; of many pieces the last ones."""
        pieces: list[list[int]] = []
        for n in self._tapes:
            if pieces and pieces[-1][1] == n - 1:
                pieces[-1][1] = n
            else:
                pieces.append([n, n])
        shown = [f"{a}–{b}" if a < b else str(a) for a, b in pieces[-PIECES:]]
        return ", ".join(["…", *shown] if len(pieces) > PIECES else shown)

    def __contains__(self, iteration: int) -> bool:
        return iteration in self._tapes

    def get(self, iteration: int) -> Tape:
        """The tape of an iteration; ``MoveRejected`` where it is not kept."""
        found = self._tapes.get(iteration)
        if found is None:
            raise MoveRejected("around:not-kept", n=iteration, kept=self.kept)
        return found[0]

    def after(self, iteration: int) -> int:
        """The next iteration that is kept."""
        return next(n for n in self._tapes if n > iteration)


def _held(tape: Tape) -> Iterator[Tensor]:
    """The tensors that a script may still have: of ops and the batch; the others are copies."""
    for segment in tape.segments:
        for entry in segment.entries:
            if isinstance(entry, OpEntry):
                made = tensors((entry.output, entry.args, tuple(entry.kwargs.values())))
                yield from (t for t in made if not _apart(t))


def _apart(tensor: Tensor) -> bool:
    """Whether a tensor is a parameter, whose values are on the tape, or has no versions."""
    return tensor.is_inference() or (tensor.is_leaf and tensor.requires_grad)
