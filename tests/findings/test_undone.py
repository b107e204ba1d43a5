"""A check and every probe are undone to the bit, whatever a step changes as it runs."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from lenet_tui.findings.probes import PROBES
from lenet_tui.findings.request import Check
from lenet_tui.history.engine import keyframe
from lenet_tui.protocol.request import Rejected, handler_of
from tests.harness.driving import Drive

STEP = """
import random
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(
    nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.3), nn.Flatten(),
    nn.Linear(4 * 36, 3),
)
optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
schedule = torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.5)
scaler = torch.amp.GradScaler("cpu", init_scale=8.0, growth_interval=2)
average = torch.optim.swa_utils.AveragedModel(model)
own = torch.Generator().manual_seed(5)
data = torch.utils.data.DataLoader(
    torch.utils.data.TensorDataset(torch.randn(60, 1, 8, 8), torch.arange(60) % 3),
    6, shuffle=True, generator=torch.Generator().manual_seed(7),
)
counts = {"steps": 0}

def step(batch):
    x, y = batch
    x = x + 0.1 * torch.randn(x.shape, generator=own) + 0.01 * random.random()
    x = x * (1 + 0.01 * float(np.random.rand()))
    with torch.autocast("cpu", torch.bfloat16):
        loss = F.cross_entropy(model(x), y)
    optimizer.zero_grad()
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
    schedule.step()
    average.update_parameters(model)
    counts["steps"] += 1
    return loss
"""


def walked(folder: Path, request: Any) -> Iterator[object]:
    """The whole state after some moves, and where a request between them would show."""
    file = folder / "program.py"
    file.write_text(STEP)
    random.seed(3)
    np.random.seed(3)
    drive = Drive("", model=str(file))
    trainer = drive.session.navigator.trainer
    for move in ("finish", "op", "finish", "finish"):
        drive(move)
        before, at = keyframe.capture(trainer), drive.at
        if request is not None:
            with suppress(Rejected):
                handler_of(request)(request, drive.session)
            assert (keyframe.capture(trainer), drive.at) == (before, at)
        names: Any = trainer.file.names
        yield before
        yield names["counts"]["steps"], names["scaler"].state_dict(), names["schedule"].last_epoch
        yield names["own"].get_state().tolist(), random.getstate(), repr(np.random.get_state())
        yield torch.get_rng_state().tolist(), [m.training for m in names["model"].modules()]


@pytest.mark.slow
@pytest.mark.parametrize("name", list(PROBES))
def test_a_probe_is_undone(name: str, tmp_path: Path) -> None:
    few = {"steps": 3} if name in ("overfit", "zeroed-input", "shuffled-labels") else {}
    assert list(walked(tmp_path, PROBES[name](**few))) == list(walked(tmp_path, None))


def test_a_check_is_undone(tmp_path: Path) -> None:
    assert list(walked(tmp_path, Check(3))) == list(walked(tmp_path, None))
