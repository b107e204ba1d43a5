"""Training flat out while the app's screen shows it, over a plain loop in the same run."""

from __future__ import annotations

import re

from tests.benchmarks.engine import LONG, plain_loop
from tests.benchmarks.measure import Result, Row, result, rounds, seconds
from tests.harness.terminal import Terminal

ITERATION = re.compile(r"iteration ([\d,]+)")
STRETCH = 1.5
"""Seconds of a run that are measured at a time."""
ROUNDS = 8


def live() -> Result:
    """Iterations per second by the screen itself, drawn at its frame rate, over the plain loop's.

    The plain loop runs before each stretch, with the app paused beside it.
    """
    ratios, plain = [], []
    loop = plain_loop(1, LONG)
    loop()
    with Terminal() as terminal:
        terminal.wait_for("61,706 parameters")
        terminal.settle()
        for _ in rounds(ROUNDS):
            plain.append(seconds(loop) / LONG)
            terminal.send("r")
            terminal.read(1.0)
            first = shown(terminal)
            terminal.read(STRETCH)  # parsed when all of it is there: that is not the app's work
            ratios.append((shown(terminal) - first) / STRETCH * plain[-1])
            terminal.send("r")
            terminal.settle()
    what = "iterations/s over a plain loop"
    return result("live-screen", ratios, 0.85, what, at_most=False, baseline=plain)


def shown(terminal: Terminal) -> int:
    """The iteration on the screen."""
    found = ITERATION.search(terminal.text)
    assert found, terminal.text
    return int(found[1].replace(",", ""))


LIVE = {"live-screen": Row(live, 30, 14)}
