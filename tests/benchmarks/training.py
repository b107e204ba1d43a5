"""``lenet-tui train`` against the loop that a person would write, with losses and evaluation."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
import torch.nn.functional as F
from torch import nn

from lenet_tui.cli.blocking_engine import BlockingEngine
from lenet_tui.cli.checkpoint import Checkpoint
from lenet_tui.protocol.messages import DoMove, Subscription
from lenet_tui.protocol.moves import Goto
from lenet_tui.protocol.options import resolve
from lenet_tui.protocol.schedules import parse_schedule
from lenet_tui.training.engine import dataset
from lenet_tui.training.engine.model import Net
from tests.benchmarks.measure import Result, Row, paired, result

BATCH, EPOCHS, LENGTH = 16, 5, 90
SCHEDULE = "warmup:90+cosine:1000000"


def plain() -> Callable[[], None]:
    """``EPOCHS`` epochs: shuffled batches, AdamW, a schedule, each loss, a test after each."""
    torch.manual_seed(0)
    net, criterion = Net(), nn.CrossEntropyLoss()
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.001)
    rule = parse_schedule(SCHEDULE).factor
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, rule)
    data = dataset.load("digits")
    inputs, targets = data.test.batch(torch.arange(len(data.test)))
    losses: list[float] = []
    tests: list[tuple[int, float]] = []

    def loop() -> None:
        for _ in range(EPOCHS):
            for picked in torch.randperm(len(data.train)).split(BATCH):  # type: ignore[no-untyped-call]
                images, labels = data.train.batch(picked)
                loss = criterion(net(images), labels)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()
                losses.append(loss.item())
            net.eval()
            with torch.no_grad():
                output = net(inputs)
                right = int((output.argmax(1) == targets).sum())
                tests.append((right, F.cross_entropy(output, targets).item()))
            net.train()

    return loop


@cache
def begun() -> Callable[[], None]:
    """The loop of this process, which goes on each time."""
    torch.set_num_threads(1)
    return plain()


def again() -> None:
    """Run the loop in the process that this is called in."""
    begun()()


def train() -> Result:
    """Iterations per second of the command's engine, with its frames, over the plain loop's.

    Its checkpoint is written meanwhile, as the command does by itself.
    """
    options = resolve(
        "digits", device="cpu", batch_size=BATCH, optimizer="adamw", lr=0.001, schedule=SCHEDULE
    )
    done = 0
    # The engine's client has malloc map large blocks: the plain loop has a process without one.
    alone = ProcessPoolExecutor(1, get_context("spawn"))
    with alone, BlockingEngine(lambda frame: None) as engine:
        engine.start(options)
        engine.send(Subscription(tape=False))

        def run() -> None:
            nonlocal done
            done += EPOCHS * LENGTH
            moved = engine.move(DoMove(1, Goto(done)))
            assert moved.frame.evaluation is not None
            assert moved.frame.evaluation.iteration == done

        with TemporaryDirectory() as folder, Checkpoint(engine, Path(folder) / "checkpoint"):
            times, baseline = paired(run, lambda: alone.submit(again).result(), 8)
    what = "iterations/s over a plain loop"
    speeds = [1 / time for time in times]
    return result("train", speeds, 0.95, what, at_most=False, baseline=baseline)


TRAINING = {"train": Row(train, 35, 0)}
