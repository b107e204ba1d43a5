"""The tour's second part: what its words say of the numbers is so, and its code gives the same."""

from __future__ import annotations

import contextlib
import io
import math
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from lenet_tui.history.engine.session import Session
from lenet_tui.protocol.messages import DoMove, Moved
from lenet_tui.protocol.moves import parse_move
from lenet_tui.protocol.options import resolve
from lenet_tui.stepping.ui.commands import BY_ID
from lenet_tui.tour.engine.answers import printed
from lenet_tui.tour.learning import LEARNING
from lenet_tui.tour.request import Print
from lenet_tui.tour.stops import CHAPTER, PRESET
from tests.harness.oracle import ALL_DIGITS
from tests.tour.test_tour import Nowhere

STOP = {stop.key: stop for stop in LEARNING}
HELD_OUT = torch.arange(len(ALL_DIGITS[1])) % 5 == 0
TRAIN = tuple(t[~HELD_OUT] for t in ALL_DIGITS)
TEST = tuple(t[HELD_OUT] for t in ALL_DIGITS)


class At:
    """A session of a stop. ``losses``: of each iteration, where ``singly`` is asked for."""

    def __init__(self, key: str, seed: int, *, singly: bool = False) -> None:
        self.stop = STOP[key]
        of_chapter = resolve(PRESET, seed=seed, device="cpu")
        nowhere = Nowhere()
        self.session = Session(self.stop.session(of_chapter), nowhere, nowhere)
        self.losses: list[float] = []
        for line in self.stop.moves:
            verb, _, rest = line.partition(" ")
            times = int(rest) if singly and verb == "run" else 1
            for _ in range(times):
                loss = self.do("run 1" if times > 1 else line).frame.loss
                if times > 1 and loss is not None:
                    self.losses.append(loss)

    def do(self, line: str) -> Moved:
        moved = self.session.do(DoMove(0, parse_move(line), parameters=True))
        assert not moved.error
        return moved

    def prints(self) -> list[str]:
        return list(printed(Print(self.stop.prints), self.session))

    def weight(self) -> torch.Tensor:
        weights = self.session.navigator.trainer.parameters["conv1.weight"]
        return weights.detach().clone()


def judged(line: str) -> tuple[int, int, float]:
    right, _, total, _, _, loss = line.split()
    return int(right), int(total), float(loss)


def code_prints(key: str, names: dict[str, Any], seed: int) -> list[str]:
    """What the code of a stop prints, with each epoch in the order of the session."""
    epochs = iter(range(1000))

    def order(count: int) -> torch.Tensor:
        number = seed * 1_000_003 + next(epochs)
        return randperm(count, generator=torch.Generator().manual_seed(number))

    out, randperm = io.StringIO(), torch.randperm
    torch.manual_seed(seed)
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out):
        patch.setattr(torch, "randperm", order)
        exec(STOP[key].code, names)
    return out.getvalue().splitlines()


@pytest.mark.slow
def test_the_code_prints_what_the_sessions_do() -> None:
    names: dict[str, Any] = {"torch": torch, "nn": nn, "F": F, "train": TRAIN, "test": TEST}
    exec(next(stop.code for stop in CHAPTER if stop.key == "define"), names)
    seed = 3
    for stop in LEARNING:
        at = At(stop.key, seed)
        expected = at.prints()
        if stop.then:
            for line in stop.then:
                at.do(line)
            expected += at.prints()
        assert code_prints(stop.key, names, seed)[-len(expected) :] == expected, stop.key


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 3])
def test_an_epoch_and_three(seed: int) -> None:
    at = At("epoch", seed)
    right, total, loss = judged(at.prints()[0])
    assert total == 360 and len(TRAIN[1]) == 1437
    assert right < 72 and loss == pytest.approx(math.log(10), abs=0.02)
    at.do("goto 45")
    assert at.session.frame().epochs == 1.0
    right, _, after = judged(at.prints()[0])
    assert right >= 120 and after < loss
    right, _, third = judged(At("curve", seed).prints()[0])
    assert 0.85 < right / 360 < 0.97 and third < after


@pytest.mark.slow
@pytest.mark.parametrize("seed", [pytest.param(0, marks=pytest.mark.slow), 3])
def test_twenty_digits_are_learnt_by_heart(seed: int) -> None:
    few, test = map(judged, At("overfit", seed).prints())
    assert few == (20, 20, 0.0)
    assert 0.4 < test[0] / 360 < 0.6 and test[2] > 5


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 3])
def test_a_rate_too_high_spoils_the_net_and_the_way_back_mends_it(seed: int) -> None:
    at = At("rate", seed, singly=True)
    assert max(loss for loss in at.losses[90:100] if not math.isnan(loss)) > 1000
    right, _, loss = judged(at.prints()[0])
    assert right < 72 and (math.isnan(loss) or loss > 2.2)
    at.do("set lr 0.03")
    at.do("run 5")
    assert judged(at.prints()[0])[0] < 180  # not enough
    at.do("goto 90")
    assert judged(at.prints()[0])[0] > 300
    at.do("set lr 0.03")
    at.do("run 45")
    assert at.prints() == At("curve", seed).prints()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [pytest.param(0, marks=pytest.mark.slow), 3])
def test_the_kernels_have_changed(seed: int) -> None:
    at = At("kernels", seed)
    change, _, old = at.prints()[0].split()
    after = at.weight()
    at.do("goto 0")
    before = at.weight()
    assert before.shape == (6, 1, 5, 5) and before.abs().max() <= 0.2 < after.abs().max()
    assert (change, old) == (f"{(after - before).norm():.3f}", f"{before.norm():.3f}")
    assert float(change) > float(old) / 2
    assert at.prints() == [f"0.000 of {old}"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 3])
def test_digits_moved_aside_are_not_read(seed: int) -> None:
    at = At("own", seed)
    net, (images, labels) = at.session.navigator.trainer.model, TEST
    assert torch.equal(images[0], ALL_DIGITS[0][0])  # sample 0 is held out
    for by in (6, -6):
        aside = torch.full_like(images, -1.0)
        to, of = (slice(by, None), slice(None, -by)) if by > 0 else (slice(by), slice(-by, None))
        aside[..., to] = images[..., of]
        with torch.no_grad():
            assert (net(aside).argmax(1) == labels).sum() < 120
    assert BY_ID["draw"].keys[0] == "I"
