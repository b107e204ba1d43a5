"""The batches of a training file: drawn once each, and drawn again where a session goes back."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from lenet_tui.protocol.options import OptionError
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.text.notice import notice
from lenet_tui.training.engine import batch
from lenet_tui.training.engine.generators import Generators, generators
from lenet_tui.training.engine.training_file import own_code

BUDGET = 128 * 2**20
"""Bytes of batches that are kept to be handed out again."""
MOST_DRAWS = 4096
"""Draws from the generators that are remembered, some 10 kB each."""
MOST_STORED = 32
"""Draws that a keyframe stores; with more, a new engine runs the session again from its start."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """An iterator was begun when ``first`` batches had been drawn, from ``states``."""

    first: int
    states: Generators


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the data a session is: ``drawn`` batches have been handed out.

    ``epoch``: the one that the last batch was of. That it ends there is known only when the next
    one is drawn, and a place is to have one form. ``draws``: those of its draws that took from the
    generators, with the states before. ``complete``: whether they are all there.
    """

    drawn: int
    epoch: Epoch
    draws: tuple[tuple[int, Generators], ...] = ()
    complete: bool = True


class NotReachable(Exception):
    """A place cannot be gone to: the draws before it are not known to this engine."""


class OwnData:
    """Hands out one batch after another, and again any of those before.

    A batch that has been drawn is kept, with the generators after it, as long as ``budget`` bytes
    allow; one that has been dropped is drawn again from the start of its epoch, each draw from the
    states that the generators had at the first.
    """

    def __init__(self, source: Any, title: str, budget: int = BUDGET) -> None:
        self._source = source
        self.source = source
        """What gives the batches: where a function makes it, what it made last."""
        self.statements: tuple[str, ...] = ()
        """The lines of Python that make it, where no file does."""
        self._title = title
        self._budget = budget
        self._plain = type(source) in (list, tuple)
        """Whether a batch is only looked up, so that no generator is asked."""
        self._position = 0
        self._kept: OrderedDict[int, tuple[Any, Generators | None]] = OrderedDict()
        self._bytes = 0
        self._draws: dict[int, Generators] = {}
        self._epochs: list[Epoch] = []
        self._front = self._reached = 0
        """How many batches the iterator has given, and how many have ever been drawn."""
        self._iterator: Iterator[Any] = iter(())
        self._begin()

    def next(self) -> Any:
        """The next batch, copied."""
        number = self._position
        again = number in self._kept
        if not again:
            self._draw_up_to(number)
        whole, after = self._kept[number]
        if again and after is not None:
            after.restore()
        self._position = number + 1
        return batch.copied(whole)

    def original(self, number: int) -> Any:
        """A batch as it was drawn, not copied; ``None``: it is not kept."""
        return self._kept.get(number, (None, None))[0]

    def peek(self) -> Any:
        """The next batch, copied, without taking it."""
        before = generators()
        try:
            whole = self.next()
        finally:
            before.restore()
        self._position -= 1
        return whole

    @property
    def place(self) -> Place:
        """Where the session is, for a keyframe."""
        epoch = self._epoch_of(max(self._position - 1, 0))
        draws = [(n, s) for n, s in self._draws.items() if epoch.first <= n < self._position]
        complete = len(draws) <= MOST_STORED
        return Place(self._position, epoch, tuple(draws) if complete else (), complete)

    @property
    def epochs(self) -> float | None:
        """How often the batches have been gone through; ``None``: how many there are is unknown."""
        return self._position / self.length if self.length else None

    @property
    def length(self) -> int:
        """How many batches an epoch has; 0: the data do not say."""
        return _length(self._source)

    def go_to(self, place: Place) -> None:
        """Go to a place; ``NotReachable`` where this engine cannot draw what comes before it."""
        known = self._reached >= place.drawn
        if not known and not place.complete:
            raise NotReachable
        if not known:
            if all(epoch.first != place.epoch.first for epoch in self._epochs):
                self._epochs.append(place.epoch)
            self._draws |= dict(place.draws)
            self._reached = place.drawn
        self._position = place.drawn

    def _epoch_of(self, number: int) -> Epoch:
        return max((e for e in self._epochs if e.first <= number), key=lambda e: e.first)

    # Drawing

    def _begin(self) -> None:
        """Begin an iterator, which may take from the generators."""
        self._epochs.append(Epoch(self._front, generators()))
        self._iterator = self._made()

    def _made(self) -> Iterator[Any]:
        source = self._source
        with own_code(notice("training:making-data")):
            several = hasattr(source, "__iter__") or hasattr(source, "__getitem__")
            if not several or isinstance(source, type):
                if not callable(source):
                    kind = type(source).__name__
                    raise OptionError("training:no-batches", file=self._title, kind=kind)
                source = source()
            self.source = source
            return iter(source)

    def _draw_up_to(self, number: int) -> None:
        """Draw batches until that one is kept; those that were drawn before, as they were."""
        if number == self._front:
            self._draw(number)
            return
        now, epoch = generators(), self._epoch_of(number)
        if not epoch.first <= self._front < number:
            epoch.states.restore()
            if epoch.first:  # it was begun while its first batch was drawn
                self._iterator = iter(())
            else:
                self._iterator = self._made()
            self._front = epoch.first
        while self._front <= number:
            at = self._front
            self._draws.get(at, now).restore()
            self._draw(at)
        if self._kept[number][1] is None:
            now.restore()

    def _draw(self, number: int) -> None:
        before = None if self._plain else generators()
        whole = self._following(number)
        after = None if before is None else generators()
        drew = before is not None and after is not None and not before.same(after)
        if drew and number < self._reached and number not in self._draws:
            raise MoveRejected("training:data-not-again", file=self._title, number=number + 1)
        if drew and before is not None and len(self._draws) < MOST_DRAWS:
            self._draws[number] = before
        self._reached = max(self._reached, number + 1)
        self._front = number + 1
        if number in self._kept:
            self._bytes -= batch.size(self._kept.pop(number)[0])
        self._kept[number] = whole, after if drew else None
        self._bytes += batch.size(whole)
        while self._bytes > self._budget and len(self._kept) > 1:
            dropped, _ = self._kept.popitem(last=False)[1]
            self._bytes -= batch.size(dropped)

    def _following(self, number: int) -> Any:
        """What the iterator gives next; at its end, the first of another epoch."""
        for epoch in range(2):
            with own_code(notice("training:drawing-batch")):
                for whole in self._iterator:
                    return whole
            if epoch == 0:
                known = [e for e in self._epochs if e.first == number]
                self._epochs = [e for e in self._epochs if e.first != number]
                self._begin()
                if known:  # it was begun before, from the same states
                    self._epochs[-1] = replace(known[0])
        raise MoveRejected("training:data-ended", file=self._title, count=number)


def _length(source: Any) -> int:
    """How many batches a loader has; 0: it does not say."""
    if isinstance(source, type):
        return 0
    try:
        return len(source)
    except Exception:  # noqa: BLE001 - its class is its owner's
        return 0
