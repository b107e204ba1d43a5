"""The app for an hour: running, jumping, resizing; its memory and its lag must not grow.

``python -m tests.soak [MINUTES]`` (60) prints a line a minute; status 1 if either grew.
"""

from __future__ import annotations

import random
import re
import statistics
import sys
import time
from pathlib import Path

from tests.harness.leaving import Processes, app, quit_at_last
from tests.harness.terminal import Terminal

HISTORY_MB = 128
"""Full within minutes, and large enough that any iteration of an hour is a second away at most."""
SETTLED = 6
"""Minutes after which nothing may grow any more."""
ARRIVAL = 60.0
"""Seconds that going to an iteration may take."""
MORE_MEMORY, MORE_LAG = 1.1, 2.0
"""The last minutes over the first ones, at most."""
LEAST_LAG = 0.1
"""Seconds of lag that are never called growth: one repaint of a large screen."""
ITERATION = re.compile(r"iteration ([\d,]+)")


def main(minutes: float = 60) -> int:
    """Run it; 1 if memory or lag grew, or it came to a stop."""
    random_ = random.Random(0)
    memory: list[float] = []
    lag: list[float] = []
    with app("--history-mb", str(HISTORY_MB)) as (terminal, processes):
        terminal.wait_for("61,706")
        began = time.monotonic()
        _say("minute  iteration  memory MB  keypress ms: median  worst")
        for minute in range(1, max(round(minutes), 1) + 1):
            until = began + 60 * minute
            lags = _minute(terminal, random_, until)
            memory.append(resident(processes))
            lag.append(statistics.median(lags))
            found = ITERATION.search(terminal.text)
            _say(
                f"{minute:6}  {found[1] if found else '?':>9}  {memory[-1]:9.1f}"
                f"  {lag[-1] * 1000:19.1f}  {max(lags) * 1000:5.0f}"
            )
        status = quit_at_last(terminal)
    wrong = [*grown("memory", memory, MORE_MEMORY, 0), *grown("lag", lag, MORE_LAG, LEAST_LAG)]
    for line in wrong:
        _say(line)
    return 1 if wrong or status else 0


def grown(what: str, values: list[float], most: float, least: float) -> list[str]:
    """A line if the last of ``values`` are larger than the first ones."""
    settled = values[SETTLED - 1 :] if len(values) > SETTLED else values[-1:]
    third = max(len(settled) // 3, 1)
    first, last = statistics.median(settled[:third]), statistics.median(settled[-third:])
    if last > max(first * most, least):
        return [f"{what} grew from {first:.3g} to {last:.3g}"]
    return []


def resident(processes: Processes) -> float:
    """Megabytes of all the app's processes, what they share counted once."""
    kilobytes = 0
    for pid in processes():
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:  # it has just ended
            continue
        found = re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)
        kilobytes += int(found[1]) if found else 0
    return kilobytes / 1024


def _minute(terminal: Terminal, random_: random.Random, until: float) -> list[float]:
    """Do all there is to do; the lag of each keypress that was measured, in seconds."""
    lags: list[float] = []
    while time.monotonic() < until or not lags:
        terminal.send("r")
        terminal.read(2)
        terminal.resize(random_.randint(90, 220), random_.randint(26, 70))
        terminal.read(1)
        terminal.send("r")
        terminal.wait_for(re.compile("finished; next|done; next"))
        found = ITERATION.search(terminal.text)
        here = int(found[1].replace(",", "")) if found else 1
        _goto(terminal, random_.randint(0, here))
        for key in ("n", "s", "S", "N", "F", "v", "v", "]", "e", "escape", "a", "a"):
            terminal.send(key)
            terminal.read(0.2)
        terminal.resize(120, 40)
        _goto(terminal, random_.randint(0, here))
        for _ in range(4):
            lags.append(_lag(terminal))
        # Back to the end: from there it trains on.
        _goto(terminal, here)
    return lags


def _goto(terminal: Terminal, iteration: int) -> None:
    terminal.send("g")
    terminal.wait_for("Go to iteration")
    terminal.read(0.2)
    terminal.send(str(iteration), "enter")
    there = f"iteration {iteration}  {'finished' if iteration else 'init done'}"
    terminal.wait_for(there, ARRIVAL)
    terminal.settle()


def _lag(terminal: Terminal) -> float:
    """Seconds from a keypress to the first byte of the changed screen."""
    began = time.monotonic()
    terminal.send("v")
    while not terminal.read(0.002) and time.monotonic() - began < 5:
        pass
    took = time.monotonic() - began
    terminal.settle(0.1)
    return took


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:2])))
