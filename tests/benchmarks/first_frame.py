"""Time to the app's first frame, as a ratio of ``python -c "import torch"``; and until it is ready.

``python -m tests.benchmarks.first_frame``: the best of some runs, taken in turn.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

from tests.terminal import Terminal, environment

RUNS = 7


def import_torch() -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import torch"], check=True, env=environment())
    return time.monotonic() - began


def app() -> tuple[float, float]:
    """Seconds until the rail is painted, and until the engine has run ``init``.

    The bytes are only looked through, as a terminal's emulation would take time of its own.
    """
    with Terminal(size=(120, 40)) as terminal:
        sent = bytearray()

        def until(wanted: bytes) -> float:
            while wanted not in sent:
                sent.extend(os.read(terminal.master, 65536))
            return time.monotonic() - terminal.started

        return until(b"loading torch"), until(b"61,706")


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
