"""Starting: the first frame, the engine, and another engine, over ``python -c "import torch"``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from lenet_tui.process.engine import server
from lenet_tui.protocol.messages import Died, DoMove, FrameUpdate, Moved, Subscription
from lenet_tui.protocol.moves import Run
from lenet_tui.protocol.options import resolve
from tests.benchmarks.measure import Result, Row, result, rounds, seconds
from tests.harness.conversation import Conversation
from tests.harness.terminal import Terminal, environment

ROUNDS = 6


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
                sent += terminal.take()
            return time.monotonic() - terminal.started

    import_torch()
    until()
    times, imports = [], []
    for _ in rounds(ROUNDS):
        times.append(until())
        imports.append(seconds(import_torch))
    return over_import(name, times, imports, bound)


def restart() -> Result:
    """From the engine's ``kill -9`` until another one, which carries on, has sent its frame."""
    with Conversation(server.main) as talk:
        talk.start(resolve("digits"))
        talk.send(Subscription())
        talk.send(DoMove(0, Run(1000)))
        talk.until(Moved)
        times, imports = [], []
        for _ in rounds(ROUNDS):
            pid = talk.client.pid
            assert pid is not None
            began = time.perf_counter()
            os.kill(pid, signal.SIGKILL)
            talk.until(Died)
            talk.client.restart()
            frame = talk.until(FrameUpdate).frame
            times.append(time.perf_counter() - began)
            imports.append(seconds(import_torch))
            assert frame.position.iteration == 1000
    return over_import("engine-restart", times, imports, 0.1)


def over_import(name: str, times: list[float], imports: list[float], bound: float) -> Result:
    """Each time over that of the import right after it."""
    ratios = [own / plain for own, plain in zip(times, imports, strict=True)]
    return result(name, ratios, bound, "over importing torch", baseline=imports)


START = {
    "first-frame": Row(lambda: start("first-frame", b"loading torch", 0.25), 13, 8),
    "engine-ready": Row(lambda: start("engine-ready", b"61,706", 1.1), 22, 14),
    "engine-restart": Row(restart, 14, 8),
}
