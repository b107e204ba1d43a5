"""An engine's process without torch: it says again what a real one has said, frame by frame."""

from __future__ import annotations

import pickle
import time
from dataclasses import replace
from itertools import cycle
from multiprocessing.connection import Connection
from pathlib import Path

from lenet_tui.protocol.messages import (
    Close,
    FrameAcknowledged,
    FrameUpdate,
    Moved,
    Pause,
    Ready,
    Report,
    RunFree,
    Start,
    Subscription,
)

INTERVAL = 1 / 30
"""Seconds between two frames of a run, at least: as a real engine sends them."""


def main(connection: Connection, file: str) -> None:
    """Answer the app until the pipe ends. ``file``: the reports of a real engine, pickled."""
    reports: list[Report] = pickle.loads(Path(file).read_bytes())
    ready = next(r for r in reports if isinstance(r, Ready))
    still = next(r for r in reports if isinstance(r, FrameUpdate) and r.frame.views)
    run = cycle([r for r in reports if isinstance(r, FrameUpdate) and r.frame.running])
    running: RunFree | None = None
    painted, framed = True, 0.0
    while True:
        wait = max(framed + INTERVAL - time.monotonic(), 0) if running and painted else None
        if connection.poll(wait):
            try:
                command = connection.recv()
            except (EOFError, OSError):
                return
            if isinstance(command, Close):
                return
            if isinstance(command, Start):
                connection.send(ready)
            elif isinstance(command, RunFree):
                running, painted = command, True
            elif isinstance(command, FrameAcknowledged):
                painted = True
            elif isinstance(command, Pause) and running:
                connection.send(Moved(running.number, replace(still.frame, running=False)))
                running = None
            elif isinstance(command, Subscription) and not running:
                connection.send(still)
        elif running:
            connection.send(next(run))
            painted, framed = False, time.monotonic()
