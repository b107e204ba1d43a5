"""An optimizer may hold copies of a model's parameters with more digits, which train the model."""

from __future__ import annotations

import json

import pytest

from tests.around.runs import Runs, runs

__all__ = ["runs"]

MASTER = """import torch
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(5, 16), nn.Tanh(), nn.Linear(16, 3)).to(torch.bfloat16)
master = [p.detach().clone().float().requires_grad_() for p in net.parameters()]
optimizer = torch.optim.AdamW(master, lr=1e-3)
for number in range(8):
    x, y = torch.randn(12, 5).bfloat16(), torch.arange(12) % 3
    nn.functional.cross_entropy(net(x).float(), y).backward()
    for own, p in zip(master, net.parameters()):
        own.grad, p.grad = p.grad.float(), None
    optimizer.step()
    optimizer.zero_grad()
    with torch.no_grad():
        for own, p in zip(master, net.parameters()):
            p.copy_(own)
"""


@pytest.mark.slow
def test_copies_that_train_the_model_are_not_stale(runs: Runs) -> None:
    ran = runs(MASTER, "check", "--format", "json")
    assert (ran.status, json.loads(ran.out)["findings"]) == (0, [])


@pytest.mark.slow
def test_copies_that_no_parameter_is_given_are(runs: Runs) -> None:
    alone = MASTER.replace("            p.copy_(own)\n", "            pass\n")
    ids = [f["id"] for f in json.loads(runs(alone, "check", "--format", "json").out)["findings"]]
    assert ids[0] == "optimizer-stale"
