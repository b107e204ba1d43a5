"""Iterators inside containers and objects are drawn from again, to the plain loop's bits."""

from __future__ import annotations

import random
from itertools import islice
from pathlib import Path

import pytest

from lenet_tui.protocol.messages import Remark
from tests.harness.driving import Drive
from tests.harness.plain_loop import states

HEAD = """
import itertools
from collections import deque, namedtuple
from dataclasses import dataclass
import torch
from torch import nn
from torch.utils.data import DataLoader

model = nn.Linear(3, 2)
data = [torch.randn(4, 3) for _ in range(3)]
a = DataLoader(torch.randn(7, 3), batch_size=2, shuffle=True)
b = DataLoader(torch.randn(5, 3), batch_size=2, shuffle=True)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

def train(batch, *drawn):
    optimizer.zero_grad()
    loss = (model(batch) * (1 + sum(float(d.mean()) for d in drawn))).square().mean()
    loss.backward()
    optimizer.step()
    return loss
"""
SHAPES = {
    "list of cycles": """
streams, turn = [itertools.cycle(a), itertools.cycle(b)], 0
def step(batch):
    global turn
    turn = (turn + 1) % 2
    return train(batch, next(streams[turn]))
""",
    "list made anew": """
loaders, streams = [a, b], [iter(a), iter(b)]
def step(batch):
    drawn = []
    for number, stream in enumerate(streams):
        try:
            drawn.append(next(stream))
        except StopIteration:
            streams[number] = iter(loaders[number])
            drawn.append(next(streams[number]))
    return train(batch, *drawn)
""",
    "dictionary with a model": """
state = {"model": model, "a": iter(a), "b": iter(b), "count": 0, "more": {"c": itertools.count(2)}}
def step(batch):
    state["count"] += next(state["more"]["c"])
    drawn = []
    for name, loader in (("a", a), ("b", b)):
        drawn.append(next(state[name], None))
        if drawn[-1] is None:
            state[name] = iter(loader)
            drawn[-1] = next(state[name])
    return train(batch / state["count"], *drawn)
""",
    "objects": """
class Stream:
    def __init__(self, loader):
        self.loader, self.it, self.epoch = loader, iter(loader), 0
    def __iter__(self):
        return self
    def __next__(self):
        try:
            return next(self.it)
        except StopIteration:
            self.it, self.epoch = iter(self.loader), self.epoch + 1
            return next(self.it) * self.epoch

@dataclass
class Both:
    first: object
    second: object

@dataclass(slots=True)
class Slotted:
    numbers: object

model.streams = Both(Stream(a), [Stream(b), Slotted(itertools.count())])
def step(batch):
    second, slotted = model.streams.second
    return train(batch * next(slotted.numbers), next(model.streams.first), next(second))
""",
    "tuples": """
Pair = namedtuple("Pair", "x y")
both, pair = (zip(itertools.cycle(a), itertools.cycle(b)), itertools.count(1)), Pair(
    enumerate(itertools.chain.from_iterable(iter(lambda: a, None))), model)
def step(batch):
    (x, y), n, (m, z) = next(both[0]), next(both[1]), next(pair.x)
    return train(batch / (n + m), x, y, z)
""",
    "queue": """
turns = deque([itertools.cycle(a), map(torch.neg, itertools.cycle(b)),
    itertools.islice(itertools.cycle(a), 3, None, 2)])
def step(batch):
    turns.rotate(1)
    return train(batch, next(turns[0]))
""",
    "generators over one another": """
def endless(loader):
    epoch = 0
    while True:
        epoch += 1
        for drawn in loader:
            yield drawn * epoch + torch.randn(())
base = endless(a)
def doubled():
    kept = []
    for drawn in base:
        kept = [*kept, drawn][-2:]
        yield kept[0] * 2
held = {"twice": doubled()}
def step(batch):
    return train(batch, next(held["twice"]), next(base))
""",
    "made in the step": """
class Stream:
    def __init__(self, loader):
        self.it = iter(loader)
stream, held = None, {}
def step(batch):
    global stream
    if stream is None:
        stream = Stream(b)
        held["it"] = iter(a)
    x, y = next(stream.it, None), next(held["it"], None)
    if x is None:
        stream = Stream(b)
        x = next(stream.it)
    if y is None:
        held["it"] = iter(a)
        y = next(held["it"])
    return train(batch, x, y)
""",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_walks_end_in_the_bits_of_the_plain_loop(shape: str, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(HEAD + SHAPES[shape])
    plain = [state for state, _ in islice(states("own", folder=tmp_path), 24)]
    drive = Drive("", model=str(tmp_path / "own.py"))
    draw = random.Random(shape)
    drive("run 9")
    for _ in range(14):
        move = draw.choice(["goto", "goto", "run 1", "back iteration", "back op", "finish", "kill"])
        if move == "kill":
            drive.again()
            continue
        move = f"goto {draw.randint(0, 22)}" if move == "goto" else move
        if move in ("run 1", "finish") and drive.at[0] > 20:
            continue
        assert drive(move).frame.divergence is None, move
        at = drive.at[0]
        if drive.moved.frame.boundary and at:
            assert drive.state == plain[at - 1], f"{move}: {at}"
    assert drive("goto 23").frame.divergence is None
    assert drive.state == plain[22]
    assert not [report for report in drive.hooks.sent if isinstance(report, Remark)]


SAID = {
    "reader": """
import csv
weights = csv.reader(f"{n}" for n in range(100))
unused, log = csv.reader([]), open("/dev/null", "w")
def step(batch):
    log.write("step")
    return train(batch * float(next(weights)[0]))
""",
    "counted": """
count = 0
def counted():
    global count
    while True:
        count += 1
        yield torch.ones(1)
numbers = [counted()]
def step(batch):
    return train(batch * count, next(numbers[0]))
""",
}
LINES = {
    "reader": "weights is an iterator of the type reader, which cannot be put back",
    "counted": "drawing from the iterator counted also changes other state",
}


@pytest.mark.parametrize("shape", SAID)
def test_what_cannot_be_exact_is_said_once(shape: str, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(HEAD + SAID[shape])
    drive = Drive("", model=str(tmp_path / "own.py"))
    drive("run 5", "back iteration", "goto 2", "run 2")
    (said,) = [report for report in drive.hooks.sent if isinstance(report, Remark)]
    assert LINES[shape] in str(said.notice)
