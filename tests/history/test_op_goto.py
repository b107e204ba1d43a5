"""``goto op NAME`` goes to an op by its name, forwards or back, as the steps one by one would."""

from __future__ import annotations

from pathlib import Path

from tests.harness.driving import Drive


def test_going_to_an_op_ends_where_its_steps_end() -> None:
    drive, other = Drive(), Drive()
    names = [e.name for e in drive.session.navigator.recorder.expected]
    for name in ("conv2.relu", "conv1", "fc3", "conv2"):
        drive(f"goto op {name}")
        count = names.index(name) + 1
        other(*(["back iteration"] if other.at[0] else []), *(["op"] * count))
        assert (drive.at, drive.state) == (other.at, other.state)
        assert drive.moved.frame.entry and drive.moved.frame.entry.name == name
    drive("finish", "goto op conv1.relu")
    assert drive.at == (1, "forward", 2, 2)
    drive("finish", "phase", "back phase", "goto op conv1")
    assert drive.at[:3] == (1, "forward", 1)


def test_an_op_that_is_not_there_changes_nothing() -> None:
    drive = Drive()
    before = drive.at
    assert "no op called conv9" in str(drive.tries("goto op conv9").error)
    assert drive.at == before
    drive("goto op fc1")
    drive.again()  # the new engine has run no op after it
    drive("goto op fc3")
    assert drive.at == (1, "forward", None, 12)


def test_an_op_of_another_phase_is_found_there(tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(WITH_A_LOSS_OF_SEVERAL_OPS)
    drive = Drive("", model=str(file))
    drive("goto op loss.mul")
    assert drive.at[:2] == (1, "loss")
    assert drive.moved.frame.entry and drive.moved.frame.entry.name == "loss.mul"
    drive("finish", "goto op loss.sub")
    assert drive.at[:3] == (1, "loss", 1)
    drive("finish", "finish", "goto op loss.mul")
    assert drive.at[:2] == (2, "loss")
    before = drive.at
    assert "no op called loss.cos" in str(drive.tries("goto op loss.cos").error)
    assert drive.at == before


WITH_A_LOSS_OF_SEVERAL_OPS = """
import torch
from torch import nn

model = nn.Linear(3, 2)
optimizer = lambda p: torch.optim.SGD(p, lr=0.1)
data = [(torch.randn(4, 3), torch.randn(4, 2)) for _ in range(3)]
def loss(output, target):
    away = output - target
    return (away * away).sum()
"""
