"""Two training loops from top to bottom, and what they had at the end of each iteration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.harness.oracle import LeNet, State, digits, digits_order, make_optimizer, sha, state_of


@dataclass
class Iteration:
    """Digests of the end of an iteration; ``activations``: of each op of the forward, in order."""

    state: State
    loss: float
    activations: list[str]


def activations(net: LeNet, input: Tensor) -> list[Tensor]:
    """Every value that the notebook's forward passes through."""
    a1 = net.conv1(input)
    r1 = F.relu(a1)
    p1 = F.max_pool2d(r1, (2, 2))
    a2 = net.conv2(p1)
    r2 = F.relu(a2)
    p2 = F.max_pool2d(r2, 2)
    flat = p2.view(-1, 400)
    f1 = net.fc1(flat)
    r3 = F.relu(f1)
    f2 = net.fc2(r3)
    r4 = F.relu(f2)
    return [a1, r1, p1, a2, r2, p2, flat, f1, r3, f2, r4, net.fc3(r4)]


def notebook(seed: int, iterations: int, device: str = "cpu") -> Iterator[Iteration]:
    """The notebook's cells, in its order; all that is drawn is drawn on the CPU."""
    torch.manual_seed(seed)
    net = LeNet()
    input = torch.randn(1, 1, 32, 32)
    torch.randn(1, 10)  # the random gradient of "out.backward(torch.randn(1, 10))"
    target = torch.randn(10)
    target = target.view(1, -1)
    net, input, target = net.to(device), input.to(device), target.to(device)
    criterion = nn.MSELoss()
    for _ in range(iterations):
        values = [sha(a) for a in activations(net, input)]
        out = net(input)
        loss = criterion(out, target)
        net.zero_grad()
        loss.backward()
        for f in net.parameters():
            assert f.grad is not None
            f.data.sub_(f.grad.data * 0.01)
        yield Iteration(state_of(net), loss.item(), values)


def classes(
    seed: int,
    iterations: int,
    batch: int,
    optimizer: str = "manual",
    *,
    lr: float = 0.01,
    device: str = "cpu",
) -> Iterator[Iteration]:
    """Digits, cross-entropy, and an optimizer of torch's (or by hand)."""
    images, labels = (tensor.to(device) for tensor in digits())
    torch.manual_seed(seed)
    net = LeNet().to(device)
    criterion = nn.CrossEntropyLoss()
    optim = make_optimizer(optimizer, net, lr)
    done = 0
    for epoch in range(1_000_000):
        for picked in torch.split(digits_order(seed, epoch), batch):
            if done == iterations:
                return
            values = [sha(a) for a in activations(net, images[picked])]
            output = net(images[picked])
            loss = criterion(output, labels[picked])
            net.zero_grad()
            loss.backward()
            if optim:
                optim.step()
            else:
                for p in net.parameters():
                    assert p.grad is not None
                    p.data.sub_(p.grad.data * lr)
            yield Iteration(state_of(net), loss.item(), values)
            done += 1
