"""The learning rate of an iteration, where it follows from the options alone."""

from __future__ import annotations

from lenet_tui.protocol.options import OWN, Options
from lenet_tui.protocol.schedules import parse_schedule


def decided_elsewhere(options: Options) -> bool:
    """Whether a person's own step or optimizer decides it, which the options cannot tell."""
    return options.step or options.optimizer == OWN


def rate(options: Options, iteration: int) -> float | None:
    """The learning rate of an iteration, if nobody changes it on the way; ``None``: not known."""
    if decided_elsewhere(options):
        return None
    return options.lr * parse_schedule(options.schedule).factor(max(iteration - 1, 0))
