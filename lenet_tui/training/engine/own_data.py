"""The batches of a training file: drawn once each, and drawn again where a session goes back."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from lenet_tui.protocol.options import OptionError
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.text.notice import notice
from lenet_tui.training.engine import batch
from lenet_tui.training.engine.generators import Generators, generators
from lenet_tui.training.engine.training_file import own_code

BUDGET = 128 * 2**20
"""Bytes of batches that are kept to be handed out again."""
MOST_DRAWS = 2048
"""Draws from the generators that are remembered, 10 kB each."""


class OwnData:
    """Hands out one batch after another, and again any of those before.

    ``position``: batches handed out so far. A batch that has been drawn is kept, with the
    generators after it, as long as ``budget`` bytes allow; one that has been dropped is drawn again
    from the start, each draw from the states that the generators had at the first.
    """

    def __init__(self, source: Any, title: str, budget: int = BUDGET) -> None:
        self._source = source
        self._title = title
        self._budget = budget
        self.position = 0
        self._kept: OrderedDict[int, tuple[Any, Generators | None]] = OrderedDict()
        self._bytes = 0
        self.draws: dict[int, Generators] = {}
        """The generators before each draw that takes from them."""
        self._first = generators()
        self._iterator: Iterator[Any] | None = None
        self._front = 0
        """How many batches the iterator has given."""
        self._reached = 0
        """How many have ever been drawn."""
        self._begin()

    def _begin(self) -> None:
        """The iterator of the first epoch, which may take from the generators."""
        self._front = 0
        self._iterator = self._make()

    def _make(self) -> Iterator[Any]:
        source = self._source
        with own_code(notice("training:making-data")):
            several = hasattr(source, "__iter__") or hasattr(source, "__getitem__")
            if not several or isinstance(source, type):
                if not callable(source):
                    kind = type(source).__name__
                    raise OptionError("training:no-batches", file=self._title, kind=kind)
                source = source()
            return iter(source)

    def next(self) -> Any:
        """The next batch, copied."""
        number = self.position
        if number not in self._kept:
            self._draw_up_to(number)
        whole, after = self._kept[number]
        if after is not None:
            after.restore()
        self.position = number + 1
        return batch.copied(whole)

    def peek(self) -> Any:
        """The next batch, copied, without taking it."""
        before = generators()
        try:
            whole = self.next()
        finally:
            before.restore()
        self.position -= 1
        return whole

    def _draw_up_to(self, number: int) -> None:
        """Draw batches until that one is kept; those that were drawn before, as they were."""
        now = generators()
        if number < self._front:
            self._first.restore()
            self._begin()
        while self._front <= number:
            at = self._front
            if at in self.draws:
                self.draws[at].restore()
            elif at == number:
                now.restore()
            self._draw(at)
        if self._kept[number][1] is None:
            now.restore()

    def _draw(self, number: int) -> None:
        before = generators()
        whole = self._following()
        after = generators()
        drew = not before.same(after)
        again, known = number < self._reached, number in self.draws
        if drew and again and not known:
            raise MoveRejected("training:data-not-again", file=self._title, number=number + 1)
        if drew and len(self.draws) < MOST_DRAWS:
            self.draws[number] = before
        self._reached = max(self._reached, number + 1)
        self._front = number + 1
        if number in self._kept:
            self._bytes -= batch.size(self._kept.pop(number)[0])
        self._kept[number] = whole, after if drew else None
        self._bytes += batch.size(whole)
        while self._bytes > self._budget and len(self._kept) > 1:
            dropped, _ = self._kept.popitem(last=False)[1]
            self._bytes -= batch.size(dropped)

    def _following(self) -> Any:
        """What the iterator gives next; at its end, the first of another epoch."""
        assert self._iterator is not None
        for epoch in range(2):
            with own_code(notice("training:drawing-batch")):
                for whole in self._iterator:
                    return whole
            if epoch == 0 and self._iterator is not self._source:
                self._iterator = self._make()
        raise MoveRejected("training:data-ended", file=self._title, count=self._front)

    def state(self) -> tuple[tuple[int, Generators], ...]:
        """The draws up to here that took from the generators, for a keyframe.

        Later ones are not in it, or it would be another one when it is passed again.
        """
        return tuple(pair for pair in sorted(self.draws.items()) if pair[0] < self.position)

    def restore(self, position: int, draws: tuple[tuple[int, Generators], ...]) -> None:
        """Go to where ``position`` batches had been handed out."""
        self.draws = dict(draws) | self.draws
        self._reached = max(self._reached, position)
        self.position = position
