"""A step of bare tensors, as one writes it to learn: with neither a module nor an optimizer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

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


REPLACING = LOOP.partition("    with torch.no_grad")[0] + (
    "    w, b = ((p - 0.05 * p.grad).detach().requires_grad_() for p in (w, b))\n"
    "    layers = [w, (layers[1] - 0.05 * layers[1].grad).detach().requires_grad_()]\n"
)
"""The update makes new tensors, which have no gradients."""
HELD = """
class Net:
    def __init__(self):
        self.w = [torch.randn(3, 4, requires_grad=True), torch.randn(4, 1, requires_grad=True)]
    def __call__(self, x):
        return torch.tanh(x @ self.w[0]) @ self.w[1]

def main(net, inputs):
    for x, y in zip(inputs, [x.sum(1, keepdim=True) for x in inputs]):
        for p in net.w:
            p.grad = None
        loss = (net(x) - y).pow(2).mean()
        loss.backward()
        for p in net.w:
            p.data.add_(p.grad, alpha=-0.05)

import torch
main(Net(), torch.randn(5, 8, 3))
"""
"""In an object's list, inside a function, changed by ``.data``."""


def found_in(runs: Runs, script: str, *words: str) -> list[dict[str, Any]]:
    ran = runs(script, "check", "--format", "json", *words)
    whole = json.loads(ran.out)
    assert whole["iterations"] == 3, ran.err
    found: list[dict[str, Any]] = whole["findings"]
    return found


def test_a_loop_of_tensors_alone_is_checked(runs: Runs) -> None:
    for loop in (LOOP, REPLACING, HELD):
        assert found_in(runs, loop) == [], loop
    kept = LOOP.replace("    w.grad = b.grad = layers[1].grad = None\n", "")
    (found,) = found_in(runs, kept)
    assert (found["id"], found["evidence"]["iteration"]) == ("grad-accumulates", 2)
    (found,) = found_in(runs, kept, "--at", "2")
    assert (found["id"], found["evidence"]["parameters"]) == (
        "grad-accumulates",
        ["w", "b", "layers_1"],
    )
    wide = HELD.replace(", keepdim=True", "")
    assert [f["id"] for f in found_in(runs, wide)] == ["loss-broadcast"]


@pytest.mark.parametrize("loop", [LOOP, REPLACING])
def test_the_iteration_that_is_stopped_at_is_whole(runs: Runs, loop: str) -> None:
    shown = loop + "print(w.sum().item(), b.item())\n"
    without, observed = runs(shown), runs(shown, "--at", "3")
    assert (observed.status, observed.out) == (0, without.out)
    titles = [line.split(" · ")[:2] for line in observed.err.splitlines() if " ms " in line]
    phases = [phase for iteration, phase in titles if iteration == "iteration 3"]
    assert len(phases) == len(titles) and phases[:4] == ["forward", "loss", "backward", "update"]
    assert set(phases[4:]) <= {"update", "zero_grad"} and "zero_grad" in phases


def test_tensors_that_nothing_of_the_script_s_holds(runs: Runs) -> None:
    hidden = """
import torch
from collections import deque
held = deque([torch.randn(3, requires_grad=True)])
for x in torch.randn(5, 4, 3):
    (x @ held[0]).pow(2).mean().backward()
    with torch.no_grad():
        held[0].sub_(0.1 * held[0].grad)
        held[0].grad.zero_()
"""
    ran = runs(hidden, "check")
    assert (ran.status, ran.out) == (2, "")
    assert "no variable, list, dictionary or object of its own holds" in ran.err


ASKED = """
import torch
from torch import nn
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1))
parameters = list(net.parameters())
for x in torch.randn(5, 16, 3):
    loss = ((net(x) - x[:, :1]) ** 2).mean()
    gradients = torch.autograd.grad(loss, parameters)
    with torch.no_grad():
        for p, g in zip(parameters, gradients):
            p -= 0.05 * g
"""


def test_a_loop_that_asks_for_gradients_and_applies_them_is_checked(runs: Runs) -> None:
    assert found_in(runs, ASKED) == []
    (found,) = found_in(runs, ASKED.replace("x[:, :1])", "x[:, 0])"))
    assert (found["id"], found["line"]) == ("loss-broadcast", "script.py:8")


@pytest.mark.slow
def test_what_it_asks_for_that_makes_it_worse_is_found(runs: Runs) -> None:
    for edit, id in (("p += 0.05", "loss-ascends"), ("p -= 50.0", "step-too-large")):
        (found,) = found_in(runs, ASKED.replace("p -= 0.05", edit))
        assert found["id"] == id
