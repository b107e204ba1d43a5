"""What a recorder in Python costs at the least, so that ours can be judged by it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from tests.benchmarks.measure import Result, Row, paired, result
from tests.benchmarks.size import NETS, batches, plain_loop


class EachOp(TorchFunctionMode):
    """Keeps what each torch function returns, and nothing that would explain it."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[object] = []

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        made = func(*args, **kwargs) if kwargs else func(*args)
        self.kept.append(made.detach() if isinstance(made, torch.Tensor) else made)
        return made


def bare(name: str) -> Result:
    """Each op's result, each node's gradients, each updated value kept: over the plain loop's."""
    count = NETS[name].iterations
    times, plain = paired(bare_loop(name, count), plain_loop(name, count), 7)
    what = "the least recorder in Python, over a plain iteration"
    return result(f"bare-{name}", times, None, what, baseline=plain)


def bare_loop(name: str, iterations: int) -> Callable[[], None]:
    net, criterion, batch = NETS[name].on_device(), nn.CrossEntropyLoss(), batches()
    kept: list[object] = []

    def loop() -> None:
        nonlocal kept
        for _ in range(iterations):
            images, labels = next(batch)
            gradients: list[object] = []
            keep = partial(_keep, gradients)
            with EachOp() as ops:
                loss = criterion(net(images), labels)
            net.zero_grad()
            for node in _nodes(loss):
                node.register_hook(keep)
            loss.backward()
            values = []
            for p in net.parameters():
                assert p.grad is not None
                p.data.sub_(p.grad.data * 0.01)
                values.append(p.detach().clone())
            kept = [ops.kept, gradients, values]

    return loop


def _keep(gradients: list[object], *both: object) -> None:
    """Keep what goes into a node of the graph, and what comes out of it."""
    gradients.append(both)


def _nodes(loss: torch.Tensor) -> set[Any]:
    """The nodes of a loss's graph."""
    found: set[Any] = set()
    left: list[Any] = [loss.grad_fn]
    while left:
        if (node := left.pop()) is not None and node not in found:
            found.add(node)
            left += [following for following, _ in node.next_functions]
    return found


BARE = {"bare-many": Row(partial(bare, "many"), 7, 0)}
