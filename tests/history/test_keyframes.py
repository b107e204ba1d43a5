"""Keyframes: which are kept, and that nothing of a state is lost in one."""

from __future__ import annotations

import copy
import math
import random
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from lenet_tui.history.engine.keyframe import capture, check_fits, restore, unpack
from lenet_tui.history.keyframe_policy import FIRST_SPACING, LATEST, KeyframeIndex
from lenet_tui.protocol.options import Options, change, resolve
from lenet_tui.training.engine.trainer import Trainer


def test_within_its_budget_and_evenly_spaced_but_for_the_latest() -> None:
    index = KeyframeIndex(budget=1000)
    kept = set()
    for iteration in range(20_000):
        if index.due(iteration):
            kept.add(iteration)
            kept -= set(index.add(iteration, 30))
            assert sorted(kept)[-LATEST:] == [iteration - 32, iteration][-len(kept) :]
        assert index.used <= 1000
        assert kept == set(index.sizes)
    even = sorted(kept)[:-LATEST]
    assert {b - a for a, b in pairwise(even)} == {index.spacing}
    assert index.spacing == FIRST_SPACING * 32
    assert index.used > 400


def test_others_take_their_share_and_the_first_and_the_last_always_stay() -> None:
    index = KeyframeIndex(budget=100)
    index.add(0, 40)
    assert index.add(32, 40, others=20) == []
    assert index.add(64, 40, others=20) == [32]
    assert index.fit(others=60) == []
    assert index.add(96, 400) == [64]
    assert set(index.sizes) == {0, 96}
    assert index.nearest(10**6) == 96 and index.nearest(95) == 0


