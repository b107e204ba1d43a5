"""The engine against a plain PyTorch loop of the same net, on the same batch, in the same run."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from lenet_tui.history.engine.session import Session
from lenet_tui.protocol.iteration_plan import Segment
from lenet_tui.protocol.messages import DoMove, Report
from lenet_tui.protocol.moves import Back, Goto, Move, Run
from lenet_tui.protocol.options import resolve
from lenet_tui.protocol.phases import TURN
from lenet_tui.tape.engine.progress import RecorderProgress
from lenet_tui.tape.engine.recorder import TapeRecorder
from lenet_tui.training.engine import dataset
from lenet_tui.training.engine.model import Net
from lenet_tui.training.engine.trainer import Trainer
from tests.benchmarks.measure import Result, Row, paired, result, rounds, seconds
from tests.harness.driving import LocalStore

ITERATIONS = 100
LONG = 500
RUN = 1000
"""Iterations of a run flat out: what it begins and ends with, a tape, is no part of them."""


class Unwatched:
    """Nobody looks, nobody stops it."""

    def stop_wanted(self) -> bool:
        return False

    def between_iterations(self) -> None:
        pass

    def frame_wanted(self) -> bool:
        return False

    def send(self, report: Report) -> None:
        pass


def plain_loop(batch: int, iterations: int = ITERATIONS) -> Callable[[], None]:
    """The loop a person would write, over the digits in order."""
    torch.manual_seed(0)
    net, criterion = Net(), nn.CrossEntropyLoss()
    digits = dataset.load("digits").train
    place = 0

    def loop() -> None:
        nonlocal place
        for _ in range(iterations):
            picked = torch.arange(place, place + batch)
            place = (place + batch) % (len(digits) - batch)
            images, labels = digits.batch(picked)
            loss = criterion(net(images), labels)
            net.zero_grad()
            loss.backward()
            for p in net.parameters():
                assert p.grad is not None
                p.data.sub_(p.grad.data * 0.01)

    return loop


def flat() -> Result:
    """Flat out, nobody looking: iterations per second over the plain loop's."""
    session = Session(resolve("digits", evaluate_every=0), LocalStore(), Unwatched())

    times, plain = paired(move(session, Run(RUN)), plain_loop(1, RUN), 8)
    speeds, what = [1 / time for time in times], "iterations/s over a plain loop"
    return result("engine-flat-out", speeds, 0.95, what, at_most=False, baseline=plain)


def recorded(batch: int, bound: float) -> Result:
    """Every op with its gradients on the tape: time over the plain loop's."""
    player = TapeRecorder(Trainer(resolve("digits", batch_size=batch)), RecorderProgress(), 0.0)
    iteration = 0

    def run() -> None:
        nonlocal iteration
        for _ in range(ITERATIONS):
            iteration += 1
            player.begin(iteration)
            for phase in TURN:
                player.open(Segment(phase))
                player.complete()

    ratios, plain = paired(run, plain_loop(batch), 15 if batch == 1 else 7)
    what = "time over a plain iteration"
    return result(f"recorded-batch-{batch}", ratios, bound, what, baseline=plain)


def seek(iterations: int) -> Result:
    """The slowest of some seeks over its bound.

    The bound: 50 ms and (32 + iterations × keyframe bytes / budget) plain iterations.
    """
    session = Session(resolve("digits"), LocalStore(), Unwatched())
    session.do(DoMove(0, Run(iterations)))
    plain = plain_times()
    index = session.history.index
    allowed = 0.05 + (32 + iterations * max(index.sizes.values()) / index.budget) * min(plain)
    targets = [iterations * n // 13 + 31 for n in range(13)]
    ratios = [seconds(move(session, Goto(min(to, iterations)))) / allowed for to in targets]
    slowest, what = max(ratios), "slowest over its bound"
    spread = min(ratios), slowest
    return Result(f"seek-{iterations}", slowest, spread, 1.0, True, what, baseline=plain)


def history() -> Result:
    """Bytes that history takes over its budget, which is made too small for the session."""
    session = Session(resolve("digits", history_mb=8), LocalStore(), Unwatched())
    ratios = []
    for _ in range(4):
        session.do(DoMove(0, Run(1000)))
        ratios.append(session.history.bytes / session.history.index.budget)
    return result("history-memory", ratios, 1.0, "bytes over the budget")


def undo() -> Result:
    """Undoing an op within the iteration, far into a session, over 10 ms."""
    session = Session(resolve("digits"), LocalStore(), Unwatched())
    session.do(DoMove(0, Run(2000)))
    ratios = [seconds(move(session, Back("op"))) / 0.01 for _ in rounds(40)]
    return result("undo-op", ratios, 1.0, "time over 10 ms", baseline=plain_times())


def plain_times() -> tuple[float, ...]:
    """Seconds that a plain iteration takes, a few times: what a busy machine is seen by."""
    loop = plain_loop(1)
    loop()
    return tuple(seconds(loop) / ITERATIONS for _ in range(5))


def move(session: Session, made: Move) -> Callable[[], None]:
    """The move as something to be timed."""

    def make() -> None:
        session.do(DoMove(0, made))

    return make


ENGINE = {
    "engine-flat-out": Row(flat, 20, 7),
    "recorded-batch-1": Row(lambda: recorded(1, 1.8), 6, 3),
    "recorded-batch-64": Row(lambda: recorded(64, 1.25), 10, 5),
    "undo-op": Row(undo, 4, 4),
    "seek-1000": Row(lambda: seek(1000), 3, 3),
    "seek-10000": Row(lambda: seek(10_000), 13, 0),
    "seek-100000": Row(lambda: seek(100_000), 90, 0),
    "history-memory": Row(history, 6, 5),
}
