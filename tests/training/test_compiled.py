"""What is compiled or scripted is one op whose inside is closed; it trains as it does alone."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from lenet_tui.explain.engine.answers import explain
from lenet_tui.explain.explanation import Explain, Explanation
from tests.harness.driving import Drive
from tests.harness.few import few
from tests.harness.plain_loop import states

HERE = "tests.training.test_compiled"
BEGINS = """import torch
from torch import nn
from tests.training import test_compiled as here

def data():
    return [(torch.randn(5, 4), torch.randint(2, (5,))) for _ in range(3)]

def optimizer(parameters):
    return torch.optim.SGD(parameters, lr=0.1, momentum=0.9)

loss = nn.CrossEntropyLoss()
"""
STEPS = """import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.2), nn.Linear(8, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)

def data():
    return [(torch.randn(5, 4), torch.randint(2, (5,))) for _ in range(3)]
"""
PARTLY = """
forward = torch.compile(model, backend="aot_eager")
criterion = torch.compile(nn.CrossEntropyLoss(), backend="eager")
update = torch.compile(optimizer.step, backend="eager")

def step(batch):
    optimizer.zero_grad()
    loss = criterion(forward(batch[0]), batch[1])
    loss.backward()
    update()
    return loss
"""
WHOLE = """
@torch.compile(backend="eager")
def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss
"""


class Part(nn.Module):
    """A part that was compiled, and one that was compiled in place."""

    def __init__(self, backend: str) -> None:
        super().__init__()
        body = nn.Sequential(nn.Linear(4, 8), nn.ReLU(inplace=True), nn.Dropout(0.2))
        self.body: Any = torch.compile(body, backend=backend)
        self.mid = nn.Linear(8, 8)
        self.mid.compile(backend=backend)
        self.head = nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(torch.tanh(self.mid(self.body(x))))  # type: ignore[no-any-return]


class Writing(nn.Module):
    """A compiled function that writes into what it was given, and returns a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.head = nn.Linear(4, 8), nn.Linear(8, 2)
        self.work = torch.compile(_work, backend="aot_eager")

    def forward(self, x: Tensor) -> Tensor:
        made = self.work(self.first(x), scale=3.0)
        return self.head(made["y"]) + made["z"]  # type: ignore[no-any-return]


def _work(x: Tensor, scale: float) -> dict[str, Tensor]:
    x.mul_(2)
    return {"y": torch.tanh(x) * scale, "z": x.sum()}


class Scripted(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = torch.jit.script(nn.Sequential(nn.Linear(4, 8), nn.ReLU()))
        self.head = nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.body(x))  # type: ignore[no-any-return]


def whole() -> nn.Module:
    body = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 2))
    return torch.compile(body, backend="aot_eager")  # type: ignore[return-value]


MODELS: dict[str, tuple[Callable[[], nn.Module], list[str]]] = {
    "eager": (lambda: Part("eager"), ["body", "mid", "mid.tanh", "head"]),
    "aot": (lambda: Part("aot_eager"), ["body", "mid", "mid.tanh", "head"]),
    "writing": (Writing, ["first", "compiled", "head", "head.add"]),
    "whole": (whole, ["compiled"]),
    "scripted": (Scripted, ["body", "head"]),
}


@pytest.fixture(autouse=True)
def nothing_compiled_before() -> None:
    """Torch gives up on a function that it has compiled eight times, as for a test before."""
    torch.compiler.reset()


def ends_as_alone(file: Path) -> Drive:
    plain = [state for state, _ in islice(states(str(file.with_suffix(""))), 4)]
    driven = Drive("", model=str(file))
    moves = ("finish", "op", "op", "back op", "finish", "back iteration", "goto 4", "goto 1")
    for move in moves:
        driven(move)
        if driven.moved.frame.boundary:
            wanted = plain[driven.at[0] - 1]
            assert driven.state == {name: wanted[name] for name in driven.state}
    driven.again()
    driven("goto 4")
    assert driven.state == {name: plain[3][name] for name in driven.state}
    assert not driven.session.history.divergence
    return driven


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")
def test_it_is_one_op_and_trains_as_alone(name: str, tmp_path: Path) -> None:
    file = tmp_path / "closed.py"
    file.write_text(f'{BEGINS}model = here.MODELS["{name}"][0]\n')
    driven = ends_as_alone(file)
    assert [row.name for row in driven.frame().rows] == MODELS[name][1]
    output, returned = driven.find("output").tensor, driven.session.navigator.trainer.output
    assert output is not None and returned is not None and torch.equal(output, returned)


@pytest.mark.parametrize("name", few(MODELS, "scripted"))
@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")
def test_nothing_inside_is_said_to_be_checked(name: str, tmp_path: Path) -> None:
    file = tmp_path / "closed.py"
    file.write_text(f'{BEGINS}model = here.MODELS["{name}"][0]\n')
    driven = Drive("", model=str(file))
    driven("run 2")
    closed = {"compiled", "scripted"} & {e.op for e in driven.entries}
    assert closed
    for entry in driven.entries:
        if entry.op in closed:
            assert not first_of(driven, entry.name).checked
    for name_of, p in driven.session.navigator.trainer.parameters.items():
        if p.grad is not None:
            found = first_of(driven, f"{name_of}.grad")
            assert found.value == p.grad.flatten()[0].item()
            inside = name_of.startswith(("body", "mid", "_orig_mod"))
            assert found.checked is not inside, name_of


def first_of(driven: Drive, name: str) -> Explanation:
    """The explanation of the first cell of a tensor."""
    tensor = driven.find(name).tensor
    assert tensor is not None
    cell = f"{name}[{','.join('0' * tensor.dim())}]" if tensor.dim() else name
    return explain(Explain(cell), driven.session)


@pytest.mark.slow
@pytest.mark.parametrize("step", [PARTLY, WHOLE], ids=["partly", "whole"])
def test_a_compiled_step_of_ones_own_trains_as_alone(step: str, tmp_path: Path) -> None:
    file = tmp_path / "closed_step.py"
    file.write_text(STEPS + step)
    driven = ends_as_alone(file)
    phases = [s.phase for s in driven.frame().segments]
    if step is PARTLY:
        assert phases == ["zero_grad", "forward", "loss", "backward", "update"]
    assert {"update"} <= set(phases)
