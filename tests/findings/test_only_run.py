"""From the third iteration on a check only runs what two recorded ones have decided."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lenet_tui.findings.engine.check import check
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.recording import record
from lenet_tui.findings.finding import Finding
from lenet_tui.history.engine import keyframe
from lenet_tui.protocol.options import resolve
from lenet_tui.training.engine.trainer import Trainer

HEAD = """
import torch
import torch.nn.functional as F
from torch import nn
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(6, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 4))
data = [(torch.randn(12, 6), torch.arange(12) % 4) for _ in range(8)]
"""
IN_TURN = """
loss = nn.CrossEntropyLoss()
optimizer = lambda parameters: torch.optim.SGD(parameters, lr=0.01)
"""
STEP = """
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
seen = []

def step(batch):
    x, y = batch
    loss = F.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    seen.append(float(loss.detach()))
    return loss
"""


def found(
    folder: Path, text: str, counted: pytest.MonkeyPatch, iterations: int = 3
) -> tuple[list[Finding], int, list[int]]:
    """The findings of a program, how many iterations ran, and the numbers of those recorded."""
    file = folder / "program.py"
    file.write_text(text)
    trainer = Trainer(resolve("own", model=str(file), device="cpu"))
    before = keyframe.capture(trainer)
    recorded: list[int] = []

    def counting(trainer: Trainer, number: int, *rest: Any) -> Iteration:
        recorded.append(number)
        return record(trainer, number, *rest)

    counted.setattr("lenet_tui.findings.engine.check.record", counting)
    said = check(trainer, iterations)
    assert keyframe.capture(trainer) == before
    return [f for f in said.findings if f.fails], said.iterations, recorded


@pytest.mark.parametrize("rest", [IN_TURN, STEP])
def test_a_healthy_step_is_recorded_twice(
    rest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(tmp_path, HEAD + rest, monkeypatch, 5) == ([], 5, [1, 2])


LATE = {
    "a label": ("data[2][1][5] = 7\n", "label-range"),
    "an input": ("data[2][0][3, 1] = float('nan')\n", "nan-input"),
    "an infinity": ("data[2][0][3, 1] = float('inf')\n", "nan-input"),
    "a shape": ("data[2] = (torch.randn(12, 5), data[2][1])\n", "raised"),
}


@pytest.mark.parametrize("rest", [IN_TURN, STEP])
def test_what_is_wrong_in_the_third_alone_is_recorded_and_said(
    rest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, (line, id) in LATE.items():
        said, ran, recorded = found(tmp_path, HEAD + line + rest, monkeypatch)
        [one] = [f for f in said if f.id == id]
        assert (one.iteration, ran, recorded) == (3, 3, [1, 2, 3]), name
        if id == "nan-input":
            assert one.evidence["index"] == [3, 1], name


def test_what_a_step_does_otherwise_in_the_third_is_recorded_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one(change: str) -> Finding:
        text = HEAD + STEP.replace("    return loss\n", f"    {change}\n    return loss\n")
        said, ran, recorded = found(tmp_path, text, monkeypatch)
        assert (ran, recorded) == (3, [1, 2, 3])
        return next(iter(said))

    left_on = one("model.eval() if len(seen) == 2 else None")
    assert (left_on.id, left_on.evidence["iteration"]) == ("mode-eval-in-training", 3)
    text = STEP.replace("(model(x), y)", "(model(x).softmax(1) if len(seen) == 2 else model(x), y)")
    [twice], _, recorded = found(tmp_path, HEAD + text, monkeypatch)
    assert (twice.id, twice.iteration, recorded) == ("loss-on-probabilities", 3, [1, 2, 3])


def test_what_is_not_decided_yet_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = "\nmodel.add_module('more', nn.Linear(2, 2))\noptimizer ="
    unused = HEAD + STEP.replace("\noptimizer =", added).replace("model(x)", "model[:4](x)")
    assert found(tmp_path, unused, monkeypatch)[2] == [1, 2, 3]
    kept = HEAD + STEP.replace("float(loss.detach())", "loss")
    [alive], _, recorded = found(tmp_path, kept, monkeypatch)
    assert alive.id == "graph-kept-alive" and recorded[:3] == [1, 2, 3]
