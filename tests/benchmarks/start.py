"""Starting: the first frame, and the engine, over ``python -c "import torch"``."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from tests.benchmarks.measure import Result, result, seconds
from tests.terminal import Terminal, environment

ROUNDS = 5


def import_torch() -> None:
    """What the ratios are to."""
    subprocess.run([sys.executable, "-c", "import torch"], check=True, env=environment())


def until(text: str) -> Callable[[], float]:
    """Start the app in a pseudo-terminal; seconds until its screen holds ``text``."""

    def start() -> float:
        with Terminal() as terminal:
            while text not in terminal.text:
                terminal.read(0.005)
            return time.monotonic() - terminal.started

    return start


def start(name: str, text: str, bound: float, what: str) -> Result:
    """The time until ``text`` is on the screen over that of importing torch."""
    measured = until(text)
    import_torch()
    ratios = [measured() / seconds(import_torch) for _ in range(ROUNDS)]
    return result(name, ratios, bound, what)


def step_bytes() -> Result:
    """Bytes that a step of the notebook preset sends at 120×40 in 256 colours, over 15 kB."""
    with Terminal([sys.executable, "-m", "lenet_tui", "--preset", "notebook"]) as terminal:
        terminal.wait_for("61,706 parameters")
        terminal.settle()
        sizes = []
        for _ in range(30):
            terminal.send("n")
            sizes.append(len(terminal.settle(0.2)) / 15_000)
    return Result(
        "step-bytes", statistics.median(sizes), (min(sizes), max(sizes)), 1.0, True, "over 15 kB"
    )


START: dict[str, Callable[[], Result]] = {
    "first-frame": lambda: start("first-frame", "loading torch", 0.3, "over importing torch"),
    "engine-ready": lambda: start("engine-ready", "61,706", 1.5, "over importing torch"),
    "step-bytes": step_bytes,
}
