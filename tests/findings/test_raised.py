"""What torch raises, with what it leaves out: both types, and the op of a node that it names."""

from __future__ import annotations

from pathlib import Path

import torch

from lenet_tui.findings.engine.check import check
from lenet_tui.findings.finding import Finding
from lenet_tui.findings.words import FINDINGS, said
from lenet_tui.protocol.options import resolve
from lenet_tui.text.words import Words
from lenet_tui.training.engine.trainer import Trainer

FUNCTION = """
import torch
from torch import nn

class Scale(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return x * w

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        return g * w, (g * x).sum(1)

class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner, self.w = nn.Linear(4, 8), nn.Parameter(torch.ones(8))

    def forward(self, x):
        return Scale.apply(self.inner(x), self.w)

model = Scaled()
data = [(torch.randn(16, 4), torch.randn(16, 8))] * 3
loss = nn.functional.mse_loss
"""
DOUBLE = """
import torch
model = torch.nn.Linear(4, 2)
data = [(torch.randn(16, 4).double(), torch.randn(16, 2))] * 3
loss = torch.nn.functional.mse_loss
"""


def raised(text: str, folder: Path) -> Finding:
    file = folder / "mine.py"
    file.write_text(text, "utf-8")
    found = check(Trainer(resolve("own", model=str(file), device="cpu")), 3)
    return next(f for f in found.findings if f.id == "raised")


def test_a_backward_of_one_s_own_that_does_not_fit_is_named_by_its_op(tmp_path: Path) -> None:
    finding = raised(FUNCTION, tmp_path)
    evidence = finding.evidence
    assert (evidence["node"], evidence["made_at"]) == ("ScaleBackward", "mine.py:9")
    assert (evidence["result"], evidence["got"], evidence["wanted"]) == ([16, 8], "[16]", "[8]")
    assert evidence["parameters"] == ["w"]
    for language in ("en", "zh"):
        title, why, _ = said(finding, Words(language, FINDINGS))
        assert "ScaleBackward" in title and "mine.py:9" in why and "(16, 8)" in why


def test_two_floating_point_types_are_said_with_what_casts_them(tmp_path: Path) -> None:
    finding = raised(DOUBLE, tmp_path)
    assert finding.evidence["dtypes"] == ["float64", "float32", "float32"]
    assert "x.float()" in said(finding, Words("en", FINDINGS))[2]
    whole = DOUBLE.replace(".double()", "[:, :3]")
    assert raised(whole, tmp_path).evidence.get("reason") is None
    assert torch.get_default_dtype() == torch.float32
