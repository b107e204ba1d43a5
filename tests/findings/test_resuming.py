"""A script that goes on from a checkpoint: what it does not take up is named; tuning is silent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import nn

from tests.around.runs import Runs
from tests.findings.test_script_check import runs

__all__ = ["runs"]

SCRIPT = """import torch
from torch import nn

torch.manual_seed(1)
net = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.Adam(net.parameters(), 1e-2)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)
scaler = torch.amp.GradScaler("cpu", enabled=SCALED)
data = [(torch.randn(8, 6), torch.randn(8, 1)) for _ in range(4)]
start = 0
saved = torch.load("FILE", weights_only=True)
net.load_state_dict(saved["model"])
TAKES
for epoch in range(start, 20):
    for x, y in data:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(net(x), y)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
    scheduler.step()
"""
EPOCH = 'start = saved["epoch"] + 1'
OPTIMIZER = 'optimizer.load_state_dict(saved["optimizer"])'
SCHEDULER = 'scheduler.load_state_dict(saved["scheduler"])'
SCALER = 'scaler.load_state_dict(saved["scaler"])'
GENERATOR = 'torch.set_rng_state(saved["rng"])'
ALL = [EPOCH, OPTIMIZER, SCHEDULER, SCALER, GENERATOR]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where checkpoints of five epochs lie: ``whole.pt``, and ``weights.pt`` with the epoch."""
    folder = tmp_path_factory.mktemp("checkpoints")
    net = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.Adam(net.parameters(), 1e-2)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    for _ in range(5):
        optimizer.zero_grad()
        scaler.scale(net(torch.randn(8, 6)).square().mean()).backward()
        scaler.step(optimizer)
        scaler.update()
        scheduler.step()
    weights = {"model": net.state_dict(), "epoch": 4}
    states = {
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "scaler": scaler.state_dict(),
    }
    torch.save(weights, folder / "weights.pt")
    torch.save(weights | states | {"rng": torch.get_rng_state()}, folder / "whole.pt")
    yield folder


def lacking(runs: Runs, file: Path, takes: list[str], scaled: bool = False) -> list[object]:
    """The level of the finding, its reason and what it says is lacking; empty: there is none."""
    script = SCRIPT.replace("FILE", str(file)).replace("TAKES", "\n".join(takes))
    ran = runs(script.replace("SCALED", str(scaled)), "check", "--format", "json")
    findings = json.loads(ran.out)["findings"]
    assert {f["id"] for f in findings} <= {"resume-lacks-state"}, findings
    for found in findings:
        evidence = found["evidence"]
        assert (found["line"], evidence["file"]) == ("script.py:11", file.name)
        return [found["level"], evidence["reason"], *evidence["unused"], *evidence["missing"]]
    return []


ADAM = "optimizer (Adam)"


@pytest.mark.slow
def test_a_loop_that_counts_on_without_the_moments(runs: Runs, folder: Path) -> None:
    weights, whole = folder / "weights.pt", folder / "whole.pt"
    assert lacking(runs, weights, [EPOCH]) == ["warning", "missing", ADAM, "StepLR", "RNG"]
    assert lacking(runs, whole, []) == []  # weights to be trained further from epoch 0


@pytest.mark.slow
def test_each_part_that_is_not_taken_up(runs: Runs, folder: Path) -> None:
    weights, whole = folder / "weights.pt", folder / "whole.pt"
    names = {SCHEDULER: "StepLR", SCALER: "GradScaler", GENERATOR: "RNG"}
    for left_out, name in names.items():
        takes = [part for part in ALL if part != left_out]
        assert lacking(runs, whole, takes, scaled=True) == ["warning", "unused", name], left_out
    assert lacking(runs, whole, [OPTIMIZER, GENERATOR]) == ["warning", "unused", "StepLR"]
    assert lacking(runs, whole, [EPOCH, SCHEDULER, GENERATOR]) == ["warning", "unused", ADAM]
    assert lacking(runs, whole, ALL, scaled=True) == []
    by_hand = "for _ in range(start): scheduler.step()"
    taken = [EPOCH, OPTIMIZER, by_hand, GENERATOR]
    assert lacking(runs, whole, taken) == []
    assert lacking(runs, weights, []) == []
    other = 'net[0].load_state_dict(nn.Linear(6, 8).state_dict()); start = saved["epoch"] + 1'
    assert lacking(runs, whole, [other, "net[2].reset_parameters()"]) == []  # no weight is its own


@pytest.mark.slow
def test_a_schedule_of_updates_that_begins_anew_where_the_loop_counts_them(
    runs: Runs, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = torch.load(folder / "whole.pt", weights_only=True)
    file = folder / "updates.pt"
    torch.save({"step": 5, **{k: known[k] for k in ("model", "optimizer")}}, file)
    takes = ['start = saved["step"]', OPTIMIZER]
    assert lacking(runs, file, takes) == ["note", "missing", "RNG"]  # it is called once an epoch
    each = SCRIPT.replace("    scheduler.step()\n", "").replace(
        "        scaler.update()\n", "        scaler.update()\n        scheduler.step()\n"
    )
    each = each.replace("optimizer, 1, 0.5", "optimizer, 50, 0.5")
    monkeypatch.setattr("tests.findings.test_resuming.SCRIPT", each)
    assert lacking(runs, file, takes) == ["warning", "missing", "StepLR", "RNG"]
