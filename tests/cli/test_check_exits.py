"""A script that leaves by itself before a step was looked at is not called checked."""

from __future__ import annotations

import pytest

from tests.around.runs import Runs, runs

__all__ = ["runs"]

LEAVES = """import sys
import torch
model = torch.nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), 0.1)
model(torch.ones(4, 3)).square().mean().backward()
optimizer.step()
sys.exit(STATUS)
"""


@pytest.mark.slow
@pytest.mark.parametrize("status", ["0", "1", "'no data'"])
def test_leaving_before_the_update_that_was_asked_for(runs: Runs, status: str) -> None:
    ran = runs(LEAVES.replace("STATUS", status), "check", "--at", "5")
    assert (ran.status, ran.out) == (2, "")
    lines = ran.err.splitlines()
    assert "there was none to look at from update 5 on" in lines[-1]
    assert lines[:-1] == (["no data"] if "data" in status else [])


@pytest.mark.slow
def test_leaving_after_what_was_looked_at(runs: Runs) -> None:
    ran = runs(LEAVES.replace("STATUS", "3"), "check")
    assert (ran.status, ran.out.splitlines()[0]) == (0, "No findings in 1 iteration.")
