"""From a keypress to the changed screen, in a pseudo-terminal, over a bare app's with one label."""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from random import Random

from tests.benchmarks.measure import EFFORT, Result, Row, once, quantile, result, rounds
from tests.harness.terminal import ROOT, Terminal

CURSOR = b"48;5;32m"
"""The ground of the cursor's line in the list, which nothing else has."""
ONE_LABEL = [sys.executable, str(ROOT / "tests" / "benchmarks" / "one_label.py")]
ROUNDS = 4
PRESSES, QUICK_PRESSES = 25, 10
"""Keys pressed in a round, in each app."""
BETWEEN = 0.06
"""Seconds from one key to the next, at least: an app has painted by then."""
FRAME = 1 / 30
"""Up to so many seconds more, at random: a run's frames are not to keep step with the keys."""

SETTLED = 0.03
"""Seconds without a byte after which everything is painted."""

Press = Callable[[int], float]
"""Press a key, the n-th; seconds until the screen has changed."""


class Keys:
    """Keys of an app in a terminal. Its bytes are only looked through, its queries answered."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.chance = Random(0)

    def press(self, key: str, shows: bytes = b"") -> float:
        """Seconds from a key until what comes holds ``shows``; anything that comes: empty."""
        self.quiet()
        sent = bytearray()
        began = time.perf_counter()
        self.terminal.send(key)
        while not sent or shows not in sent:
            sent += self.terminal.take()
        return time.perf_counter() - began

    def settle(self, key: str) -> float:
        """Seconds from a key until the last byte of all that it changes."""
        self.quiet()
        began = last = time.perf_counter()
        self.terminal.send(key)
        while last == began or select.select([self.terminal.master], [], [], SETTLED)[0]:
            self.terminal.take()
            last = time.perf_counter()
        return last - began

    def quiet(self) -> None:
        """Take in what comes meanwhile."""
        until = time.perf_counter() + BETWEEN + self.chance.uniform(0, FRAME)
        while (left := until - time.perf_counter()) > 0:
            if select.select([self.terminal.master], [], [], left)[0]:
                self.terminal.take()


@contextmanager
def bare() -> Iterator[Press]:
    """The app with one label."""
    with Terminal(ONE_LABEL) as terminal:
        terminal.wait_for("0 keys")
        terminal.settle()
        keys = Keys(terminal)
        yield lambda n: keys.press("x")


@contextmanager
def ours() -> Iterator[Keys]:
    """Our app, its engine ready."""
    with Terminal() as terminal:
        terminal.wait_for("61,706 parameters")
        terminal.settle()
        yield Keys(terminal)


def cursor(keys: Keys) -> Press:
    """Down and up in the list of layers, from its top, until the cursor's line is drawn.

    That needs no engine. The tensor's picture, which the engine makes, comes after it.
    """
    return lambda n: keys.press("up" if n % 2 else "down", CURSOR)


def step(keys: Keys) -> Press:
    """``n``, until anything has changed: the rail marks the phase that torch is in now."""
    return lambda n: keys.press("n")


def whole_step(keys: Keys) -> Press:
    """``n``, until the rail and every pane show what the phase has made."""
    return lambda n: keys.settle("n")


@cache
def delays(how: str) -> Callable[[], list[tuple[list[float], list[float]]]]:
    """What gives for each round the delays of our app's keys and of the bare one's, in seconds."""

    @once
    def measured() -> list[tuple[list[float], list[float]]]:
        found = []
        presses = QUICK_PRESSES if EFFORT.quick else PRESSES
        with bare() as label, ours() as keys:
            if how == "running":
                keys.terminal.send("r")
                keys.terminal.read(1.0)
            press = HOW[how](keys)
            for _ in rounds(ROUNDS):
                plain = [label(n) for n in range(presses)]
                found.append(([press(n) for n in range(presses)], plain))
        return found

    return measured


HOW = {"idle": cursor, "step": step, "running": cursor, "whole-step": whole_step}
WHAT = {
    "idle": "down/up in the layers, which need no engine, over a bare app's key",
    "step": "n, until the rail marks its phase, over a bare app's key",
    "running": "down/up in the layers during a run at 30 frames/s, over a bare app's key",
    "whole-step": "n, until all that it changed is drawn, over a bare app's key",
}


def delay(how: str, part: int) -> Result:
    """The figure for p50 (``part`` 0) or p95 (1)."""
    percent = (50, 95)[part]
    bound = None if how == "whole-step" else (2.0, 3.0)[part]
    found = delays(how)()
    ratios = [quantile(own, percent / 100) / quantile(plain, percent / 100) for own, plain in found]
    baseline = [quantile(plain, 0.5) for _, plain in found]
    return result(f"key-{how}-p{percent}", ratios, bound, WHAT[how], baseline=baseline)


def row(how: str, part: int) -> Row:
    """A pair of rows shares one measurement, which the first one has the time for."""
    quick = 0 if how == "whole-step" else (1 if part else 10)
    return Row(lambda: delay(how, part), 1 if part else 22, quick)


KEYS = {f"key-{how}-p{(50, 95)[part]}": row(how, part) for how in WHAT for part in (0, 1)}
