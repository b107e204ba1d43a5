"""Time to the app's first frame, as a ratio of ``python -c "import torch"``; and until it is ready.

``python -m tests.benchmarks.first_frame``: the best of some runs, taken in turn.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

from tests.terminal import Terminal, environment

RUNS = 7


def import_torch() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import torch"], check=True, env=environment())
    return time.perf_counter() - began


def app() -> tuple[float, float]:
    """Seconds until the rail is painted, and until the engine has run ``init``."""
    with Terminal(size=(120, 40)) as terminal:
        began = time.perf_counter()

        def until(there: Callable[[str], bool]) -> float:
            while not there(terminal.text):
                terminal.read(0.01)
            return time.perf_counter() - began

        return until(lambda text: "init" in text), until(lambda text: "61,706" in text)


def main() -> None:
    torch, first, ready = [], [], []
    for _ in range(RUNS):
        torch.append(import_torch())
        frame, engine = app()
        first.append(frame)
        ready.append(engine)
    sys.stdout.write(
        f"import torch {min(torch):.2f} s, first frame {min(first):.2f} s "
        f"({min(first) / min(torch):.2f} of it), ready {min(ready):.2f} s "
        f"({min(ready) / min(torch):.2f})\n"
    )


if __name__ == "__main__":
    main()
