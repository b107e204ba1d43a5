"""Of a script, what meets in its loss is known, and who freed what its backward needs."""

from __future__ import annotations

import json

import pytest

from tests.around.runs import Runs, runs

__all__ = ["runs"]

BESIDE = """import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for _ in range(4):
    x, y, label = torch.randn(8, 4), torch.randn(8, 4), (torch.randn(8) > 0).float()
    distance = nn.functional.pairwise_distance(model(x), model(y), keepdim=True)
    loss = ((1 - label) * distance**2 + label * (2 - distance).clamp(min=0) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
EQUATION = """import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for _ in range(4):
    t = torch.rand(8, 1, requires_grad=True) * 6
    u = model(t)
    (slope,) = torch.autograd.grad(u.sum(), t)
    loss = (slope + u).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


@pytest.mark.slow
def test_labels_that_never_enter_the_model(runs: Runs) -> None:
    made = "label = (torch.randn(8) > 0).float()"
    for label in (made, "label = torch.tensor([0.0, 1.0] * 4)"):
        text = BESIDE.replace(made.partition(" = ")[2], label.partition(" = ")[2])
        [finding] = json.loads(runs(text, "check", "--format", "json").out)["findings"]
        assert (finding["id"], finding["line"]) == ("loss-broadcast", "script.py:10"), label
    healthy = BESIDE.replace(", keepdim=True", "")
    assert json.loads(runs(healthy, "check", "--format", "json").out)["findings"] == []


def test_a_graph_that_a_gradient_of_the_same_step_has_freed(runs: Runs) -> None:
    findings = json.loads(runs(EQUATION, "check", "--format", "json").out)["findings"]
    assert [f["id"] for f in findings] == ["double-backward", "raised"]
    evidence = findings[0]["evidence"]
    assert (evidence["first"], evidence["second"], evidence["reason"]) == (
        "script.py:10", "script.py:13", "grad",
    )  # fmt: skip


ADVERSARIAL = """import torch
from torch import nn

torch.manual_seed(0)
maker, judge = nn.Linear(3, 2), nn.Linear(2, 1)
first = torch.optim.Adam(judge.parameters(), lr=0.01)
second = torch.optim.Adam(maker.parameters(), lr=0.01)
for _ in range(4):
    first.zero_grad()
    made = maker(torch.randn(8, 3))
    (judge(made.detach()).mean() - judge(torch.randn(8, 2)).mean()).backward()
    first.step()
    second.zero_grad()
    (-judge(made.detach()).mean()).backward()
    second.step()
"""


def test_a_cut_is_where_the_update_that_missed_it_got_its_gradients(runs: Runs) -> None:
    findings = json.loads(runs(ADVERSARIAL, "check", "--format", "json").out)["findings"]
    assert (findings[0]["id"], findings[0]["line"]) == ("graph-cut", "script.py:14")
    assert findings[0]["evidence"]["parameters"] == ["maker.bias", "maker.weight"]
