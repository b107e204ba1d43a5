"""What a person would do instead: a notebook cell with matplotlib, against one ``f`` in the app."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor, nn

from lenet_tui.training.engine import dataset
from lenet_tui.training.engine.model import Net
from tests.benchmarks.keys import ours
from tests.benchmarks.measure import Result, Row, Skipped, result, rounds, seconds

ROUNDS = 7


def notebook_cell() -> Result:
    """One ``f``, from the key until the screen is whole, over the cell's iteration and figure.

    The cell draws what the app shows then: conv1.weight and its gradient, the input, the output's
    bars and the losses, to a PNG of matplotlib's own default size.
    """
    if find_spec("matplotlib") is None:
        raise Skipped("matplotlib is not installed")
    cell = make_cell()
    cell()
    ratios, plain = [], []
    with ours() as keys:
        for _ in rounds(ROUNDS):
            keys.quiet()
            began = time.perf_counter()
            keys.terminal.send("f")
            last = began
            while time.perf_counter() - last < 0.3:  # nothing more comes: the last was all
                if keys.terminal.read(0.001):
                    last = time.perf_counter()
            plain.append(seconds(cell))
            ratios.append((last - began) / plain[-1])
    what = "one f over a cell with the same heatmaps"
    return result("notebook-cell", ratios, 1.0, what, baseline=plain)


def make_cell() -> Callable[[], None]:
    """The cell, ready to be run again and again."""
    import matplotlib as mpl  # type: ignore[import-not-found]  # noqa: PLC0415 - not needed else

    mpl.use("Agg")
    from matplotlib import pyplot  # noqa: PLC0415

    torch.manual_seed(0)
    net, criterion, digits = Net(), nn.CrossEntropyLoss(), dataset.load("digits").train
    losses: list[float] = []

    def cell() -> None:
        image, label = digits.batch(torch.tensor([len(losses)]))
        output = net(image)
        loss = criterion(output, label)
        net.zero_grad()
        loss.backward()
        for p in net.parameters():
            assert p.grad is not None
            p.data.sub_(p.grad.data * 0.01)
        losses.append(loss.item())
        figure, axes = pyplot.subplots(2, 3)
        weight = net.conv1.weight
        assert weight.grad is not None
        _heat(axes[0, 0], _row(weight), "RdBu")
        _heat(axes[1, 0], _row(weight.grad), "RdBu")
        _heat(axes[0, 1], image[0, 0], "gray")
        axes[1, 1].barh(range(10), output.softmax(1)[0].detach().numpy())
        axes[0, 2].plot(losses)
        figure.savefig(io.BytesIO(), format="png")
        pyplot.close(figure)

    return cell


def _row(kernels: Tensor) -> Tensor:
    """Six kernels side by side: (6, 1, 5, 5) to (5, 30)."""
    return kernels.detach()[:, 0].permute(1, 0, 2).reshape(5, -1)


def _heat(axes: Any, values: Tensor, colours: str) -> None:
    axes.imshow(values.numpy(), cmap=colours)


NOTEBOOK = {"notebook-cell": Row(notebook_cell, 10, 0)}
