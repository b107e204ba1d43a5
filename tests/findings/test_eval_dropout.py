"""Dropout that eval mode does not switch off is found in a script too; guarded dropout is not."""

from __future__ import annotations

import json

import pytest

from tests.around.runs import Runs, runs

__all__ = ["runs"]

SCRIPT = """import torch
from torch import nn
from torch.nn import functional as F

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(6, 8), nn.Linear(8, 1)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x):
        x = self.dropout(torch.tanh(self.a(x)))
        x = F.dropout(
            x, p=0.25
        )
        return self.b(x)

torch.manual_seed(0)
model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for _ in range(5):
    for _ in range(2):
        x = torch.randn(8, 6)
        (F.mse_loss(model(x), x.sum(1, keepdim=True)) / 2).backward()
    optimizer.step()
    optimizer.zero_grad()
"""


@pytest.mark.parametrize(
    ("instead", "accused"),
    [
        ("x = F.dropout(", True),
        ("if self.training: x = F.dropout(", False),
        ("x = F.dropout(training=self.training, input=", False),
        ("x = F.dropout(training=True, input=", False),
        ("x = nn.Dropout(0.25)(", True),
        ("x = self.mc(", False),
    ],
)
def test_a_script_s_dropout_is_tried_in_eval_mode(instead: str, accused: bool, runs: Runs) -> None:
    script = SCRIPT.replace("x = F.dropout(", instead)
    if "F." not in instead:
        script = script.replace("x, p=0.25", "x")
    if "self.mc" in instead:  # a part of the model, which is kept in train mode on purpose
        script = script.replace("self.dropout =", "self.mc = nn.Dropout(0.25); self.dropout =")
        kept = "    def eval(self): return self\n\n    def forward"
        script = script.replace("    def forward", kept)
    found = json.loads(runs(script, "check", "--format", "json").out)["findings"]
    found = [f for f in found if f["id"] != "loss-at-start" and f["level"] != "note"]
    assert [f["id"] for f in found] == ["dropout-in-eval"] * accused
    if accused:
        [finding] = found
        assert finding["line"] == "script.py:13"
        assert finding["evidence"]["p"] == 0.25 and finding["evidence"]["difference"] > 0
