"""A GPU is warmed up without anything of the session being used; a CPU is not."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import torch

from lenet_tui.training.engine import devices
from tests.harness.driving import Drive


def test_the_small_step_uses_no_generator() -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    devices.small_step(torch.device("cpu"))
    assert torch.equal(torch.get_rng_state(), before)


def test_a_device_that_is_not_here_is_said_elsewhere() -> None:
    devices.small_step(torch.device("cuda:99"))


def test_the_cpu_has_nothing_to_start_or_to_warm_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading.Thread, "start", lambda _: pytest.fail("a thread"))
    devices.warm_up(torch.device("cpu"))
    assert not devices.starts_cuda("cpu")
    assert not devices.starts_cuda("auto") or torch.cuda.is_available()


def test_a_gpu_is_warmed_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    warmed: list[torch.device] = []
    monkeypatch.setattr(devices, "small_step", warmed.append)
    monkeypatch.setattr(devices, "_WARM", set())
    for _ in range(3):
        devices.warm_up(torch.device("cuda:0"))
    for thread in threading.enumerate():
        if thread.name == "warm-up":
            thread.join()
    assert warmed == [torch.device("cuda:0")]


STEP = """
import torch
model = torch.nn.Linear(3, 2)
data = [torch.ones(4, 3)]
def step(batch):
    loss = (model(batch) + torch.ones(2)).sum()
    loss.backward()
    return loss
"""


def test_a_step_of_ones_own_stays_where_its_file_put_its_model(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What it makes in the step is on the device that its owner wrote it for."""
    file = tmp_path / "own_step.py"
    file.write_text(STEP)
    gpu = torch.device("cuda:0")
    monkeypatch.setattr(
        devices, "resolve", lambda name: gpu if name == "auto" else torch.device(name)
    )
    drive = Drive("own", model=str(file), device="auto")
    drive("finish")
    assert drive.moved.frame.options.device == "cpu"
