"""How late the app's event loop comes round while torch works: p99 over that without torch."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.measure import Result, Row, once, quantile, result, rounds
from tests.harness.terminal import Terminal

ROUNDS = 3
STRETCH = 3.0
"""Seconds that are looked at in each round."""
SEARCH = 4.0
"""Seconds of a search, which takes longer."""
MOVES = ("watch loss < -1", "run 6000", "reverse-continue")
"""The last searches history for what never was: each iteration is run again."""

Lags = dict[str, float]
"""The p99 of the loop's lag, in seconds, in each part of a run of the app."""


def ticked(reports: Path) -> Lags:
    """Run the app: start, idle, a run flat out, and a search through history if torch is there.

    If ``reports`` is there, by an engine without torch, which says them again.
    """
    ticks, moves = reports.with_suffix(".ticks"), reports.with_suffix(".moves")
    moves.write_text("\n".join(MOVES), encoding="utf-8")
    with_torch = not reports.exists()
    parts: dict[str, tuple[float, float]] = {}
    command = [sys.executable, "-m", "tests.benchmarks.ticking"]
    command += [str(ticks), str(reports), "--moves", str(moves)]
    with Terminal(command) as terminal:

        def during(part: str, seconds: float) -> None:
            began = time.monotonic()
            terminal.read(seconds)
            parts[part] = began, time.monotonic()

        terminal.wait_for("61,706 parameters")
        parts["start"] = terminal.started, time.monotonic()
        terminal.settle(1.0)
        during("idle", STRETCH)
        terminal.send("r")
        terminal.read(1.0)
        during("live", STRETCH)
        terminal.send("r")
        terminal.settle()
        if with_torch:
            for _ in MOVES:
                terminal.wait_for("finished")
                terminal.send(".")
                terminal.read(1.0)
            during("search", SEARCH)
            assert "no watchpoint became" not in terminal.text, terminal.text
        terminal.send("q")
        terminal.wait()
    lines = ticks.read_text(encoding="utf-8").splitlines()
    lags = [(float(at), float(lag)) for at, lag in (line.split() for line in lines)]
    return {
        part: quantile([lag for at, lag in lags if began < at <= ended], 0.99)
        for part, (began, ended) in parts.items()
    }


@once
def all_rounds() -> tuple[tuple[Lags, Lags], ...]:
    """With torch, and the same screen without it, in turn."""
    found = []
    with TemporaryDirectory() as folder:
        for number in rounds(ROUNDS):
            reports = Path(folder) / str(number)
            found.append((ticked(reports), ticked(reports)))
    return tuple(found)


def over_idle() -> Result:
    """Torch runs thousands of iterations again, and nothing is painted; over the idle app's."""
    idle = [torch["idle"] for torch, _ in all_rounds()]
    ratios = [torch["search"] / torch["idle"] for torch, _ in all_rounds()]
    what = "p99, torch at work, over the idle app's"
    return result("loop-lag", ratios, 2.5, what, baseline=idle)


def over_same(part: str, what: str) -> Result:
    """Over the same app's that paints the same, fed by an engine without torch."""
    ratios = [torch[part] / without[part] for torch, without in all_rounds()]
    plain = [without[part] for _, without in all_rounds()]
    what = f"p99, {what}, over the same without torch"
    return result(f"loop-lag-{part}", ratios, 2.5, what, baseline=plain)


LAG = {
    "loop-lag": Row(over_idle, 80, 0),
    "loop-lag-start": Row(lambda: over_same("start", "start-up"), 1, 0),
    "loop-lag-live": Row(lambda: over_same("live", "a run with the screen live"), 1, 0),
}
