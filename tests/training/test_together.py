"""Modules of a step may have any names, also those that a ModuleDict refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import lenet_tui as lt
from lenet_tui.findings.engine.check import check
from lenet_tui.protocol.options import resolve
from lenet_tui.training.engine.trainer import Trainer
from tests.around.runs import Runs, runs

__all__ = ["runs"]

START = """import torch
from torch import nn
torch.manual_seed(0)
keys, values, items = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 1)
parameters = [p for m in (keys, values, items) for p in m.parameters()]
optimizer = torch.optim.SGD(parameters, lr=0.01)
data = [torch.randn(6, 4) for _ in range(4)]

def step(x):
    made = items(torch.tanh(keys(x)) * values(x))
    loss = (made - x.sum(1, keepdim=True)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
"""
NAMES = [
    f"{module}.{leaf}" for module in ("keys", "values", "items") for leaf in ("weight", "bias")
]


def test_a_file_with_modules_called_keys_and_values(tmp_path: Path) -> None:
    file = tmp_path / "attention.py"
    file.write_text(START)
    trainer = Trainer(resolve("own", model=str(file), device="cpu"))
    assert [*trainer.parameters] == NAMES
    assert str(trainer.model).startswith("ModuleDict(")
    assert [f for f in check(trainer, 2).findings if f.fails] == []


def test_a_script_and_a_function_with_such_modules(
    runs: Runs, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = runs(START + "for x in data:\n    step(x)\n", "check", "--lang", "en")
    assert (ran.status, ran.out.splitlines()[0]) == (0, "No findings in 3 iterations.")
    scope: dict[str, Any] = {}
    exec(START, scope)
    assert lt.check(scope["step"], torch.ones(6, 4)).findings == ()
    assert capsys.readouterr().err == ""
