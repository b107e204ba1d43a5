"""Inside of an optimizer a recorder of a step is not there, and comes back however that ends."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import overrides

from lenet_tui.findings.engine.check import check
from lenet_tui.findings.engine.recording import copies, record
from lenet_tui.protocol.options import resolve
from lenet_tui.tape.engine.step_recorder import StepRecorder
from lenet_tui.training.engine.trainer import Trainer

FILE = """
import torch
from torch import nn
model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
data = [(torch.randn(5, 3), torch.arange(5) % 2) for _ in range(4)]
{optimizer}
def step(batch):
    x, y = batch
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    {update}
    after = model(x)
    return loss
"""
ADAM = "optimizer = torch.optim.Adam(model.parameters(), 0.01)"
FAILS = """
class Fails(torch.optim.SGD):
    def step(self, closure=None):
        torch.zeros(3).add(1)
        raise ValueError("no")
optimizer = Fails(model.parameters(), 0.01)
"""
CAUGHT = """try:
        optimizer.step()
    except ValueError:
        pass"""


def trainer(folder: Path, optimizer: str = ADAM, update: str = "optimizer.step()") -> Trainer:
    file = folder / "program.py"
    file.write_text(FILE.format(optimizer=optimizer, update=update))
    return Trainer(resolve("own", model=str(file), device="cpu"))


@contextmanager
def seen(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the functions that recorders of steps are called for."""
    names: list[str] = []
    original = StepRecorder.__torch_function__

    def looked(self: Any, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        names.append(getattr(func, "__name__", ""))
        return original(self, func, types, args, kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(StepRecorder, "__torch_function__", looked)
        yield names


def stack() -> list[Any]:
    return overrides._get_current_function_mode_stack()  # type: ignore[no-any-return, no-untyped-call]


def test_what_an_optimizer_computes_is_not_handed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with seen(monkeypatch) as names:
        found = check(trainer(tmp_path), 1)
    assert found.findings == ()
    assert names.count("linear") == 4
    assert not {"addcdiv_", "lerp_", "addcmul_"} & {*names}


def test_the_recorder_comes_back_after_an_optimizer_that_raised(tmp_path: Path) -> None:
    for update in ("optimizer.step()", CAUGHT):
        own = trainer(tmp_path, FAILS, update)
        before = stack()
        iteration = record(own, 1, 1, [], copies(own))
        assert stack() == before
        assert (iteration.error is None) is (update == CAUGHT)


def test_what_a_closure_computes_is_recorded(tmp_path: Path) -> None:
    update = "optimizer.step(lambda: nn.functional.cross_entropy(model(x), y))"
    own = trainer(tmp_path, ADAM, update)
    iteration = record(own, 1, 1, [], copies(own))
    assert stack() == []
    layers = [op.name for _, op in iteration.ops() if op.op == "linear"]
    assert len(layers) == 6, layers


class Mark:
    """A hook that lives as long as its node."""

    def __call__(self, *given: object) -> None:
        pass


APP = """
import torch
from torch import nn
model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
data = [(torch.randn(5, 3), torch.arange(5) % 2) for _ in range(4)]
loss = nn.CrossEntropyLoss()
"""


def test_a_recorded_iteration_is_let_go_of_without_a_collection(tmp_path: Path) -> None:
    own = tmp_path / "own.py"
    own.write_text(APP)
    for each in (trainer(tmp_path), Trainer(resolve("own", model=str(own), device="cpu"))):
        gc.collect()
        gc.disable()
        try:
            iteration = record(each, 1, 1, [], copies(each))
            mark = Mark()
            next(s.root for s in iteration.tape.segments if s.root is not None).register_hook(mark)
            alive = weakref.ref(mark)
            del mark, iteration
            each.forget()
            assert alive() is None
        finally:
            gc.enable()


def test_modes_of_others_are_left_alone(tmp_path: Path) -> None:
    own = trainer(tmp_path)
    with torch.overrides.BaseTorchFunctionMode() as mode:
        check(own, 2)
        assert stack() == [mode]
