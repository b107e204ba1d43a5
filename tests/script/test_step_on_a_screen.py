"""``lenet_tui.step`` in the middle of a loop on a terminal: the loop goes on as without it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.harness.leaving import given_back, taken
from tests.harness.terminal import ROOT, Terminal

SCRIPT = """
import sys
import torch
from torch import nn
import lenet_tui as lt

def main(look):
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1)
    model = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.Dropout(0.3), nn.Linear(6, 3))
    optimizer = torch.optim.SGD(model.parameters(), 0.1, 0.9)
    calls = 0

    def train_step(batch):
        nonlocal calls
        calls += 1
        optimizer.zero_grad()
        output = model(batch[0] + torch.randn(batch[0].shape, generator=generator))
        loss = nn.functional.cross_entropy(output, batch[1])
        loss.backward()
        optimizer.step()
        return loss

    losses = []
    for number in range(4):
        batch = torch.randn(8, 4), torch.randint(3, (8,))
        if look and number == 1:
            lt.step(train_step, batch)
            print("back in the loop", flush=True)
        losses.append(train_step(batch).item())
    return losses, calls

if __name__ == "__main__":
    plain = main(False)
    print("EQUAL" if main(True) == plain else "DIFFERENT", flush=True)
    try:
        import time
        time.sleep(float(sys.argv[1]))
    except KeyboardInterrupt:
        print("its own Ctrl-C")
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    file = tmp_path / "train.py"
    file.write_text(SCRIPT, encoding="utf-8")
    return file


def opened(script: Path, seconds: int) -> Terminal:
    terminal = Terminal(
        [sys.executable, str(script), str(seconds)],
        env={"PYTHONPATH": str(ROOT), "CI": "", "PYTEST_CURRENT_TEST": ""},
    )
    terminal.wait_for("iteration 0")
    assert taken(terminal)
    return terminal


@pytest.mark.slow
def test_a_walk_on_the_screen_leaves_no_trace(script: Path) -> None:
    with opened(script, 30) as terminal:
        assert "train_step" in terminal.text
        assert "train.py" in terminal.text
        terminal.send("f")
        terminal.wait_for("iteration 1")
        terminal.send("W")
        terminal.wait_for("not here: the engine is")
        terminal.send("f", "f", "F", "s")
        terminal.wait_for("iteration 3")
        terminal.send("S", "q")
        terminal.wait_for("EQUAL")
        assert "DIFFERENT" not in terminal.text
        assert "back in the loop" in terminal.text
        terminal.send("ctrl+c")
        assert terminal.wait() == 0
        assert "its own Ctrl-C" in terminal.text
        given_back(terminal)


@pytest.mark.slow
def test_a_screen_that_is_killed_leaves_no_trace_either(script: Path) -> None:
    with opened(script, 0) as terminal:
        terminal.send("f", "f")
        terminal.wait_for("iteration 2")
        children = Path(f"/proc/{terminal.process.pid}/task/{terminal.process.pid}/children")
        (screen,) = children.read_text("utf-8").split()
        os.kill(int(screen), signal.SIGKILL)
        assert terminal.wait() == 0
        assert "EQUAL" in terminal.text
        given_back(terminal)
