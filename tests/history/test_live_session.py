"""A session on a script's objects in the middle of its loop: the loop never knows."""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_
from torch.utils.data import DataLoader, TensorDataset

from tests.harness.lent import BATCH, CLASSES, backward, look, net, samples
from tests.harness.plain_loop import bits

Look = Callable[..., Any]


class Loop:
    """One loop, into which somebody may look. ``end`` gives all that came out."""

    def __init__(self, look: Look | None) -> None:
        random.seed(1), np.random.seed(1), torch.manual_seed(1)
        self._look = look
        self.losses: list[str] = []

    def batches(self, workers: int = 0) -> DataLoader[Any]:
        data = TensorDataset(*samples())
        self.generator = torch.Generator().manual_seed(3)
        return DataLoader(data, BATCH, shuffle=True, generator=self.generator, num_workers=workers)

    def look(self, number: int, *given: Any, **more: Any) -> None:
        if self._look and number in (0, 2):
            self._look(*given, **more)

    def note(self, loss: Any) -> None:
        self.losses.append(bits(torch.as_tensor(loss)))

    def end(self, *modules: nn.Module) -> list[Any]:
        drawn = [bits(torch.rand(3)), random.random(), float(np.random.rand())]
        for module in modules:
            drawn += [bits(t) for t in module.state_dict().values()]
            drawn += [p.grad if p.grad is None else bits(p.grad) for p in module.parameters()]
        return [*self.losses, *drawn]


def sgd(loop: Loop) -> list[Any]:
    model = net(nn.BatchNorm1d(12), nn.Dropout(0.4))
    optimizer, criterion = torch.optim.SGD(model.parameters(), 0.1, 0.9), nn.CrossEntropyLoss()
    for number, (x, y) in enumerate(loop.batches()):
        loop.look(number, model, (x, y), criterion, optimizer)
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loop.look(number, model, (x, y), criterion, optimizer)  # a graph waits for its backward
        backward(loss)
        loop.look(number, model, (x, y), criterion, optimizer)
        optimizer.step()
        loop.note(loss)
    return loop.end(model)


def adamw(loop: Loop, workers: int = 0) -> list[Any]:
    model = net(nn.Dropout(0.2))
    optimizer = torch.optim.AdamW(model.parameters(), 0.01)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=20)
    for number, (x, y) in enumerate(loop.batches(workers)):
        loop.look(
            number, model, (x, y), nn.functional.cross_entropy, optimizer, scheduler=scheduler
        )
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        backward(loss)
        optimizer.step()
        scheduler.step()
        loop.note(loss)
    return [*loop.end(model), scheduler.get_last_lr(), len(optimizer.state)]


def mixed(loop: Loop) -> list[Any]:
    model = net(nn.LayerNorm(12))
    optimizer = torch.optim.AdamW(model.parameters(), 0.01)
    scaler = torch.amp.GradScaler("cpu", init_scale=256.0, growth_interval=2)

    def train_step(batch: tuple[Tensor, Tensor]) -> Tensor:
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16):
            loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
        backward(scaler.scale(loss))
        scaler.unscale_(optimizer)
        clip_grad_norm_(model.parameters(), 0.5)
        scaler.step(optimizer)
        scaler.update()
        return loss

    for number, batch in enumerate(loop.batches()):
        loop.look(number, train_step, batch)
        with torch.autocast("cpu", torch.bfloat16):  # where the weights' casts are kept
            loop.look(number, model, batch, nn.CrossEntropyLoss(), optimizer, scaler=scaler)
            loop.note(model(batch[0]).float().sum())
        loop.note(train_step(batch))
    return [*loop.end(model), scaler.get_scale(), scaler.state_dict()]


def fused(loop: Loop) -> list[Any]:
    """Its kernel writes parameters and state without counting that, and so does the scaler."""
    model = net(nn.LayerNorm(12))
    optimizer = torch.optim.AdamW(model.parameters(), 0.01, fused=True)
    scaler = torch.amp.GradScaler("cpu", init_scale=256.0, growth_interval=2)

    def train_step(batch: tuple[Tensor, Tensor]) -> Tensor:
        optimizer.zero_grad(set_to_none=False)
        loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
        backward(scaler.scale(loss))
        scaler.unscale_(optimizer)
        scaler.step(optimizer)
        scaler.update()
        return loss

    for number, batch in enumerate(loop.batches()):
        loop.look(number, train_step, batch)
        loop.look(number, model, batch, nn.CrossEntropyLoss(), optimizer, scaler=scaler)
        loop.note(train_step(batch))
    state = [{k: bits(v) for k, v in s.items()} for s in optimizer.state.values()]
    return [*loop.end(model), state, str(scaler.state_dict())]


