"""A step of bare tensors, as one writes it to learn: with neither a module nor an optimizer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor

import lenet_tui as lt
from lenet_tui.findings.engine.check import check
from lenet_tui.protocol.options import resolve
from lenet_tui.training.engine.trainer import Trainer
from tests.around.runs import Runs, runs

__all__ = ["runs"]

STEP = """
import torch
torch.manual_seed(0)
x = torch.randn(64, 3)
y = x @ torch.tensor([1.0, -2.0, 0.5])
w, b = torch.zeros(3, 1, requires_grad=True), torch.zeros(1, requires_grad=True)
layers = [w, torch.ones(1, requires_grad=True)]
def step(batch):
    x, y = batch
    loss = ((layers[1] * (x @ w + b) - y.unsqueeze(1)) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        for p in (w, b, layers[1]):
            p -= 0.05 * p.grad
    w.grad = b.grad = layers[1].grad = None
    return loss
"""


def test_a_file_with_such_a_step_is_checked_and_trained_to_the_bit(tmp_path: Path) -> None:
    file = tmp_path / "program.py"
    file.write_text(STEP + "data = [(x, y)]\n")
    trainer = Trainer(resolve("own", model=str(file), device="cpu"))
    assert list(trainer.parameters) == ["w", "b", "layers_1"]
    found = check(trainer, 3)
    assert (found.iterations, [f for f in found.findings if f.fails]) == (3, [])
    names: dict[str, Tensor] = {}
    exec(STEP + "for n in range(2):\n    step((x, y))\n", names)
    for _ in range(2):
        trainer.plain_iteration()
    assert all(p.equal(names[n]) for n, p in trainer.parameters.items() if n in ("w", "b"))


def test_what_is_wrong_with_a_function_of_it_is_found_and_all_is_as_before() -> None:
    torch.manual_seed(0)
    x = torch.randn(64, 3)
    w = torch.zeros(3, 1, requires_grad=True)

    def step(batch: tuple[Tensor, Tensor]) -> Tensor:
        x, y = batch
        loss = ((x @ w - y) ** 2).mean()
        loss.backward()  # type: ignore[no-untyped-call]
        with torch.no_grad():
            w.sub_(0.1 * w.grad)  # type: ignore[operator]
        return loss

    found = lt.check(step, (x, x.sum(1)))
    assert found.ids == ("loss-broadcast", "grad-accumulates")
    (added,) = [f for f in found.findings if f.id == "grad-accumulates"]
    assert added.evidence["parameters"] == ["w"] and "Set .grad of each to None" in str(found)
    assert not w.any() and w.grad is None


LOOP = STEP.replace("def step(batch):", "for batch in [(x, y)] * 5:").replace("return loss", "pass")


@pytest.mark.slow
def test_a_broadcast_in_a_loop_of_tensors_with_an_optimizer(runs: Runs) -> None:
    by_hand = LOOP.partition("    with torch.no_grad")[0].replace(".unsqueeze(1)", "")
    loop = by_hand.replace("for batch", "sgd = torch.optim.SGD([w, b], 0.1)\nfor batch")
    loop = loop.replace("    loss.back", "    sgd.zero_grad()\n    loss.back") + "    sgd.step()\n"
    (found,) = json.loads(runs(loop, "check", "--format", "json").out)["findings"]
    assert (found["id"], found["evidence"]["result"]) == ("loss-broadcast", [64, 64])
    right = loop.replace("- y)", "- y.unsqueeze(1))")
    assert json.loads(runs(right, "check", "--format", "json").out)["findings"] == []


def test_of_a_loop_it_is_said_what_to_do(runs: Runs) -> None:
    ran = runs(LOOP, "check")
    assert (ran.status, ran.out) == (2, "")
    assert "neither a module nor an optimizer" in ran.err and "check(step, batch)" in ran.err
