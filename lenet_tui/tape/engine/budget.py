"""Keeps the tensors of a tape within so many bytes: those of ops far from the cursor go."""

from __future__ import annotations

import math
import resource
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor
from torch.nn import Parameter

from lenet_tui.protocol.phases import LOSS
from lenet_tui.tape.engine.dropped import agree, digests_of, drop
from lenet_tui.tape.engine.entries import Entry, NodeEntry, OpEntry
from lenet_tui.tape.engine.frame_builder import op_row
from lenet_tui.tape.engine.in_place import storage, tensors
from lenet_tui.tape.engine.tape import Cursor, Tape
from lenet_tui.training.engine.trainer import Trainer

Known = tuple[bool, tuple[str, ...]]
"""Digests of what an entry produced, and whether they are from when it ran: what it produced may be
written to later, so only those from the same point are compared."""

BACKWARD_SHARE = 4
"""A backward is watched node by node if a forward takes this part of the budget: what is received
and handed on at each node is about as large as what its op made, and all of it is new."""


class TapeBudget:
    """``limit``: the most bytes that ops and nodes of a tape may hold; the loss, the output,
    parameters and their gradients are not counted and stay.

    ``sizes``: (name, elements) of each of the trainer's parameters by ``id``. An entry's number
    counts those of the iteration from 1. ``dropped``: how many entries are without their tensors.
    """

    def __init__(self, limit: float, sizes: dict[int, tuple[str, int]], trainer: Trainer) -> None:
        self.limit = limit
        self._sizes = sizes
        self._trainer = trainer
        self._apart: set[int] = set()
        """Where parameters and their gradients are in memory."""
        self._focus = 0
        self._pinned: set[int] = set()
        self._expected: dict[int, Known] = {}
        """What was known of entries that were dropped, while they are computed again."""
        self._again = -1
        """The iteration that is being computed again; −1: none."""
        self._again_focus = 0
        self.differs = False
        """Whether something came out otherwise."""
        self._tape: Tape | None = None
        self._forget(None)

    def _forget(self, tape: Tape | None) -> None:
        self._tape = tape
        self._seen = 0
        self._estimate = 0
        self._held: dict[int, list[int]] = {}
        self._window: deque[tuple[int, OpEntry | NodeEntry]] = deque()
        self._digests: dict[int, Known] = {}
        self._at_run: dict[int, tuple[str, ...]] = {}
        self._exact = 0

    @property
    def bytes(self) -> int:
        """What the tape's ops hold; at most, as long as that is within the limit, and 0 where all
        that the process has is within it.
        """
        return self._exact if self._window or self._digests else self._estimate

    @property
    def dropped(self) -> int:
        return len(self._digests)

    def cut(self, tape: Tape, cursor: Cursor) -> None:
        """Drop what is too much of a tape, farthest from the cursor first."""
        if tape is not self._tape:
            self._forget(tape)
        exact = bool(self._window or self._digests)
        if not exact and _allocated(self._trainer.device) <= self.limit:
            return
        self._focus = tape.index(cursor)
        fresh = list(self._fresh(tape))
        self._estimate += sum(_most_bytes(entry) for _, entry in fresh)
        if not exact and self._estimate <= self.limit:
            return
        self._look_apart()
        for number, entry in fresh if exact else _droppable(tape, 0):
            self._add(number, entry)
        self._shrink()

    def watching(self, tape: Tape, ends: bool) -> Callable[[Sequence[Entry]], None] | None:
        """What is called after each node of a backward, with all so far; ``None``: nothing need be.

        ``ends``: whether the cursor goes to the backward's end, else to its beginning.
        """
        if tape is not self._tape:
            self._forget(tape)
        exact = bool(self._window or self._digests)
        roomy = _allocated(self._trainer.device) * BACKWARD_SHARE <= self.limit
        if math.isinf(self.limit) or (roomy and not exact):
            return None
        before = sum(len(s.entries) for s in tape.segments)
        fresh = list(self._fresh(tape))
        self._estimate += sum(_most_bytes(entry) for _, entry in fresh)
        if not exact and self._estimate * BACKWARD_SHARE <= self.limit:
            return None
        self._look_apart()
        for number, entry in fresh if exact else _droppable(tape, 0):
            self._add(number, entry)
        repeats = self._repeats(tape)
        self._focus = self._again_focus if repeats else before

        def ran(entries: Sequence[Entry]) -> None:
            number, entry = before + len(entries), entries[-1]
            self._seen = number
            if ends and not repeats:
                self._focus = number
            if isinstance(entry, NodeEntry) and not entry.parameter:
                found = self._at_run[number] = digests_of(entry)
                self._compare(number, (True, found))
                self._add(number, entry)
                self._shrink()

        return ran

    @contextmanager
    def unlimited(self, wanted: bool = True) -> Iterator[None]:
        """If it is wanted, nothing is dropped meanwhile."""
        limit, self.limit = self.limit, math.inf if wanted else self.limit
        try:
            yield
        finally:
            self.limit = limit

    def begin_again(self, tape: Tape, entry: Entry, cursor: Cursor) -> None:
        """The tape is computed again now, for one of its entries, which is to stay."""
        self._pinned.add(_number(tape, entry))
        self._again_focus = tape.index(cursor)
        self._expected, self.differs = self._digests if tape is self._tape else {}, False
        self._again = tape.iteration
        self._forget(None)

    def end_again(self, tape: Tape) -> None:
        """Compare what had been dropped and is there again now."""
        self._look_apart()
        for number, again in _droppable(tape, 0):
            if number in self._expected and not again.dropped:
                self._compare(number, (False, digests_of(again, self._apart)))
        self._expected, self._again = {}, -1

    def leave(self) -> None:
        """Drop what is left of a tape that was cut: no number of its ops is shown any longer."""
        for _, entry in () if math.isinf(self.limit) else self._window:
            self._make_row(entry)
            drop(entry)
        self._forget(None)

    def unpin(self) -> None:
        """Nothing is looked at any longer."""
        self._pinned.clear()

    def _fresh(self, tape: Tape) -> Iterator[tuple[int, OpEntry | NodeEntry]]:
        """The entries that have not been counted yet and may be dropped."""
        seen = self._seen
        self._seen = sum(len(s.entries) for s in tape.segments)
        return _droppable(tape, seen)

    def _add(self, number: int, entry: OpEntry | NodeEntry) -> None:
        for place, size in _places(entry).items():
            held = self._held.setdefault(place, [0, size])
            held[0] += 1
            if held[0] == 1:
                self._exact += size
        self._window.append((number, entry))

    def _shrink(self) -> None:
        window, spared = self._window, []
        while window and self._exact > self.limit:
            first, last = self._focus - window[0][0], window[-1][0] - self._focus
            number, entry = window.popleft() if first >= last else window.pop()
            if number in self._pinned:
                spared.append((number, entry))
            else:
                self._drop(number, entry)
        if spared:
            self._window = deque(sorted([*spared, *window], key=lambda pair: pair[0]))

    def _make_row(self, entry: Entry) -> None:
        if isinstance(entry, OpEntry):
            entry.row = entry.row or op_row(entry, self._sizes)

    def _drop(self, number: int, entry: OpEntry | NodeEntry) -> None:
        for place in _places(entry):
            held = self._held[place]
            held[0] -= 1
            if not held[0]:
                self._exact -= self._held.pop(place)[1]
        self._make_row(entry)
        early = self._at_run.get(number)
        known = (False, digests_of(entry, self._apart)) if early is None else (True, early)
        self._digests[number] = known
        self._compare(number, known)
        drop(entry)

    def _compare(self, number: int, again: Known) -> None:
        """Compare what is known of an entry with what was known at the same point before."""
        known = self._expected.get(number) if self._repeats(self._tape) else None
        if known is not None and known[0] == again[0]:
            self.differs |= not agree(known[1], again[1])

    def _look_apart(self) -> None:
        parameters = self._trainer.parameters.values()
        live = [t for p in parameters for t in (p, p.grad) if t is not None]
        self._apart = set(map(storage, live)) - {0}

    def _repeats(self, tape: Tape | None) -> bool:
        """Whether this is the tape that is computed again, and none on the way to it."""
        return tape is not None and tape.iteration == self._again