class Registry(OrderedDict[Any, Any]):
    """A dictionary that makes something of each look into it, as libraries have."""

    def __getitem__(self, name: Any) -> Any:
        return super().__getitem__(name)()


REGISTRY = Registry()


def counting(loop: Loop) -> list[Any]:
    """Whatever else a step may change: names around it, attributes, generators, its own state."""
    model, teacher = net(), net()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    noise = torch.Generator().manual_seed(7)
    calls, best, history = 0, float("inf"), list[float]()
    log = [0.5] * 20_000
    REGISTRY.clear()
    REGISTRY["tanh"] = nn.Tanh
    mean = torch.zeros(CLASSES)

    def train_step(batch: tuple[Tensor, Tensor], seen: dict[str, int] = {}) -> Tensor:  # noqa: B006
        nonlocal calls, best
        assert isinstance(REGISTRY["tanh"], nn.Tanh)
        REGISTRY[calls] = nn.ReLU
        calls, seen["n"] = calls + 1, seen.get("n", 0) + 1
        x = batch[0] + torch.randn(batch[0].shape, generator=noise) * random.random()
        output = model.train(calls % 2 == 1)(x * (1 + 0.1 * np.random.rand()))
        mean.mul_(0.9).add_(output.detach().mean(0))
        mean.data.add_(0.5)
        loss = nn.functional.mse_loss(output, teacher(x).detach()) + mean.sum() * 0
        model.zero_grad(set_to_none=False)
        backward(loss)
        optimizer.step()
        with torch.no_grad():
            for mine, theirs in zip(model.parameters(), teacher.parameters(), strict=True):
                theirs.lerp_(mine, 0.01 / calls)
        best = min(best, loss.item())
        history.append(best)
        log.append(best)
        vars(model)["seen"] = history[-3:]
        return loss

    for number, batch in enumerate(loop.batches()):
        loop.look(number, train_step, batch)
        loop.note(train_step(batch))
    facts = [
        calls,
        best,
        history,
        bits(mean),
        train_step.__defaults__,
        model.training,
        vars(model).get("seen"),
    ]
    facts.append(log[20_000:])
    facts.append(list(OrderedDict.items(REGISTRY)))
    return [*loop.end(model, teacher), *facts, bits(torch.rand(2, generator=noise))]


def lbfgs(loop: Loop) -> list[Any]:
    model = net()
    optimizer = torch.optim.LBFGS(model.parameters(), 0.1, max_iter=3)
    for number, (x, y) in enumerate(loop.batches()):

        def closure(x: Tensor = x, y: Tensor = y) -> Tensor:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            backward(loss)
            return loss

        loop.look(number, model, (x, y), nn.CrossEntropyLoss(), optimizer)
        loop.look(number, model, None, lambda: closure(), optimizer)  # noqa: PLW0108
        loop.note(optimizer.step(closure))  # type: ignore[no-untyped-call]
    return loop.end(model)


class Language(nn.Module):
    """A model that takes its batch by names and returns its loss among other things."""

    def __init__(self) -> None:
        super().__init__()
        self.table, self.head = nn.Embedding(9, 4), nn.Linear(4, 9)

    def forward(self, ids: Tensor, labels: Tensor, scale: float = 1.0) -> dict[str, Tensor]:
        logits = self.head(self.table(ids))
        return {"loss": nn.functional.cross_entropy(logits, labels) * scale, "logits": logits}


def by_names(loop: Loop) -> list[Any]:
    model = Language()
    optimizer = torch.optim.Adam(model.parameters(), 0.01, amsgrad=True)
    for number in range(4):
        batch = {"ids": torch.arange(9), "labels": torch.randint(9, (9,)), "scale": 0.5}
        loop.look(number, model, batch, None, optimizer)
        optimizer.zero_grad()
        loss = model(**batch)["loss"]
        backward(loss)
        optimizer.step()
        loop.note(loss)
    return loop.end(model)


LOOPS = (
    fused,
    *(
        pytest.param(loop, marks=pytest.mark.slow)
        for loop in (adamw, sgd, mixed, counting, lbfgs, by_names)
    ),
)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Two threads on busy cores are no faster, and many times slower."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop.__name__)
def test_a_loop_goes_on_as_if_nobody_had_looked(loop: Callable[[Loop], list[Any]]) -> None:
    settings = torch.get_num_threads(), torch.is_grad_enabled(), torch.nn.utils.clip_grad_norm_
    plain = loop(Loop(None))
    assert loop(Loop(look)) == plain
    assert settings == (
        torch.get_num_threads(), torch.is_grad_enabled(), torch.nn.utils.clip_grad_norm_
    )  # fmt: skip


@pytest.mark.slow
def test_a_loader_with_workers_goes_on_too() -> None:
    with_workers = partial(adamw, workers=2)
    assert with_workers(Loop(look)) == with_workers(Loop(None))
