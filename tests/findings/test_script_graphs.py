"""Graphs of a script that reach from one update to the next, and such as only seem to."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch

import lenet_tui as lt
from tests.around.runs import Runs, runs

__all__ = ["runs"]

HEADS = """import torch
from torch import nn
trunk, one, two = nn.Linear(4, 8), nn.Linear(8, 1), nn.Linear(8, 1)
first = torch.optim.SGD(one.parameters(), 0.1)
second = torch.optim.SGD([*trunk.parameters(), *two.parameters()], 0.1)
for _ in range(9):
    x = torch.randn(16, 4)
    hidden = torch.tanh(trunk(x))
    a = (one(hidden) - x[:, :1]).square().mean()
    b = (two(hidden) - x[:, 1:2]).square().mean()
    first.zero_grad()
    a.backward(RETAIN)
    first.step()
    second.zero_grad()
    b.backward()
    second.step()
"""
"""Two losses share a part of their graph, and between their backwards is an update."""


@pytest.mark.slow
def test_losses_with_a_part_in_common_are_carried_on_by_nobody(runs: Runs) -> None:
    kept = runs(HEADS.replace("RETAIN", "retain_graph=True"), "check", "--format", "json")
    assert (kept.status, json.loads(kept.out)["findings"]) == (0, [])
    freed = runs(HEADS.replace("RETAIN", ""), "check", "--format", "json")
    found = json.loads(freed.out)["findings"][0]
    assert (found["id"], found["where"]) == ("double-backward", "trunk.tanh")
    assert found["evidence"]["first"] == "script.py:12"
    assert found["evidence"]["second"] == "script.py:15"


@pytest.mark.slow
def test_an_update_between_two_backwards_is_named_alone(runs: Runs) -> None:
    judged = HEADS.replace("RETAIN", "retain_graph=True").replace("two(hidden)", "one(hidden)")
    found, raised = json.loads(runs(judged, "check", "--format", "json").out)["findings"]
    assert (found["id"], raised["id"]) == ("inplace-overwrite", "raised")
    assert (found["line"], found["where"]) == ("script.py:13", "one.weight")


GRAPHS = """import torch
from torch import nn
one, two = nn.Linear(4, 4), nn.Sequential(nn.Linear(4, 3), nn.Softmax(1))
first = torch.optim.SGD(one.parameters(), 0.1)
second = torch.optim.SGD(two.parameters(), 0.1)
for _ in range(9):
    x, y = torch.randn(6, 4), torch.arange(6) % 3
    made = one(x)
    first.zero_grad()
    nn.functional.cross_entropy(two(made), y).backward()
    first.step()
    second.zero_grad()
    seen = two(x)
    (nn.functional.cross_entropy(seen, y) + 0 * two(made.detach()).mean()).backward()
    second.step()
"""
"""Names hold the last graph of either optimizer, and there is a mistake beside it."""


@pytest.mark.slow
def test_graphs_that_two_names_hold_do_not_grow(runs: Runs) -> None:
    findings = json.loads(runs(GRAPHS, "check", "--format", "json").out)["findings"]
    assert {f["id"] for f in findings} == {"loss-on-probabilities"}


KEPT = """import torch
from torch import nn
cell, out = nn.RNNCell(3, 8), nn.Linear(8, 1)
optimizer = torch.optim.SGD([*cell.parameters(), *out.parameters()], 0.1)
state = torch.zeros(4, 8)
for _ in range(9):
    state = cell(torch.randn(4, 3), state)
    loss = out(state).square().mean()
    optimizer.zero_grad()
    loss.backward(RETAIN)
    optimizer.step()
"""


@pytest.mark.slow
@pytest.mark.parametrize("retain", ["", "retain_graph=True"])
def test_a_state_that_is_kept_with_its_graph(runs: Runs, retain: str) -> None:
    ran = runs(KEPT.replace("RETAIN", retain), "check", "--format", "json")
    first = json.loads(ran.out)["findings"][0]
    assert (first["id"], first["evidence"]["op_line"]) == (
        "graph-across-iterations", "script.py:7",
    )  # fmt: skip
    assert (first["evidence"]["iteration"], first["evidence"]["born"]) == (2, 1)


FUNCTIONAL = """
import torch
from torch import nn
from torch.func import functional_call, grad

torch.manual_seed(0)
model = nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x, y = torch.randn(8, 4), torch.randn(8, 1)

def loss_of(parameters, x, y):
    return nn.functional.mse_loss(functional_call(model, parameters, (x,)), y)

for _ in range(4):
    found = grad(loss_of)({n: p.detach() for n, p in model.named_parameters()}, x, y)
    for name, parameter in model.named_parameters():
        parameter.grad = found[name]
    optimizer.step()
    optimizer.zero_grad()
"""


def test_what_runs_inside_a_transform_is_said_to_be_unseen(runs: Runs) -> None:
    found = json.loads(runs(FUNCTIONAL, "check", "--format", "json").out)
    assert found["findings"] == [] and found["unseen"] >= 2
    assert "inside torch.func" in runs(FUNCTIONAL, "check").out
    plain = "    loss = nn.functional.mse_loss(model(x), y)\n    loss.backward()\n"
    start, end = FUNCTIONAL.index("    found ="), FUNCTIONAL.index("    optimizer.step")
    seen = json.loads(
        runs(FUNCTIONAL[:start] + plain + FUNCTIONAL[end:], "check", "--format", "json").out
    )
    assert "unseen" not in seen and seen["iterations"] == 3


def test_a_step_whose_model_runs_inside_a_transform_is_checked() -> None:
    given: dict[str, Any] = {}
    exec(FUNCTIONAL.partition("for _ in")[0], given)
    model, optimizer, x, y = (given[name] for name in ("model", "optimizer", "x", "y"))

    def step(batch: tuple[torch.Tensor, torch.Tensor]) -> None:
        held = {name: p.detach() for name, p in model.named_parameters()}
        found = given["grad"](given["loss_of"])(held, *batch)
        for name, parameter in model.named_parameters():
            parameter.grad = found[name]
        optimizer.step()
        optimizer.zero_grad()

    checked = lt.check(step, (x, y))
    assert not checked.ids and "inside torch.func" in str(checked)
