"""A tensor that is trained by itself stays the same one when it is restored."""

from __future__ import annotations

import runpy
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest
import torch

from lenet_tui.export.engine.answers import export
from lenet_tui.export.request import Export
from lenet_tui.history.engine import keyframe
from lenet_tui.protocol.options import resolve
from lenet_tui.text.notice import Problem
from lenet_tui.training.engine.plain_state import PlainState
from lenet_tui.training.engine.trainer import Trainer
from tests.findings.test_healthy import FOLDER
from tests.harness.driving import Drive
from tests.harness.plain_loop import bits


def test_a_restored_picture_is_the_optimizer_s_own() -> None:
    options = resolve("own", model=str(FOLDER / "no_parameters_moved.py"), device="cpu")
    trainer = Trainer(options)
    names = trainer.file.names
    start, first = keyframe.capture(trainer), names["picture"].detach().clone()
    trainer.plain_iteration()
    once = names["picture"].detach().clone()
    trainer.plain_iteration()
    keyframe.restore(trainer, start)
    assert names["picture"] is names["optimizer"].param_groups[0]["params"][0]
    assert torch.equal(names["picture"], first)
    trainer.plain_iteration()
    assert torch.equal(names["picture"], once)
    assert not torch.equal(once, first)


HELD = {
    "a dictionary": "P = {'w': leaf(3, 4), 'v': leaf(4, 1)}\nparts = lambda: (P['w'], P['v'])",
    "a list with others": "P = [leaf(3, 4), None, leaf(4, 1)]\nparts = lambda: (P[0], P[2])",
    "names": "w, v = leaf(3, 4), leaf(4, 1)\nparts = lambda: (w, v)",
}
STEP = """
import torch
def leaf(*shape):
    return torch.randn(*shape, requires_grad=True)
HELD
momentum = [torch.zeros_like(p) for p in parts()]
def data():
    while True:
        yield torch.randn(5, 3)
def step(x):
    w, v = parts()
    loss = ((x @ w).tanh() @ v - x.sum(1, keepdim=True)).square().mean()
    for m, p, g in zip(momentum, (w, v), torch.autograd.grad(loss, (w, v))):
        with torch.no_grad():
            m.mul_(0.9).add_(g)
            p -= 0.05 * m
    return loss.item()
"""


@pytest.mark.parametrize("held", HELD)
def test_tensors_without_a_module_are_the_same_ones_after_a_way_back(
    held: str, tmp_path: Path
) -> None:
    """Wherever their owner holds them: what is trained on are the leaves, not copies of them."""
    file = tmp_path / "bare.py"
    file.write_text(STEP.replace("HELD", HELD[held]))
    torch.manual_seed(0)
    names = runpy.run_path(str(file))
    wanted = []
    for batch in islice(names["data"](), 6):
        names["step"](batch)
        wanted.append([bits(p) for p in names["parts"]()])
    drive = Drive("", model=str(file))

    def found() -> list[str]:
        return [sha for sha, _ in drive.state.values()]

    drive("run 4")
    assert sorted(found()) == sorted(wanted[3])
    drive("back iteration", "back iteration")
    assert sorted(found()) == sorted(wanted[1])
    drive("op", "op", "op", "back op", "back phase", "finish")
    assert sorted(found()) == sorted(wanted[2])
    drive("goto 0", "op", "goto 6")
    assert sorted(found()) == sorted(wanted[5])
    drive.again()
    drive("goto 2", "finish")
    assert sorted(found()) == sorted(wanted[2])


def test_what_is_said_of_a_leaf_elsewhere_is_refused() -> None:
    leaf, other = torch.ones(3, requires_grad=True), torch.ones(2)
    plain = PlainState(lambda: [("file", {"P": {"w": leaf, "x": other}})])
    text, _ = plain.write()
    assert '{"leaf": [0, -1]}' in text
    plain.check(text, ())
    for wrong in ("[0, 0]", "[1, -1]", "[9, -1]", "[-1, -1]", "[0]", '["0", -1]'):
        with pytest.raises(Problem):
            plain.check(text.replace("[0, -1]", wrong), (torch.ones(2),))


@pytest.mark.slow
def test_such_a_session_is_exported(tmp_path: Path) -> None:
    (tmp_path / "bare.py").write_text(STEP.replace("HELD", HELD["a dictionary"]))
    drive = Drive("", model=str(tmp_path / "bare.py"))
    drive("run 3")
    (tmp_path / "script.py").write_text(export(Export(), drive.session))
    command = [sys.executable, "script.py", "--verify"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0 and "are equal" in done.stdout, done.stdout + done.stderr