def test_the_nearest_is_the_last_one_before() -> None:
    index = KeyframeIndex(budget=10**9)
    for iteration in (0, 32, 64, 96):
        index.add(iteration, 1)
    luck = random.Random(0)
    for _ in range(100):
        iteration = luck.randrange(130)
        assert index.nearest(iteration) == min(iteration // 32 * 32, 96)
    assert index.drop_after(64) == [96]
    assert index.nearest(1000) == 64


class LookingThroughAll:
    """The same policy, which looks through all of them each time."""

    def __init__(self, budget: int) -> None:
        self.budget, self.spacing, self.halfway = budget, FIRST_SPACING, -1
        self.sizes: dict[int, int] = {}

    def add(self, iteration: int, size: int, others: int) -> list[int]:
        self.sizes[iteration] = size
        return self.fit(others)

    def fit(self, others: int) -> list[int]:
        own = [self.halfway] if self.halfway in self.sizes else []
        stay = [*sorted(self.sizes.keys() - {0, *own})[-LATEST:], *own]
        stay.sort(key=list(self.sizes).index)
        evicted = self._thin(stay)
        while sum(self.sizes.values()) + others > self.budget:
            if self.sizes.keys() - {0, *stay}:
                self.spacing *= 2
                evicted += self._thin(stay)
            elif len(stay) > 1:
                evicted.append(stay.pop(0))
                del self.sizes[evicted[-1]]
            else:
                break
        return evicted

    def _thin(self, stay: list[int]) -> list[int]:
        thin = [i for i in self.sizes if i % self.spacing and i not in stay]
        for i in thin:
            del self.sizes[i]
        return thin

    def drop_after(self, iteration: int) -> list[int]:
        gone = [i for i in self.sizes if i > iteration]
        self.sizes = {i: size for i, size in self.sizes.items() if i <= iteration}
        return gone


def test_what_is_evicted_is_the_same_as_if_all_were_looked_through() -> None:
    luck = random.Random(1)
    for budget in (90, 300, 1000, 10**9):
        index, plain, here = KeyframeIndex(budget), LookingThroughAll(budget), 0
        for _ in range(600):
            others = luck.choice([0, 0, 20])
            what = luck.choice(["on"] * 8 + ["back", "drop", "halfway", "fit"])
            if what == "on":
                here += 32
                wanted = [here, index.halfway] if here - 32 < index.halfway < here else [here]
                for iteration in filter(index.due, sorted(wanted)):
                    size = luck.choice([30, 30, 40])
                    gone = index.add(iteration, size, others)
                    assert sorted(gone) == sorted(plain.add(iteration, size, others))
            elif what == "back":
                here = luck.randrange(here + 1) // 32 * 32
            elif what == "drop":
                here = luck.randrange(here // 2, here + 1) // 32 * 32
                assert sorted(index.drop_after(here)) == sorted(plain.drop_after(here))
            elif what == "halfway":
                index.halfway = plain.halfway = luck.randrange(here + 64)
            else:
                assert sorted(index.fit(others)) == sorted(plain.fit(others))
            assert (index.sizes, index.spacing) == (plain.sizes, plain.spacing)
            assert index.used == sum(index.sizes.values())


def everything(trainer: Trainer) -> dict[str, Any]:
    """All that the next iterations depend on."""
    fixed = trainer.data.fixed
    return {
        "values": {n: p.detach().clone() for n, p in trainer.parameters.items()},
        "grads": {n: None if p.grad is None else p.grad.clone()
                  for n, p in trainer.parameters.items()},
        "buffers": {n: b.clone() for n, b in trainer.buffers.items()},
        "state": {n: copy.deepcopy(trainer.updater.state(n)) for n in trainer.parameters},
        "rng": torch.get_rng_state(),
        "fixed": dict(enumerate(fixed)) if fixed else None,
        "rest": (trainer.options, trainer.data.source, trainer.data.size, trainer.data.epoch,
                 trainer.data.offset, trainer.fresh_vector, trainer.accumulated,
                 repr(trainer.last_loss)),
    }  # fmt: skip


def equal(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(one[k], other[k]) for k in one)
    if isinstance(one, Tensor):
        return torch.equal(one, other) and one.dtype == other.dtype
    return bool(one == other)


def iterate(trainer: Trainer, count: int) -> None:
    for _ in range(count):
        trainer.plain_iteration()
        trainer.note_loss()


@pytest.mark.parametrize(
    "options",
    [
        resolve("digits", device="cpu", optimizer="adam", batch_size=7),
        resolve("digits", device="cpu", optimizer="momentum", seed=3),
        resolve("notebook", device="cpu"),
        resolve("digits", device="cpu", model="tests.harness.models:sequential", batch_size=5),
    ],
)
@pytest.mark.parametrize("iterations", [0, 3])
def test_nothing_is_lost(options: Options, iterations: int) -> None:
    trainer = Trainer(options)
    iterate(trainer, iterations)
    state, blob = everything(trainer), capture(trainer)
    iterate(trainer, 2)
    after = everything(trainer)
    assert not equal(state, after)

    other = Trainer(change(options, "lr", 0.5))
    iterate(other, 1)
    for restored in (trainer, other):
        restore(restored, blob)
        assert equal(everything(restored), state)
        assert capture(restored) == blob
        iterate(restored, 2)
        assert equal(everything(restored), after)


def test_no_gradient_and_no_number_come_back_as_themselves() -> None:
    trainer = Trainer(resolve("digits", device="cpu"))
    iterate(trainer, 1)
    first, second, *_ = trainer.parameters.values()
    first.grad = None
    second.data[0], second.data[1], second.data[2] = math.nan, -math.inf, -0.0
    trainer.last_loss = math.nan
    blob = capture(trainer)
    iterate(trainer, 1)
    restore(trainer, blob)
    assert first.grad is None
    assert second.grad is not None
    assert math.isnan(second[0].item()) and second[1].item() == -math.inf
    assert math.copysign(1, second[2].item()) == -1
    assert trainer.last_loss is not None and math.isnan(trainer.last_loss)


def test_what_is_unpacked_does_not_share_memory() -> None:
    trainer = Trainer(resolve("digits", device="cpu", optimizer="adam"))
    iterate(trainer, 1)
    blob = capture(trainer)
    state = unpack(blob)
    for parameter in state.parameters.values():
        for stored in (parameter.value, parameter.grad, *parameter.state.values(), state.rng):
            if stored is not None:
                stored.zero_()
    again = unpack(blob)
    assert again.parameters["conv1.weight"].value.any() and again.rng.any()
    assert capture(trainer) == blob


class Changing(nn.Module):
    """A slash in a parameter's name; buffers that a forward registers, replaces and deletes."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.ParameterDict({"a/b": nn.Parameter(torch.ones(10))})
        self.head = nn.Linear(1024, 10)
        self.register_buffer("bank", torch.zeros(0, 10))
        self.register_buffer("first", torch.ones(()))
        self.register_buffer("later", None)

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(1)
        if not hasattr(self.head, "mean"):
            self.head.register_buffer("mean", x.detach().mean(0))
            self.later = x.detach().sum().to(torch.bfloat16)
            del self.first
        out: Tensor = self.head(x - self.head.get_buffer("mean")) * self.scale["a/b"]
        self.bank = torch.cat([self.get_buffer("bank"), out.detach()])
        return out + self.bank.mean(0)


def test_what_a_forward_does_to_buffers_comes_and_goes() -> None:
    options = resolve(
        "digits", device="cpu", model=f"{__name__}:Changing", optimizer="adam", batch_size=2
    )
    trainer = Trainer(options)
    states = []
    for _ in range(4):
        states.append((everything(trainer), capture(trainer)))
        iterate(trainer, 1)
    fresh = Trainer(options)
    for number in (0, 3, 1, 2, 0):
        for restored in (trainer, fresh):
            state, blob = states[number]
            restore(restored, blob)
            assert equal(everything(restored), state) and capture(restored) == blob
            assert hasattr(restored.model, "first") == (number == 0)
            iterate(restored, 1)
            if number < 3:
                assert capture(restored) == states[number + 1][1]
    for _, blob in states:
        check_fits(Trainer(options), blob)  # as where a session is resumed elsewhere
