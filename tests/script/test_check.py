"""``lenet_tui.check``: findings of a script's own objects, which are then as they were."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import lenet_tui as lt


def _parts() -> tuple[nn.Module, tuple[Tensor, Tensor], torch.optim.Optimizer]:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 1))
    x = torch.randn(16, 6)
    return model, (x, x.sum(1)), torch.optim.Adam(model.parameters(), lr=1e-2)


def test_a_broadcast_is_found_in_a_script_and_all_is_as_before() -> None:
    model, batch, optimizer = _parts()
    before = {name: t.clone() for name, t in model.state_dict().items()}
    generator = torch.get_rng_state()
    checked = lt.check(model, batch, nn.MSELoss(), optimizer)
    assert checked.ids == ("loss-broadcast",)
    (finding,) = [f for f in checked.findings if f.fails]
    assert finding.evidence["prediction"] == [16, 1]
    assert finding.evidence["result"] == [16, 16]
    with pytest.raises(AssertionError, match=r"\(16, 1\).*\(16,\)"):
        checked.raise_if_any()
    checked.raise_if_any(allow="loss-broadcast")
    assert all(t.equal(before[name]) for name, t in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())
    assert not optimizer.state
    assert torch.get_rng_state().equal(generator)


def test_a_healthy_step_and_its_own_function_raise_nothing() -> None:
    model, (x, y), optimizer = _parts()
    batch = x, y.unsqueeze(1)
    lt.check(model, batch, nn.MSELoss(), optimizer).raise_if_any()

    def train_step(batch: tuple[Tensor, Tensor]) -> Tensor:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(batch[0]), batch[1])
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        return loss

    checked = lt.check(train_step, batch)
    assert checked.ids == (), str(checked)
    assert str(checked).startswith("No findings in 3 iterations")


def test_a_missing_zero_grad_is_at_its_line() -> None:
    model, (x, y), optimizer = _parts()

    def train_step(batch: tuple[Tensor, Tensor]) -> Tensor:
        loss = nn.functional.mse_loss(model(batch[0]), batch[1])
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        return loss

    checked = lt.check(train_step, (x, y.unsqueeze(1)))
    assert "grad-accumulates" in checked.ids
    (finding,) = [f for f in checked.findings if f.id == "grad-accumulates"]
    line = train_step.__code__.co_firstlineno + 2
    assert finding.line == f"test_check.py:{line}"


def test_what_is_no_step_is_a_type_error_and_an_exception_a_finding() -> None:
    with pytest.raises(TypeError, match=r"neither|no model|module"):
        lt.check(3, None)  # type: ignore[call-overload]
    model, (x, y), optimizer = _parts()
    checked = lt.check(model, (x[:, :5], y), nn.MSELoss(), optimizer)
    assert checked.findings[0].id == "raised"


def test_among_processes_that_train_together_nothing_is_run_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(torch.distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda: 2)
    monkeypatch.setattr(torch.distributed, "get_rank", lambda: 1)
    model = nn.Linear(2, 1)
    model.forward = None  # type: ignore[assignment, method-assign]
    found = lt.check(model, (torch.zeros(3, 2), torch.zeros(3)), nn.MSELoss())
    found.raise_if_any()
    assert "not checked: this is process 1 of 2" in capfd.readouterr().err
    assert str(found).startswith("not checked")
    assert found.not_checked is not None


def test_a_loss_that_is_no_number_is_said_in_a_line() -> None:
    net = nn.Linear(3, 1)
    batch = torch.randn(4, 3), torch.randn(4, 1)
    nothing: Any = lambda output, target: None  # noqa: E731 - as a person may write it
    found = lt.check(net, batch, nothing, torch.optim.SGD(net.parameters()))
    assert "loss: the loss is not one number but NoneType" in str(found)
    assert "MoveRejected" not in str(found)


def test_a_loss_that_is_no_number_is_said_in_both_languages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model, batch, optimizer = _parts()
    for locale, said in (
        ("en_US.UTF-8", "loss: the loss is not one number but NoneType"),
        ("zh_CN.UTF-8", "损失不是一个数，而是 NoneType"),
    ):
        monkeypatch.setenv("LC_ALL", locale)
        nothing: Any = lambda output, target: None  # noqa: E731
        checked = lt.check(model, batch, nothing, optimizer)
        assert said in str(checked)
        assert checked.ids == ("raised",)
        assert json.loads(checked.json())["findings"][0]["evidence"]["message"] in said
        assert checked.findings[0].evidence["message"] == "the loss is not one number but NoneType"


def test_a_warning_of_torch_names_the_line_of_the_person() -> None:
    model, batch, optimizer = _parts()

    def train_step(batch: tuple[Tensor, Tensor]) -> Tensor:
        loss = nn.functional.mse_loss(model(batch[0]).squeeze(1), batch[1])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        warnings.warn_explicit("theirs", UserWarning, "elsewhere.py", 3)
        loss.view(1).resize(1)  # type: ignore[no-untyped-call]
        return loss

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        lt.check(train_step, batch)
    first = train_step.__code__.co_firstlineno
    places = {(w.filename, w.lineno) for w in caught}
    assert places == {("elsewhere.py", 3), (__file__, first + 6)}


def test_a_schedule_of_epochs_is_at_its_start_within_the_first() -> None:
    model, (x, y), optimizer = _parts()

    class Trainer:
        def __init__(self) -> None:
            self.scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1)

        def step(self, batch: tuple[Tensor, Tensor]) -> Tensor:
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(batch[0]).squeeze(1), batch[1])
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            return loss

    trainer = Trainer()
    for _ in range(4):
        trainer.step((x, y))
    assert lt.check(trainer.step, (x, y)).ids == ()


def test_what_a_step_keeps_on_itself_is_as_before() -> None:
    model, batch, optimizer = _parts()

    def step(batch: tuple[Tensor, Tensor]) -> Tensor:
        step.calls = getattr(step, "calls", 0) + 1  # type: ignore[attr-defined]
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(batch[0]).squeeze(1), batch[1])
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        return loss

    lt.check(step, batch)
    assert vars(step) == {}
    step(batch)
    lt.check(step, batch)
    assert vars(step) == {"calls": 1}


_ORDER = torch.randperm(16, generator=torch.Generator().manual_seed(1))
TAKES: dict[str, Callable[[Tensor, int], Tensor]] = {
    "chunks": lambda x, k: x.chunk(4)[k],
    "a shuffled slice": lambda x, k: x[_ORDER[4 * k : 4 * k + 4]],
    "drawn": lambda x, k: x[_ORDER[4 * torch.arange(4) + k]],
    "the same again": lambda x, k: x[:4],
}


@pytest.mark.parametrize("how", TAKES)
def test_parts_that_add_up_are_told_from_the_same_samples_again(how: str) -> None:
    """The batch is no part of what is given, as in a script that takes its samples itself."""
    model, (x, y), optimizer = _parts()
    y, take = y.unsqueeze(1), TAKES[how]

    def step(divide: Tensor) -> Tensor:
        optimizer.zero_grad()
        for k in range(4):
            loss = nn.functional.mse_loss(model(take(x, k)), take(y, k)) / int(divide)
            loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        return loss

    apart = how in ("chunks", "a shuffled slice", "drawn")
    whole, divided = torch.tensor(1), torch.tensor(4)
    assert ("accumulation-scale" in lt.check(step, whole).ids) is apart
    assert "accumulation-scale" not in lt.check(step, divided).ids


def test_a_line_that_ran_for_each_part_of_a_batch_is_one_finding() -> None:
    model, batch, optimizer = _parts()

    def step(batch: tuple[Tensor, Tensor]) -> None:
        optimizer.zero_grad()
        for x, y in zip(batch[0].chunk(4), batch[1].chunk(4), strict=True):
            (nn.functional.mse_loss(model(x), y) / 4).backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    checked = lt.check(step, batch)
    assert checked.ids == ("loss-broadcast",), str(checked)
    (finding,) = [f for f in checked.findings if f.fails]
    also = finding.evidence["also_at"]
    assert [name.rpartition("#")[2] for name in also] == ["2", "3", "4"]
