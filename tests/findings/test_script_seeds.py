"""A script that seeds its generators in each step: what it draws comes again."""

from __future__ import annotations

import json

import pytest

from tests.around.runs import Runs
from tests.findings.test_script_check import runs

__all__ = ["runs"]


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [True, False])
def test_samples_drawn_from_the_same_seed_in_each_step(runs: Runs, seeds: bool) -> None:
    """What is drawn before the first update is not seen: one iteration more is looked at."""
    lines = """import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(640, 6)
net = nn.Linear(6, 1)
optimizer = torch.optim.SGD(net.parameters(), 0.01)
for number in range(20):
    torch.manual_seed(SEED)
    at = torch.randint(0, 640, (32,))
    optimizer.zero_grad()
    nn.functional.mse_loss(net(x[at]), x[at].sum(1, keepdim=True)).backward()
    optimizer.step()
"""
    script = lines.replace("SEED", "7" if seeds else "number")
    found = json.loads(runs(script, "check", "--format", "json").out)
    said = [(f["id"], f["evidence"].get("seeded_at")) for f in found["findings"]]
    assert said == ([("same-batch-again", "script.py:8")] if seeds else [])
    assert found["iterations"] == (4 if seeds else 3)