def _droppable(tape: Tape, seen: int) -> Iterator[tuple[int, OpEntry | NodeEntry]]:
    """The ops and nodes after the first ``seen`` entries of a tape, with their numbers."""
    before = 0
    for segment in tape.segments:
        stay = {id(segment.output), *map(id, segment.returned.values())}
        start = max(seen - before, 0)
        for number, entry in enumerate(segment.entries[start:], before + start + 1):
            if isinstance(entry, OpEntry):
                stays = segment.phase is LOSS or id(entry) in stay
            elif isinstance(entry, NodeEntry):
                stays = bool(entry.parameter)
            else:
                continue
            if not stays:
                yield number, entry
        before += len(segment.entries)


def _number(tape: Tape, wanted: Entry) -> int:
    """The number of an entry; 0: it is not on the tape."""
    entries = (entry for segment in tape.segments for entry in segment.entries)
    return next((number for number, entry in enumerate(entries, 1) if entry is wanted), 0)


def _most_bytes(entry: OpEntry | NodeEntry) -> int:
    """The bytes of what an entry made, as if nothing of it lay in the memory of another one."""
    if entry.dropped:
        return 0
    made = [t for t in entry.tensors() if t is not None and t.layout is torch.strided]
    return sum(t.numel() * t.element_size() for t in made)


def _allocated(device: torch.device) -> float:
    """At least what tensors on a device take: to count those of a tape takes a while."""
    if device.type == "cuda":
        return torch.cuda.memory_allocated(device)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) if device.type == "cpu" else math.inf


def _places(entry: OpEntry | NodeEntry) -> dict[int, int]:
    """Where the memory that an entry holds begins, each with its bytes."""
    if isinstance(entry, OpEntry):
        found = tensors((entry.output, entry.args, tuple(entry.kwargs.values())))
    else:
        found = tensors((entry.produced, entry.received))
    plain = [t for t in found if not isinstance(t, Parameter)]
    return {place: _size(t) for t in plain if (place := storage(t))}


def _size(tensor: Tensor) -> int:
    return tensor.untyped_storage().nbytes()
