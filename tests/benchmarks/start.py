"""Starting: the first frame, the engine, and another engine, over ``python -c "import torch"``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from lenet_tui.process.engine import server as worker
from lenet_tui.protocol.messages import Died, DoMove, Look, Moved, Painting
from lenet_tui.protocol.moves import Run
from lenet_tui.protocol.options import resolve
from tests.benchmarks.measure import Result, result, seconds
from tests.harness.conversation import Conversation
from tests.harness.terminal import Terminal, environment

ROUNDS = 7


def import_torch() -> None:
    """What the ratios are to."""
    subprocess.run([sys.executable, "-c", "import torch"], check=True, env=environment())


def start(name: str, text: bytes, bound: float) -> Result:
    """The time until the app has sent ``text`` to a pseudo-terminal over that of importing torch.

    The bytes are only looked through, as a terminal's emulation would take time of its own.
    """

    def until() -> float:
        with Terminal() as terminal:
            sent = bytearray()
            while text not in sent:
                sent += os.read(terminal.master, 65536)
            return time.monotonic() - terminal.started

    import_torch()
    until()
    ratios = [until() / seconds(import_torch) for _ in range(ROUNDS)]
    return result(name, ratios, bound, "over importing torch")


def restart() -> Result:
    """From the engine's ``kill -9`` until another one, which carries on, has sent its frame."""
    with Conversation(worker.main) as talk:
        talk.start(resolve("digits"))
        talk.send(Look())
        talk.send(DoMove(0, Run(1000)))
        talk.until(Moved)
        ratios = []
        for _ in range(ROUNDS):
            pid = talk.client.pid
            assert pid is not None
            began = time.perf_counter()
            os.kill(pid, signal.SIGKILL)
            talk.until(Died)
            talk.client.restart()
            frame = talk.until(Painting).frame
            took = time.perf_counter() - began
            assert frame.position.iteration == 1000
            ratios.append(took / seconds(import_torch))
    return result("engine-restart", ratios, 0.1, "over importing torch")


START: dict[str, Callable[[], Result]] = {
    "first-frame": lambda: start("first-frame", b"loading torch", 0.25),
    "engine-ready": lambda: start("engine-ready", b"61,706", 1.1),
    "engine-restart": restart,
}
