"""Each op has the line of the model's ``forward`` that called it."""

from __future__ import annotations

import inspect
from pathlib import Path

import torch
from torch import Tensor, nn

from lenet_tui.tape.engine.dry_run import trial
from lenet_tui.training.engine.model import Net
from tests.harness.driving import Drive


class Deep(nn.Module):
    """Loops, calls over several lines, operators, nested modules, methods of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 4), nn.Sequential(nn.Linear(4, 4), nn.ReLU())])
        self.shared = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)  # loop
        y = torch.tanh(  # call
            self.shared(x)  # argument
        )
        y += self.shared(y) @ x  # operators
        return sum([torch.relu(part) for part in self.halves(y)], start=y)  # called

    def halves(self, y: Tensor) -> tuple[Tensor, Tensor]:
        return y / 2, y / 2


def remarks(model: nn.Module, image: Tensor) -> list[tuple[str, str]]:
    """The ops, and the remark at the end of the line of each."""
    lines = inspect.getsource(inspect.getmodule(type(model)) or Deep).splitlines()
    entries = trial(model, image).entries
    return [(e.op, lines[e.line - 1].rpartition("# ")[2]) for e in entries]


def test_loops_calls_operators_and_nested_modules_have_their_line() -> None:
    found = remarks(Deep(), torch.zeros(4, 4))
    assert found == [
        *(("linear", "loop"), ("linear", "loop"), ("relu", "loop")),
        *(("linear", "argument"), ("tanh", "call")),
        *(("linear", "operators"), ("matmul", "operators"), ("add", "operators")),
        *(("div", "called"), ("div", "called")),
        *(("relu", "called"), ("relu", "called"), ("add", "called"), ("add", "called")),
    ]


class Inherited(Deep):
    """The ``forward`` is its base's, whose file may be another one."""


def test_a_model_with_the_forward_of_its_base_has_no_lines() -> None:
    assert {e.line for e in trial(Inherited(), torch.zeros(4, 4)).entries} == {0}


def test_each_op_of_the_notebooks_net_has_its_line() -> None:
    first = inspect.getsourcelines(Net)[1]
    entries = trial(Net(), torch.zeros(1, 1, 32, 32)).entries
    block = ("conv2d", "relu", "max_pool2d")
    assert [(e.op, e.line - first + 1) for e in entries] == [
        *((op, 13) for op in block),
        *((op, 14) for op in block),
        *(("view", 15), ("linear", 16), ("relu", 16), ("linear", 17), ("relu", 17), ("linear", 18)),
    ]


NEXT = """import torch
from torch import nn

model = nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), 0.1)
data = [torch.ones(3, 2)]


def step(batch):
    optimizer.zero_grad()
    loss = model(batch).square().mean()  # loss
    following = torch.randn(3, 2) + 1  # the data of the next step
    loss.backward()
    optimizer.step()
"""


def test_a_loss_has_the_line_that_made_it_whatever_is_computed_before_backward(
    tmp_path: Path,
) -> None:
    file = tmp_path / "following.py"
    file.write_text(NEXT)
    frame = Drive("", model=str(file)).frame("phase", "phase", "phase")
    assert [s.phase for s in frame.segments][-1] == "loss" and frame.loss is not None
    assert NEXT.splitlines()[frame.segments[-1].line - 1].endswith("# loss")
