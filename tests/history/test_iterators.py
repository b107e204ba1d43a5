"""Iterators beside the data are drawn from again: walks end in the plain loop's bits."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from lenet_tui.training.engine import iterators
from tests.harness.driving import Drive
from tests.harness.plain_loop import states

MODEL = """
import itertools
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)
        self.scales = itertools.cycle([1.0, 0.5, 0.25])

    def forward(self, x):
        return self.fc(x) * next(self.scales)

def noise():
    while True:
        yield torch.randn(4, 3)

model, noises = Net(), noise()
data = [torch.randn(4, 3) for _ in range(3)]
extra = torch.utils.data.DataLoader(range(5), shuffle=True)
more = iter(extra)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
"""
STEP = """
def made():
    pairs, count = zip(range(100), itertools.count(3)), 0
    def step(batch):
        global more
        nonlocal count
        count += 1
        try:
            weight = next(more)
        except StopIteration:
            more = iter(extra)
            weight = next(more)
        drawn = next(noises)
        drawn.mul_(0.1)
        optimizer.zero_grad()
        loss = (model(batch + drawn) * (weight + count)).square().mean() * sum(next(pairs))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1)
        optimizer.step()
        return loss
    return step

step = made()
"""
LOSS = """
data = [(x, x) for x in data]

def loss(output, target):
    return (output + next(noises)[:, :2]).square().mean()
"""


@pytest.mark.parametrize("how", [STEP, LOSS])
def test_a_walk_ends_in_the_bits_of_the_plain_loop(how: str, tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(MODEL + how)
    plain = [state for state, _ in islice(states("own", folder=tmp_path), 14)]
    drive = Drive("", model=str(file))
    assert drive.session.navigator.trainer.attributes.write()
    for move in (
        "run 9",
        "back iteration",
        "goto 2",
        "run 1",
        "goto 12",
        "goto 5",
        "back op",
        "finish",
    ):
        drive(move)
        if drive.moved.frame.boundary:
            assert drive.state == plain[drive.at[0] - 1], move
    drive("goto 8")
    drive.again()
    for move in ("goto 6", "goto 11", "run 3", "goto 1"):
        assert drive(move).frame.divergence is None
        assert drive.state == plain[drive.at[0] - 1], move


def test_what_is_kept_no_longer_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(iterators, "MOST", 4)
    file = tmp_path / "own.py"
    file.write_text(MODEL + STEP)
    drive = Drive("", model=str(file))
    drive("run 9", "back iteration")
    refused = drive.tries("goto 2")
    assert "is an iterator, and only the last 4 of its values are kept" in str(refused.error)
    assert drive.at[0] == 8
