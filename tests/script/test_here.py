"""``lenet_tui.here`` takes the parts of a step from around its line, or says why not."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import lenet_tui as lt
from lenet_tui.attach.engine.host import Host
from lenet_tui.history.engine.live_session import LocalStore, Unwatched
from lenet_tui.protocol.messages import Remark
from lenet_tui.script import instead
from lenet_tui.script.engine import around_a_line, door
from lenet_tui.training.engine.live_objects import Given


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[Given]:
    """What is taken, in the place of a look at it."""
    found: list[Given] = []
    monkeypatch.setattr(instead, "_captured", lambda: False)
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(door, "look", lambda at, given, **more: found.append(given))
    return found


def sgd(*modules: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.SGD([p for m in modules for p in m.parameters()], 0.1)


class Owner:
    """What people call a trainer: its parts are attributes."""

    def __init__(self) -> None:
        self.net = nn.Linear(4, 2)
        self.optim = sgd(self.net)
        self.sched = torch.optim.lr_scheduler.StepLR(self.optim, 3)
        self.loss_fn = nn.functional.mse_loss

    def step(self) -> tuple[Any, ...]:
        inputs, targets = torch.ones(3, 4), torch.ones(3, 2)
        lt.here()
        return self.net, inputs, targets, self.loss_fn, self.optim, self.sched


def usual() -> tuple[Any, ...]:
    model, average, loader = nn.Linear(4, 2), nn.Linear(4, 2), [3]
    criterion, optimizer = nn.MSELoss(), sgd(model)
    other = nn.L1Loss()
    batch = [torch.ones(3, 4), torch.ones(3, 2)]
    x, y = batch
    loss = criterion(model(x), y)
    lt.here("breakpoint() may give", anything=True)
    del average, loader, other, loss
    return model, x, y, criterion, optimizer, None


def wrapped() -> tuple[Any, ...]:
    net = nn.Sequential(nn.Linear(4, 2))
    model = nn.Sequential(net)
    opt = sgd(model)
    data, target = torch.ones(3, 4), torch.ones(3, 2)

    def compute_loss(output: Tensor, target: Tensor) -> Tensor:
        return (output - target).sum()

    lt.here()
    return model, data, target, compute_loss, opt, None


@pytest.mark.parametrize("script", [usual, Owner().step, wrapped], ids=["usual", "self", "wrapped"])
def test_what_is_clear_is_taken_and_said(
    script: Callable[[], tuple[Any, ...]], taken: list[Given], capsys: pytest.CaptureFixture[str]
) -> None:
    model, one, two, loss, optimizer, scheduler = script()
    (given,) = taken
    assert given.model is model
    assert [id(part) for part in given.batch] == [id(one), id(two)]
    assert given.loss is loss or given.loss == loss
    assert given.optimizer is optimizer
    assert given.scheduler is scheduler
    said = capsys.readouterr().err
    assert said.startswith("lenet-tui: here: model = ")
    assert said.count("\n") == 1


def test_a_model_that_takes_names_returns_its_loss(taken: list[Given]) -> None:
    model = nn.Linear(4, 2)
    optimizer = sgd(model)
    batch = {"input": torch.ones(3, 4)}
    lt.here()
    assert (taken[0].model, taken[0].loss, taken[0].optimizer) == (model, None, optimizer)
    assert taken[0].batch is batch


def test_a_function_of_the_batch_is_taken_where_its_parts_are_not_in_sight(
    taken: list[Given],
) -> None:
    def made() -> Callable[[Tensor], None]:
        inner = nn.Linear(4, 2)

        def train_step(batch: Tensor) -> None:
            inner(batch)

        return train_step

    train_step, batch = made(), torch.ones(3, 4)
    lt.here()
    assert (taken[0].whole, taken[0].batch) == (train_step, batch)


def ambiguous() -> None:
    netG, netD = nn.Linear(4, 2), nn.Linear(4, 2)
    optimizer = sgd(netG, netD)
    x, y = torch.ones(3, 4), torch.ones(3, 2)
    lt.here()
    del optimizer, x, y


def test_what_is_unclear_is_said_with_the_line_to_write(
    taken: list[Given], capsys: pytest.CaptureFixture[str]
) -> None:
    ambiguous()
    said = capsys.readouterr().err
    assert not taken
    assert "unclear what the model is: netG, netD" in said
    assert "lenet_tui.step(<model>, <batch>, <loss>, <optimizer>)" in said


def test_on_a_terminal_it_asks(
    taken: list[Given], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(around_a_line, "_can_ask", lambda: True)
    monkeypatch.setattr(sys, "stdin", io.StringIO("7\n2\n2\n"))
    ambiguous()
    said = capsys.readouterr().err
    assert "which is the model?\n  1  netG (Linear)\n  2  netD (Linear)\n" in said
    assert "2  torch.nn.functional.l1_loss (function)" in said
    assert taken[0].model.in_features == 4
    assert taken[0].loss is nn.functional.l1_loss
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    ambiguous()
    assert len(taken) == 1


def test_where_there_is_nothing_it_says_so(
    taken: list[Given], capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = SimpleNamespace()
    lt.here()
    assert not taken
    assert nothing is not None
    assert "nothing of that kind is in sight" in capsys.readouterr().err


def test_the_screen_says_what_was_taken_before_anything_is_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[object] = []

    def serve(host: Host, make_session: Any, options: Any) -> None:
        hooks = Unwatched()
        session = make_session(options, LocalStore(), hooks)
        sent.extend(hooks.sent)
        assert session.navigator.iteration == 0
        assert session.frame().epochs is None, "one batch has no epochs"

    monkeypatch.setattr(instead, "_captured", lambda: False)
    monkeypatch.setattr(door, "no_screen", lambda: None)
    monkeypatch.setenv("LENET_TUI_TTY", "wait")
    monkeypatch.setattr(Host, "serve", serve)
    usual()
    (said,) = [s.notice for s in sent if isinstance(s, Remark)]
    for language in (0, 1):
        assert said.text(language).startswith("here")
        assert "model = model (Linear)" in said.text(language)
