"""Training flat out while the app's screen shows it, over a plain loop in the same run."""

from __future__ import annotations

import re
from functools import partial

from tests.benchmarks.engine import LONG, plain_loop
from tests.benchmarks.measure import Result, Row, result, rounds, seconds
from tests.harness.terminal import Terminal

ITERATION = re.compile(r"iteration ([\d,]+)")
STRETCH = 1.5
"""Seconds of a run that are measured at a time."""
ROUNDS = 8


def live(*, curves: bool = False) -> Result:
    """Iterations per second by the screen itself, drawn at its frame rate, over the plain loop's.

    The plain loop runs before each stretch, with the app paused beside it. ``curves``: in the
    training view, which also has the norms of the gradients measured for each frame.
    """
    ratios, plain = [], []
    loop = plain_loop(1, LONG)
    loop()
    with Terminal() as terminal:
        terminal.wait_for("61,706 parameters")
        terminal.settle()
        if curves:
            terminal.send("V")
            terminal.wait_for("Accuracy, %")
        for _ in rounds(ROUNDS):
            plain.append(seconds(loop) / LONG)
            terminal.send("r")
            terminal.read(1.0)
            first = shown(terminal)
            terminal.read(STRETCH)  # parsed when all of it is there: that is not the app's work
            ratios.append((shown(terminal) - first) / STRETCH * plain[-1])
            terminal.send("r")
            terminal.settle()
    name = "live-curves" if curves else "live-screen"
    what = "iterations/s over a plain loop" + (", in the training view" if curves else "")
    return result(name, ratios, 0.9 if curves else 0.85, what, at_most=False, baseline=plain)


def shown(terminal: Terminal) -> int:
    """The iteration on the screen."""
    found = ITERATION.search(terminal.text)
    assert found, terminal.text
    return int(found[1].replace(",", ""))


LIVE = {"live-screen": Row(live, 30, 14), "live-curves": Row(partial(live, curves=True), 20, 0)}
