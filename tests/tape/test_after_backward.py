"""What a step computes after its backward is no loss, in a file as in a script."""

from __future__ import annotations

from pathlib import Path

from tests.harness.driving import Drive

FILE = """import torch
from torch import nn
model = nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
data = [torch.ones(6, 4)]
def step(x):
    optimizer.zero_grad()
    loss = model(x).square().mean()
    loss.backward()
    total = sum(p.grad.norm() for p in model.parameters())
    optimizer.step()
    return loss
"""


def test_gradient_norms_are_work_beside_the_phases(tmp_path: Path) -> None:
    file = tmp_path / "norms_file.py"
    file.write_text(FILE)
    drive = Drive("own", model=str(file))
    drive("finish")
    segments = drive.session.navigator.tape.segments
    phases = [s.phase.name for s in segments]
    assert phases == ["zero_grad", "forward", "loss", "backward", "other", "update"]
    assert [op.name for op in segments[4].ops][:2] == ["other.norm", "other.add"]
    assert [op.name for op in segments[2].ops] == ["loss.square", "loss"]
