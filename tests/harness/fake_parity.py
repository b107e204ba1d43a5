"""Comparisons with other devices for tests of the screen: a fault on the GPU, none in float64."""

from __future__ import annotations

import math

from lenet_tui.parity.result import Parity, ParityResult, ParityRow
from lenet_tui.text.notice import verbatim
from tests.harness.fake_training import PARAMETERS, Training

REFERENCE, GPU, DOUBLE = "cpu · float32", "cuda:0 · float32", "cpu · float64"
FORWARD = (
    ("conv1", "conv2d", (1, 6, 28, 28)),
    ("conv1.relu", "relu", (1, 6, 28, 28)),
    ("conv1.max_pool2d", "max_pool2d", (1, 6, 14, 14)),
    ("conv2", "conv2d", (1, 16, 10, 10)),
    ("conv2.relu", "relu", (1, 16, 10, 10)),
    ("conv2.max_pool2d", "max_pool2d", (1, 16, 5, 5)),
    ("conv2.view", "view", (1, 400)),
    ("fc1", "linear", (1, 120)),
    ("fc1.relu", "relu", (1, 120)),
    ("fc2", "linear", (1, 84)),
    ("fc2.relu", "relu", (1, 84)),
    ("fc3", "linear", (1, 10)),
)
NODE = "MaxPool2DWithIndicesBackward0"
FAULT = 3
"""The op of the forward from which the GPU goes wrong."""


def compared(training: Training, command: Parity) -> ParityResult:
    """The first is a GPU whose second convolution is wrong; there a node has another kernel."""
    other = command.device or GPU
    if other not in (GPU, DOUBLE):
        return ParityResult(REFERENCE, other, (GPU, DOUBLE), error=verbatim("it is not here"))
    wrong = other == GPU
    rows = [
        _row("forward", name, op, shape, wrong and number >= FAULT)
        for number, (name, op, shape) in enumerate(FORWARD)
    ]
    rows.append(_row("loss", "loss", "cross_entropy", (), wrong))
    rows.append(ParityRow("backward", "conv2.max_pool2d", NODE, apart="missing" if wrong else ""))
    for p in reversed(PARAMETERS):
        rows.append(_row("backward", p.name, "AccumulateGrad", p.shape, wrong))
    rows += [_row("update", p.name, "update", p.shape, False) for p in PARAMETERS]
    iteration = max(training.last.iteration, 1)
    return ParityResult(REFERENCE, other, (GPU, DOUBLE), iteration, 0, 1, tuple(rows))


def _row(phase: str, name: str, op: str, shape: tuple[int, ...], wrong: bool) -> ParityRow:
    difference, share, past = (3.2e-4, 12.5, 3) if wrong else (1.57e-7, 0.0144, 0)
    count, parameter = math.prod(shape), name if op == "AccumulateGrad" else ""
    return ParityRow(phase, name, op, parameter, shape, count, difference, 0.98, share, past)
