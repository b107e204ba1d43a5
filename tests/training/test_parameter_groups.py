"""A step may add a group to its optimizer, or take one away: it is so again on every way."""

from __future__ import annotations

import runpy
from itertools import islice
from pathlib import Path

import pytest
import torch

from lenet_tui.training.engine.optimizers import optimizer_places
from lenet_tui.training.engine.plain_state import PlainState
from tests.harness.driving import Drive
from tests.harness.plain_loop import bits

STEP = """
import torch
from torch import nn
model = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2))
model[0].requires_grad_(False)
optimizer = torch.optim.Adam(model[2].parameters(), 0.01)
done = 0
def data():
    while True:
        yield torch.randn(4, 3), torch.randint(0, 2, (4,))
def step(batch):
    global done
    done += 1
    if done == 3:
        model[0].requires_grad_(True)
        optimizer.add_param_group({"params": model[0].parameters(), "lr": 0.001})
    if done == 6:
        del optimizer.param_groups[0]
    loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
"""


def test_a_group_comes_and_goes_with_the_iterations(tmp_path: Path) -> None:
    file = tmp_path / "thaw.py"
    file.write_text(STEP)
    torch.manual_seed(0)
    names = runpy.run_path(str(file))
    wanted = []
    for batch in islice(names["data"](), 8):
        names["step"](batch)
        wanted.append([bits(p) for p in names["model"].parameters()])
    drive = Drive("", model=str(file))

    def at(*lines: str) -> list[str]:
        drive(*lines)
        return [sha for sha, _ in drive.state.values()]

    assert at("run 2", "phase", "op", "back phase", "back phase") == wanted[1]
    assert at("finish") == wanted[2]
    assert at("goto 8") == wanted[7]
    for n in (2, 5, 1, 7, 4, 3, 6, 2, 8):
        assert at(f"goto {n}") == wanted[n - 1], n
    drive.again()
    for n in (7, 3, 2, 6):
        assert at(f"goto {n}") == wanted[n - 1], n


@pytest.mark.parametrize("fewer", [True, False])
def test_groups_are_put_back_with_their_settings_and_states(fewer: bool) -> None:
    first, second = (torch.nn.Parameter(torch.ones(2)) for _ in range(2))
    optimizer = torch.optim.SGD([first], lr=0.5, momentum=0.9)
    plain = PlainState(lambda: optimizer_places("optimizer", optimizer))

    def write() -> tuple[str, list[torch.Tensor]]:
        text, tensors = plain.write()
        return text, [t.clone() for t in tensors]

    written = [write()]
    optimizer.add_param_group({"params": [second], "lr": 0.25})
    for p in (first, second):
        p.grad = torch.ones(2)
    optimizer.step()
    written.append(write())
    optimizer.param_groups[1]["lr"] = 7.0
    optimizer.step()
    for text, tensors in written if fewer else reversed(written):
        plain.restore(text, tensors, torch.device("cpu"))
        assert plain.write()[0] == text
    rates = [group["lr"] for group in optimizer.param_groups]
    assert rates == ([0.5, 0.25] if fewer else [0.5])
    if fewer:
        assert optimizer.param_groups[1]["params"][0] is second
        assert optimizer.state[second]["momentum_buffer"].tolist() == [1, 1]
