"""Computes an iteration again for tensors that the tape has let go of, and compares it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TypeVar

from lenet_tui.history.engine.seek import Replay
from lenet_tui.tape.engine.budget import TapeBudget
from lenet_tui.tape.engine.dropped import NotKept
from lenet_tui.tape.engine.entries import Entry
from lenet_tui.text.notice import notice

T = TypeVar("T")

FEW = 4
"""Ops that are computed again one after the other for one look. For more of them all tensors of the
iteration are kept until the look is over."""


def with_tensors(replay: Replay, read: Callable[[], T]) -> T:
    """What ``read`` returns, which is called again where the tape had let go of what it reads.

    It finds everything anew then: the tape is another one. It may change nothing. What it looks at
    in another iteration, to which it goes and from which it comes back, is kept as long.
    """
    budget = replay.recorder.budget
    if budget is None:
        return read()
    whole = False
    for tries in count(1):
        try:
            with budget.unlimited(whole):
                made = read()
        except NotKept as missing:
            entry = missing.entry
        else:
            if tries > 1:
                cut(replay)
            return made
        elsewhere = not replay.tape.holds(entry)
        if elsewhere and whole:
            raise AssertionError(entry.name)
        whole = whole or elsewhere or tries >= FEW
        if not elsewhere:
            _compute_again(replay, budget, entry, whole)
    raise AssertionError


def cut(replay: Replay) -> None:
    """Have the tape let go of what is more than its budget."""
    budget = replay.recorder.budget
    if budget is None:
        return
    budget.cut(replay.tape, replay.cursor)
    if budget.dropped:
        allowed = replay.trainer.options.tape_mb
        replay.history.remark_once(notice("history:tape-over-budget", budget=allowed))


def _compute_again(replay: Replay, budget: TapeBudget, entry: Entry, whole: bool) -> None:
    """Run the present iteration again, up to where live torch is, so that an entry is there."""
    cursor, end, iteration = replay.cursor, replay.tape.end, replay.iteration
    failure = replay.recorder.failure
    failed = failure is not None and failure.iteration == iteration
    budget.begin_again(replay.tape, entry, cursor)
    try:
        with budget.unlimited(whole):
            replay.rebuild(iteration, end, careful=failed)
            replay.cursor = cursor
            cut(replay)
    finally:
        budget.end_again(replay.tape)
    replay.recomputed, replay.tape.again = replay.recomputed + 1, True
    if budget.differs:
        replay.history.divergence = notice("history:not-reproduced", n=iteration)
