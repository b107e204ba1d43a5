"""A general-purpose tracer recording the same iteration, beside our own recording: told only."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import torch
from torch import nn

from lenet_tui.training.engine import dataset
from lenet_tui.training.engine.model import Net
from tests.benchmarks.engine import plain_loop
from tests.benchmarks.measure import Result, Row, Skipped, paired, result

ITERATIONS = 3
ROUNDS = 5


def traced(batch: int) -> Result:
    """Iterations whose forward torchlens records, each activation of it, over plain ones."""
    if find_spec("torchlens") is None:
        raise Skipped("torchlens is not installed")
    import torchlens  # type: ignore[import-not-found]  # noqa: PLC0415 - not needed else

    record: Callable[..., Any] = getattr(torchlens, "trace", None) or torchlens.log_forward_pass
    torch.manual_seed(0)
    net, criterion, digits = Net(), nn.CrossEntropyLoss(), dataset.load("digits").train

    def loop() -> None:
        for number in range(ITERATIONS):
            picked = torch.arange(number * batch, (number + 1) * batch)
            images, labels = digits.batch(picked)
            record(net, images)
            loss = criterion(net(images), labels)
            net.zero_grad()
            loss.backward()
            for p in net.parameters():
                assert p.grad is not None
                p.data.sub_(p.grad.data * 0.01)

    ratios, plain = paired(loop, plain_loop(batch, ITERATIONS), ROUNDS)
    what = "time over a plain iteration"
    return result(f"torchlens-batch-{batch}", ratios, None, what, baseline=plain)


TRACERS = {
    "torchlens-batch-1": Row(lambda: traced(1), 3, 0),
    "torchlens-batch-64": Row(lambda: traced(64), 3, 0),
}
