"""Scripts whose layers make their parameters in their first forward."""

from __future__ import annotations

import json

import pytest

from tests.around.runs import Runs, runs

__all__ = ["runs"]

LAZY = """import torch
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.LazyLinear(8), nn.LazyBatchNorm1d(), nn.ReLU(), nn.LazyLinear(3))
WHOLE
optimizer = None
for number in range(7):
    loss = nn.functional.cross_entropy(net(torch.randn(12, 5)), torch.arange(12) % 3)
    if optimizer is None:
        optimizer = torch.optim.Adam(net.parameters())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print("update", number)
"""


@pytest.mark.slow
@pytest.mark.parametrize("whole", ["", "net(torch.zeros(2, 5))"])
def test_the_first_forward_that_can_be_looked_at_is_where_a_check_begins(
    runs: Runs, whole: str
) -> None:
    ran = runs(LAZY.replace("WHOLE", whole), "check", "--format", "json")
    assert (ran.status, json.loads(ran.out)["findings"]) == (0, [])
    unseen = 0 if whole else 1
    assert json.loads(ran.out)["iterations"] + unseen - 1 == len(ran.err.splitlines())


@pytest.mark.slow
def test_what_is_wrong_behind_a_call_to_make_a_model_whole_is_found(runs: Runs) -> None:
    script = LAZY.replace("WHOLE", "net(torch.zeros(2, 5))").replace(
        "    optimizer.zero_grad()\n", ""
    )
    ran = runs(script, "check", "--format", "json")
    assert [f["id"] for f in json.loads(ran.out)["findings"]] == ["grad-accumulates"]
