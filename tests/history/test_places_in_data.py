"""A place in a training file's data is the same however a session came to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.driving import Drive

HEAD = """
import torch
from torch import nn
from torch.utils.data import DataLoader

model = nn.Linear(3, 2)
loss = nn.MSELoss()
optimizer = lambda p: torch.optim.SGD(p, lr=0.1)
pairs = [(torch.randn(3), torch.randn(2)) for _ in range(9)]
"""
DATA = {
    "list": "data = [(torch.randn(4, 3), torch.randn(4, 2)) for _ in range(3)]",
    "shuffled": "data = DataLoader(pairs, batch_size=3, shuffle=True)",
    "drawn": "data = lambda: ((torch.randn(4, 3), torch.randn(4, 2)) for _ in range(3))",
}
EPOCH = 3
KILL = "kill"
WALKS = {
    "after a kill": ("goto 19", KILL, "goto 10"),
    "to an epoch's end": ("goto 19", KILL, "goto 9", "run 4"),
    "over it and back": ("goto 13", "goto 8", "run 3", "goto 5", "run 9"),
    "a kill at its end": ("goto 9", KILL, "goto 6", "run 5", KILL, "goto 8", "run 2"),
}


@pytest.mark.parametrize("walk", WALKS)
@pytest.mark.parametrize("data", DATA)
def test_nothing_is_said_to_differ(data: str, walk: str, tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(HEAD + DATA[data])
    drive = Drive("", model=str(file))
    for move in WALKS[walk]:
        if move == KILL:
            drive.again()
        else:
            assert drive(move).frame.divergence is None, move


@pytest.mark.parametrize("data", DATA)
def test_the_end_of_an_epoch_has_one_form(data: str, tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(HEAD + DATA[data])
    drive = Drive("", model=str(file))
    own = drive.session.navigator.trainer.own_data
    assert own is not None
    drive(f"goto {EPOCH}")
    at_first = own.place
    drive(f"goto {2 * EPOCH}", f"goto {EPOCH}")
    assert own.place == at_first
