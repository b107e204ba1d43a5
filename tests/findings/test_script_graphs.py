"""Graphs of a script that reach from one update to the next, and such as only seem to."""

from __future__ import annotations

import json

import pytest

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
