"""The lengths of gradients and updates, and of which iteration they are."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from lenet_tui.protocol.messages import Subscription
from tests.harness.driving import Drive


def test_the_norms_are_those_of_plain_tensors() -> None:
    drive = Drive(batch_size=8)
    drive("run 3")
    drive.session.subscribe(Subscription(norms=True))
    before = {n: v.clone() for n, v in drive.session.navigator.trainer.parameters.items()}
    drive("finish")
    norms = drive.session.frame().norms
    after = drive.session.navigator.trainer.parameters
    assert norms is not None and norms.gradient is not None and norms.ratio is not None
    grads = torch.cat([p.grad.double().flatten() for p in after.values() if p.grad is not None])
    old = torch.cat([p.double().flatten() for p in before.values()])
    new = torch.cat([p.detach().double().flatten() for p in after.values()])
    assert norms.gradient == pytest.approx(float(grads.norm()), rel=1e-12)
    assert norms.ratio == pytest.approx(
        float((new - old).norm().item() / old.norm().item()), rel=1e-5
    )
    for line in ("phase", "phase", "phase", "op"):  # the gradients of before, none, and a part
        drive(line)
        norms = drive.session.frame().norms
        assert norms is not None and norms.gradient is None and norms.ratio is None, line
    drive("phase", "op")  # a part of the update
    norms = drive.session.frame().norms
    assert norms is not None and norms.gradient is not None and norms.ratio is None


SCALED = """
import torch
model = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
data = [(torch.ones(4, 2), torch.ones(4, 1))]
def step(batch):
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(model(batch[0]), batch[1])
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    return loss
"""


def test_a_gradient_that_is_still_scaled_is_no_number_of_the_curve(tmp_path: Path) -> None:
    file = tmp_path / "scaled.py"
    file.write_text(SCALED)
    drive = Drive("", model=str(file))
    drive.session.subscribe(Subscription(norms=True))
    seen: dict[str, float | None] = {}
    drive("finish", "phase")
    while drive.at[1] != "update":
        frame = drive.frame("phase")
        assert frame.norms is not None
        seen[frame.position.phase] = frame.norms.gradient
    unscaled = seen["unscale"]
    assert seen["backward"] is None and unscaled is not None
    assert seen["update"] == unscaled < 100
