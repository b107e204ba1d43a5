"""Iterators inside containers and objects are drawn from again, to the plain loop's bits."""

from __future__ import annotations

import random
from itertools import islice
from pathlib import Path

import pytest

from lenet_tui.protocol.messages import Remark
from tests.harness.driving import Drive
from tests.harness.few import few
from tests.harness.plain_loop import states

HEAD = """
import itertools
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass
from typing import NamedTuple
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
    "ordered dictionary": """
streams = OrderedDict(a=iter(a), b=iter(b))
loaders, order = {"a": a, "b": b}, OrderedDict(x=1.0, y=2.0, z=3.0)
def step(batch):
    name = next(iter(streams))
    streams.move_to_end(name)
    order.move_to_end(next(iter(order)))
    drawn = next(streams[name], None)
    if drawn is None:
        del streams[name]
        streams[name] = iter(loaders[name])
        drawn = next(streams[name])
    return train(batch * next(iter(order.values())), drawn)
""",
    "dictionary with defaults": """
turn, counts = 0, defaultdict(int)
streams = defaultdict(lambda: iter(a), model=model)
def step(batch):
    global turn
    turn += 1
    drawn = next(streams[turn % 3], None)
    if drawn is None:
        del streams[turn % 3]
        drawn = next(streams[turn % 3])
    counts[turn % 5, int(drawn.sum() > 0)] += 1
    counts[turn % 4] += 2
    first = next(iter(counts.values()))
    if len(counts) > 8:
        counts.pop(next(iter(counts)))
    return train(batch / first / len(counts), drawn)
""",
    "counter": """
tokens, seen, total = itertools.cycle([3, 1, 2, 1, 1, 5]), Counter(), None
def step(batch):
    global total
    seen[next(tokens)] += 1
    if total is None:
        total = Counter(n=0)
    total["n"] += seen.most_common(1)[0][0]
    if total["n"] > 9:
        total = None
    return train(batch * seen.most_common(2)[-1][1] / (1 if total is None else 1 + total["n"]))
""",
    "tuples with names": """
State = namedtuple("State", "count total more")
class Both(NamedTuple):
    first: object
    second: object
class Sides(tuple):
    pass
state, both = State(0, torch.zeros(3), [(1, Sides([2, 3]))]), Both(itertools.cycle(a), model)
sides, shape = Sides([itertools.cycle(b), None]), torch.zeros(1).shape
def step(batch):
    global state, both, sides, shape
    drawn = next(both.first)
    more = [(state.more[0][0] + 1, Sides([state.more[0][1][1], state.count]))]
    state = state._replace(count=state.count + 1, total=state.total + drawn.mean(0), more=more)
    if state.count % 4 == 0:
        both = Both(iter(itertools.cycle(b)), model)
        sides = Sides([itertools.cycle(a), state.count])
    grown = state.more[0][1][0] + (sides[1] or 1) + len(shape)
    shape = torch.zeros([1] * (state.count % 3)).shape
    return train(batch * grown, drawn, next(sides[0]), state.total)
""",
    "containers of one's own": """
class Streams(list):
    turn = 0
    def __getitem__(self, place):
        return super().__getitem__(place % len(self))
    def next(self):
        self.turn += 1
        return next(self[self.turn])
class Config(dict):
    __getattr__ = dict.__getitem__
    __setattr__ = dict.__setitem__
class Empty(list):
    steps = 0
streams = Streams([itertools.cycle(a), itertools.cycle(b)])
config, empty = Config(net=model, numbers=itertools.count(1), scale=Config(by=1.0)), Empty()
def step(batch):
    config.scale.by = config.scale.by * 1.5 % 2
    empty.steps += 1
    if empty.steps % 3 == 0:
        streams.append(itertools.islice(itertools.cycle(b), empty.steps, None))
    if empty.steps % 7 == 0:
        streams.pop(0)
    return train(batch * config.scale.by / (next(config.numbers) + empty.steps), streams.next())
""",
    "lists that grow": """
pool, lanes, told = [model], {0: model, "0": 1.0}, 0
def step(batch):
    global told
    told += 1
    pool.append(itertools.cycle(a if told % 2 else b))
    if len(pool) > 4:
        del pool[1]
    lanes[told % 3 + 1] = [told, model, itertools.count(told)]
    if told % 5 == 0:
        lanes.pop(next(key for key in lanes if key not in (0, "0")))
    lanes["0"] += len(lanes)
    drawn = [next(each) for each in pool[1:]]
    lists = [each for each in lanes.values() if type(each) is list]
    mixed = [n * 10 + next(each[2]) for n, each in enumerate(lists)]
    return train(batch / lanes["0"] / sum(mixed), *drawn)
""",
    "tuple with a model": """
pair = (0, model, itertools.cycle(a))
def step(batch):
    global pair
    count, net, drawn = pair
    pair = (count + 1, net, itertools.cycle(b) if count % 4 == 3 else drawn)
    return train(batch / (1 + count), next(pair[2]))
""",
}


@pytest.mark.parametrize("length", few([6, 40]))
@pytest.mark.parametrize("shape", few(SHAPES, *list(SHAPES)[::4]))
def test_walks_end_in_the_bits_of_the_plain_loop(shape: str, length: int, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(HEAD + SHAPES[shape])
    plain = [state for state, _ in islice(states("own", folder=tmp_path), 24)]
    drive = Drive("", model=str(tmp_path / "own.py"))
    draw = random.Random(shape)
    drive("run 9")
    for _ in range(length):
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
SAID["later"] = """
epochs = []
def more():
    epochs.append(len(epochs))
def later(loader):
    while True:
        yield from loader
        more()
numbers = {"it": map(torch.neg, later([torch.ones(1)] * 5))}
def step(batch):
    return train(batch * (1 + len(epochs)), next(numbers["it"]))
"""
SAID["of a class"] = """
class Source:
    def __init__(self):
        self.epoch = 0
    def drawn(self):
        for number in itertools.count(1):
            if number % 6 == 5:
                self.epoch += 1
            yield torch.ones(1) * number
source = Source()
numbers = source.drawn()
def step(batch):
    return train(batch * (1 + source.epoch), next(numbers))
"""
LINES = {
    "reader": "weights is an iterator of the type reader, which cannot be put back",
    "counted": "drawing from the iterator counted also changes other state",
    "later": "drawing from the iterator map also changes other state",
    "of a class": "drawing from the iterator drawn also changes other state",
}


@pytest.mark.parametrize("shape", SAID)
def test_what_cannot_be_exact_is_said_once(shape: str, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(HEAD + SAID[shape])
    drive = Drive("", model=str(tmp_path / "own.py"))
    drive("run 9", "back iteration", "goto 2", "run 2")
    (said,) = [report for report in drive.hooks.sent if isinstance(report, Remark)]
    assert LINES[shape] in str(said.notice)
