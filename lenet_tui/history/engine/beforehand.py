"""Whether moves would be taken, asked before they are made: a dialog stays open where not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, permutations

from lenet_tui.history.engine import by_hand, step_rules
from lenet_tui.history.engine.session import Session
from lenet_tui.protocol.moves import AddWatch, Edit, Move, Set
from lenet_tui.protocol.options import OptionError, Options, change
from lenet_tui.training.engine import dataset, devices
from lenet_tui.watch.engine import evaluate

ORDERS = 5000
"""Orders of options that are tried at most: the first one nearly always works."""


def taken(session: Session, moves: Sequence[Move]) -> tuple[Move, ...]:
    """``moves`` in an order in which each one is taken; what the session would raise, if none is.

    Only options are put in order. Nothing is changed.
    """
    navigator = session.navigator
    for move in moves:
        step_rules.check_move(navigator, move)
        if isinstance(move, AddWatch):
            evaluate.check(move.watch, navigator.trainer, session.expected_names)
        elif isinstance(move, Edit):
            by_hand.check(navigator, move)
    sets = [move for move in moves if isinstance(move, Set)]
    return (*(m for m in moves if not isinstance(m, Set)), *_ordered(navigator.options, sets))


def _ordered(options: Options, sets: Sequence[Set]) -> tuple[Set, ...]:
    error: OptionError | None = None
    for order in islice(permutations(sets), ORDERS):
        try:
            now = options
            for move in order:
                now = _after(now, move)
        except OptionError as refused:
            error = error or refused
        else:
            return order
    assert error is not None  # no option at all is in order
    raise error


def _after(options: Options, move: Set) -> Options:
    """The options that ``move`` leads to, as the session itself checks them."""
    options = change(options, move.option, move.value)
    if move.option in ("data", "batch-size"):
        dataset.check(options)
    if move.option == "device":
        devices.resolve(move.value)
    return options
