"""A script of a training file that ends inside its own step, or draws its inputs."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lenet_tui.protocol.request import Rejected
from tests.harness.driving import Drive
from tests.harness.export_sessions import exported
from tests.harness.plain_loop import FILES

VERIFIES = """
import runpy, sys
for file in sys.argv[1:]:
    sys.argv = [file, "--verify"]
    try:
        runpy.run_path(file, run_name="__main__")
    except SystemExit as end:
        print(file, "ends with", end.code)
"""
"""Runs scripts one after the other: to import torch takes long."""
BY_HAND = """
import torch
from torch import nn

model = nn.Linear(3, 2)
data = [torch.randn(4, 3)]
optimizer = torch.optim.LBFGS(model.parameters(), max_iter=2)

def step(batch):
    def closure():
        optimizer.zero_grad()
        loss = model(batch).square().mean()
        loss.backward()
        return loss
    optimizer.step(closure)
    with torch.no_grad():
        model.weight.mul_(0.9)
    model(batch).mean().backward()
"""


def verify(scripts: list[str], folder: Path) -> None:
    """Each script comes to what was recorded, with the training file beside it."""
    files = []
    for number, script in enumerate(scripts):
        files.append(folder / f"script{number}.py")
        files[-1].write_text(script, encoding="utf-8")
    command = [sys.executable, "-c", VERIFIES, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    ends = [line for line in done.stdout.splitlines() if "ends with" in line]
    assert ends == [f"{file} ends with 0" for file in files], done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gan", "tagger"])
def test_it_ends_anywhere_in_a_step(name: str, tmp_path: Path) -> None:
    driven, dice, scripts = Drive("", model=str(FILES / f"{name}.py")), random.Random(1), []
    driven("run 2", "set lr 0.003", "phase")
    for _ in range(7):
        scripts.append(exported(driven))
        driven(*["phase"] * dice.randrange(3), *["op"] * dice.randrange(12))
    shutil.copy(FILES / f"{name}.py", tmp_path)
    verify(scripts, tmp_path)


@pytest.mark.slow
def test_a_place_after_a_change_by_hand_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(BY_HAND)
    driven, scripts, refused = Drive("", model=str(tmp_path / "own.py")), [], set()
    driven("run 1")
    driven("phase")
    while driven.at[0] == 2 and not driven.session.navigator.finished:
        try:
            scripts.append(exported(driven))
        except Rejected as why:
            assert "changed something by hand" in str(why)
            refused.add(driven.at)
        driven("op")
    assert refused and len(scripts) > 5
    verify(scripts[:: len(scripts) // 4], tmp_path)


@pytest.mark.slow
def test_before_a_change_by_hand_it_is_refused_too() -> None:
    """An average of the weights that the step keeps by hand at its end: any place may be late."""
    driven = Drive("", model=str(FILES / "experts.py"))
    driven("run 2", "phase")
    with pytest.raises(Rejected, match="changed something by hand"):
        exported(driven)
    driven("finish")
    assert "--verify" in exported(driven)


DRAWN: tuple[tuple[str, tuple[str, ...], dict[str, str]], ...] = (
    ("self.head(x)", ("4,3",), {}),
    ("{'logits': self.head(x)}", ("4,3:float32",), {"loss": "cross_entropy"}),
    ("self.head(self.words(x).mean(1))", ("4,5:int64",), {}),
    ("self.head(x * y)", ("4,3", "4,1"), {"optimizer": "adam"}),
)
"""What a model returns, the inputs that it is given, and other options."""


@pytest.mark.slow
def test_inputs_that_were_drawn_are_drawn_again(tmp_path: Path) -> None:
    scripts = []
    for number, (returned, inputs, given) in enumerate(DRAWN):
        file = tmp_path / f"drawn{number}.py"
        file.write_text(
            "from torch import nn\n"
            "class Net(nn.Module):\n"
            "    def __init__(self):\n        super().__init__()\n"
            "        self.words, self.head = nn.Embedding(9, 3), nn.Linear(3, 2)\n"
            f"    def forward(self, x, y=1):\n        return {returned}\n"
        )
        driven = Drive("", model=f"{file}:Net", inputs=inputs, **given)
        driven("run 3", "set lr 0.5", "run 1", *["phase"] * 3, "op", "op")
        scripts.append(exported(driven))
    verify(scripts, tmp_path)
