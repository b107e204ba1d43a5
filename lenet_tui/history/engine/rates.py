"""The learning rate of iterations that nobody has seen, where it follows from the schedule."""

from __future__ import annotations

from lenet_tui.history.engine.navigator import Navigator
from lenet_tui.protocol.schedules import parse_schedule
from lenet_tui.training.rates import decided_elsewhere

DECIDES = ("lr", "schedule", "optimizer")
"""The options that decide it."""


def known(navigator: Navigator, most: int) -> tuple[tuple[int, float], ...]:
    """The rates of ``most`` iterations at most, the last one among them; empty: not known."""
    options, history = navigator.options, navigator.history
    begun = navigator.iteration > 0  # what was set at the very start is in force all along
    plans = (plan for n, plan in history.plans.items() if n or not begun)
    changed = (c.move.option for plan in plans for c in plan.changes)
    if decided_elsewhere(options) or any(name in DECIDES for name in changed):
        return ()
    schedule, last = parse_schedule(options.schedule), history.end[0]
    places = range(last, 0, -max(1, -(-last // most)))
    return tuple((n, options.lr * schedule.factor(n - 1)) for n in reversed(places))
