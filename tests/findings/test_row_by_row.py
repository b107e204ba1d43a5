"""Where its ops tell that no sample of a model depends on another, it is not run for that again."""

from __future__ import annotations

from pathlib import Path

import pytest

from lenet_tui.findings.engine.detectors.tried import Tried
from lenet_tui.findings.engine.recording import copies, record
from lenet_tui.findings.engine.row_by_row import row_by_row
from lenet_tui.history.engine.held_state import held_state
from lenet_tui.protocol.options import resolve
from lenet_tui.training.engine.trainer import Trainer

PROGRAM = """
import torch
import torch.nn.functional as F
from torch import nn
torch.manual_seed(0)
N = 6

class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = {layers}
        self.last = nn.Linear({width}, 1)
        self.scale = nn.Parameter(torch.ones({width}))

    def forward(self, x):
        {forward}
        return self.last(h)

model = Model()
loss = lambda made, y: F.mse_loss(made.flatten(), y[: made.numel()])
optimizer = lambda ps: torch.optim.SGD(ps, lr=0.01)
data = [({given}, torch.randn(48)) for _ in range(4)]
"""
NARROW = "nn.Sequential(nn.Linear(6, 6), nn.Tanh(), nn.LayerNorm(6), nn.Dropout(0.5))"
IMAGES = "nn.Sequential(nn.Conv2d(2, 3, 3, padding=1), nn.GELU(), nn.MaxPool2d(2))"
APART = {
    "rows": (NARROW, 6, "h = self.layers(x)", "torch.randn(N, 6)"),
    "residual": (NARROW, 6, "h = (x + self.layers(x)) * self.scale", "torch.randn(N, 6)"),
    "images": (IMAGES, 12, "h = self.layers(x).flatten(1)", "torch.randn(N, 2, 4, 4)"),
    "words": ("nn.Embedding(5, 4)", 8, "h = self.layers(x).view(N, 8)", "torch.ones(N, 2).long()"),
}
"""Layers, the width of the last one, the forward, and the input."""
MIXED = {
    "mean": (NARROW, 6, "h = self.layers(x) - x.mean(0)", "torch.randn(N, 6)"),
    "statistics": ("nn.BatchNorm1d(6)", 6, "h = self.layers(x)", "torch.randn(N, 6)"),
    "turned": (NARROW, 6, "h = self.layers(x.t()).reshape(N, 6)", "torch.randn(N, 6)"),
    "shuffled": (NARROW, 6, "h = self.layers(x)[torch.arange(N).flip(0)]", "torch.randn(N, 6)"),
    "pairs": (NARROW, 6, "h = self.layers(x); h = h[:, 0] + h[:, :1]", "torch.randn(N, 6)"),
    "written": (NARROW, 6, "h = self.layers(x); h[0] = h[1]", "torch.randn(N, 6)"),
    "by hand": (NARROW, 6, "h = torch.tensor(self.layers(x).tolist())", "torch.randn(N, 6)"),
    "one row": ("nn.Linear(6, 6)", 6, "h = self.layers(x)", "torch.randn(6)"),
    "channels": (IMAGES, 4, "h = self.layers(x).flatten(1)", "torch.randn(2, 4, 4)"),
    "axis": (NARROW, 6, "h = self.layers(x).softmax(0)", "torch.randn(N, 6)"),
}


def trainer(folder: Path, program: tuple[str, int, str, str]) -> Trainer:
    layers, width, forward, given = program
    file = folder / "program.py"
    file.write_text(PROGRAM.format(layers=layers, width=width, forward=forward, given=given))
    return Trainer(resolve("own", model=str(file), device="cpu"))


def known(folder: Path, program: tuple[str, int, str, str]) -> bool:
    own = trainer(folder, program)
    iteration = record(own, 1, 1, [], copies(own))
    assert iteration.error is None
    return row_by_row(iteration)


@pytest.mark.parametrize("name", APART)
def test_rows_that_are_known_to_stay_apart(tmp_path: Path, name: str) -> None:
    assert known(tmp_path, APART[name])


@pytest.mark.parametrize("name", MIXED)
def test_what_mixes_rows_or_may_is_tried(tmp_path: Path, name: str) -> None:
    assert not known(tmp_path, MIXED[name])


def test_only_what_is_not_known_is_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def mixing(*_: object) -> tuple[()]:
        tried.append("run")
        return ()

    monkeypatch.setattr(Tried, "_mixing", mixing)
    for program in (APART["rows"], MIXED["mean"]):
        own = trainer(tmp_path, program)
        detector = Tried()
        detector.begin(own)
        detector.held = held_state(own)
        list(detector.look(record(own, 1, 1, [], copies(own))))
        list(detector.end())
    assert tried == ["run"]
