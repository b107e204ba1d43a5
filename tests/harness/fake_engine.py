"""An engine that answers at once by a scripted training, for tests of the screen."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from lenet_tui.explain.explanation import Explain
from lenet_tui.export.request import Export
from lenet_tui.lab.result import RunLab
from lenet_tui.parity.result import Parity
from lenet_tui.protocol.engine_api import OnReport
from lenet_tui.protocol.frame import Device, Frame
from lenet_tui.protocol.messages import (
    Answered,
    Asked,
    Command,
    DoMove,
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
from lenet_tui.protocol.moves import Move
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.request import Rejected, Request, handler_of
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.protocol.views import ABSENT, Summary, View, ViewRequest
from lenet_tui.tensors.colour_scale import as_levels, fit_scale
from lenet_tui.tensors.tiling import blocks, tiling
from lenet_tui.text.notice import verbatim
from lenet_tui.tour.request import Print
from lenet_tui.training.request import ListDevices
from tests.harness.fake_explaining import explained
from tests.harness.fake_parity import compared
from tests.harness.fake_training import PARAMETERS, Training, tensor

C = TypeVar("C")
SCRIPT = "print('a session')\n"
CPU = Device("cpu", "test processor")
DEVICES = (
    CPU,
    Device("cuda:0", "test GPU", 60 * 2**30, 80 * 2**30),
    Device("mps", "Metal", problem=verbatim("not built for this platform")),
)


class FakeEngine:
    """``sent`` holds every command; ``restarts`` and ``closed`` count what was asked.

    ``hold``: moves are not answered until ``release`` is called. ``thinks``: requests are not
    answered until ``reply`` is called. A free run goes one iteration further for each frame, at
    most ``free`` times, until it is paused.
    """

    def __init__(self, on_report: OnReport, *, free: int = 3) -> None:
        self.report = on_report
        self.sent: list[Command] = []
        self.hold = False
        self.thinks = False
        self.restarts = 0
        self.closed = False
        self.training = Training(Options())
        self.aside: Training | None = None
        self._views: tuple[ViewRequest, ...] = ()
        self._held: deque[DoMove] = deque()
        self._run: RunFree | None = None
        self._free = free
        self._left = 0

    def send(self, command: Command) -> None:
        self.sent.append(command)
        if isinstance(command, Start):
            self.training = Training(replace(command.options, device="cpu"))
            self.ready()
        elif isinstance(command, Subscription):
            self._views = command.views
            self.report(FrameUpdate(self.frame()))
        elif isinstance(command, DoMove):
            self._held.append(command)
            if not self.hold:
                self.release()
        elif isinstance(command, RunFree):
            self._run, self._left = command, self._free
            self._step()
        elif isinstance(command, FrameAcknowledged):
            self._step()
        elif isinstance(command, Pause):
            self._end_run()
        elif isinstance(command, Asked) and not self.thinks:
            self.reply(command)

    def reply(self, asked: Asked) -> None:
        """Answer a request."""
        try:
            self.report(Answered(asked.number, self._answer(asked.request)))
        except Rejected as error:
            self.report(Answered(asked.number, error=error.notice))

    def _answer(self, request: Request[Any]) -> Any:
        if isinstance(request, ListDevices):
            return DEVICES
        if isinstance(request, Explain):
            return explained(self.training, request)
        if isinstance(request, Parity):
            return compared(self.training, request)
        if isinstance(request, Export):
            return SCRIPT
        if isinstance(request, Print):
            return tuple(f"{name} of {self.training.cursor}" for name in request.names)
        assert isinstance(request, RunLab), request
        return handler_of(request)(request, None)

    def restart(self) -> None:
        self.restarts += 1
        self._held.clear()
        self._run = None
        self.ready()
        self.report(FrameUpdate(self.frame()))

    def resume(self, saved: SavedSession, path: Path) -> None:
        self.send(Start(saved.options))
        for _ in range(saved.snapshot.position.iteration):
            self.training.finish()
        self.report(FrameUpdate(self.frame()))

    def set_aside(self) -> None:
        self.aside = self.training

    def take_up(self) -> None:
        if self.aside is not None:
            self.training, self.aside = self.aside, None
            self.ready()
            self.report(FrameUpdate(self.frame()))

    def close(self) -> None:
        self.closed = True

    def ready(self) -> None:
        """Say that init has been run."""
        options = self.training.options
        printed = "Net(\n  (conv1): Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1))\n)"
        self.report(Ready(options, CPU, "2.13.0", 1, "AVX2", "float32", printed, PARAMETERS))

    def release(self) -> None:
        """Answer every move that is held."""
        while self._held:
            command = self._held.popleft()
            error = self.training.make(command.move)
            self.report(Moved(command.number, self.frame(), verbatim(error) if error else None))

    def say(self, report: Report) -> None:
        """Report something out of turn."""
        self.report(report)

    def frame(self, running: bool = False) -> Frame:
        """The frame at the cursor with the views that are looked at."""
        views = tuple(view(self.training, request) for request in self._views)
        return replace(self.training.frame(running), views=views)

    def asked(self, kind: type[C]) -> list[C]:
        """The requests of one class."""
        return [r.request for r in self.commands(Asked) if isinstance(r.request, kind)]

    @property
    def moves(self) -> list[Move]:
        """The moves that were asked for."""
        return [c.move for c in self.sent if isinstance(c, DoMove)]

    def commands(self, kind: type[C]) -> list[C]:
        """The commands of one class."""
        return [c for c in self.sent if isinstance(c, kind)]

    def _step(self) -> None:
        if self._run is not None and self._left > 0:
            self._left -= 1
            self.training.finish()
            self.report(FrameUpdate(self.frame(running=True)))

    def _end_run(self) -> None:
        if self._run is not None:
            number, self._run = self._run.number, None
            self.report(Moved(number, self.frame()))
        elif self.hold:
            self.release()


def view(training: Training, request: ViewRequest) -> View:
    """The answer to a request, reduced as the engine does it, by plain numpy."""
    state, values = tensor(training, request.tensor)
    if values is None:
        return View(request, state)
    made = (training.last.iteration, training.last.phase)
    count, height, width = tiling(values.shape, request.wrap)
    padded = np.full(count * height * width, np.nan)
    padded[: values.size] = values.ravel()
    tiles = padded.reshape(count, height, width)[request.first : request.first + request.count]
    low, high = float(values.min()), float(values.max())
    norm = math.sqrt(float((values**2).sum()))
    summary = Summary(low, high, float(values.mean()), float(values.std()), norm)
    dtype = "int64" if request.tensor == "target" else "float32"
    answer = View(request, "value", values.shape, dtype, made, summary=summary)
    if request.kind == "numbers":
        window = tiles[:, request.row :, request.col :][:, : request.rows, : request.cols]
        return replace(answer, values=window.copy())
    scale = fit_scale(summary, request.scale)
    down, rows = blocks(height, request.rows)
    across, cols = blocks(width, request.cols)
    pixels = reduced(reduced(tiles, 1, down, rows), 2, across, cols)
    levels = as_levels(pixels, scale)
    levels[np.isnan(pixels)] = ABSENT
    moved = request.scale is not None and request.scale != scale
    return replace(answer, levels=levels, scale=scale, scale_moved=moved, block=(down, across))


def reduced(
    tiles: npt.NDArray[np.float64], axis: int, block: int, pixels: int
) -> npt.NDArray[np.float64]:
    """Blocks along ``axis``, each by its number of largest magnitude; NaN: nothing there."""
    tiles = tiles.take(range(min(tiles.shape[axis], block * pixels)), axis)
    missing = [(0, block * pixels - tiles.shape[axis] if n == axis else 0) for n in range(3)]
    padded = np.pad(tiles, missing, constant_values=np.nan)
    shape = (*padded.shape[:axis], pixels, block, *padded.shape[axis + 1 :])
    parts = padded.reshape(shape)
    size = np.where(np.isnan(parts), -1.0, np.abs(parts))
    largest = np.expand_dims(size.argmax(axis=axis + 1), axis + 1)
    found: npt.NDArray[np.float64] = np.take_along_axis(parts, largest, axis + 1)
    return found.squeeze(axis + 1)
