"""Training files that do not look alike end, by any way, where their owner's loop ends."""

from __future__ import annotations

import math
import random
import shutil
import subprocess
import sys
from functools import cache
from itertools import islice
from pathlib import Path

import pytest
import torch

from lenet_tui.explain.engine.answers import explain
from lenet_tui.explain.explanation import Explain
from lenet_tui.export.engine.answers import export
from lenet_tui.export.request import Export
from lenet_tui.protocol.messages import Subscription
from lenet_tui.protocol.views import ViewRequest
from tests.harness.driving import Drive
from tests.harness.few import few
from tests.harness.plain_loop import FILES, State, states

NAMES = sorted(file.stem for file in FILES.glob("[a-z]*.py"))
FEW, MANY = 6, 24


@cache
def plain(name: str, count: int = MANY) -> list[tuple[State, float | None]]:
    return list(islice(states(name), count))


def drive(name: str) -> Drive:
    plain(name)  # first, as both draw from the same generators
    return Drive("", model=str(FILES / f"{name}.py"))


def check(driven: Drive, name: str) -> None:
    """A session at the end of an iteration has the plain loop's bits."""
    state, loss = plain(name)[driven.at[0] - 1]
    assert driven.state == state
    if loss is not None:
        assert driven.moved.frame.loss == pytest.approx(loss, rel=1e-6)
    assert math.isfinite(driven.moved.frame.loss or math.nan)


@pytest.mark.parametrize("name", few(NAMES, "tagger", "gan"))
def test_a_file_steps_goes_back_jumps_and_survives_a_kill(name: str) -> None:
    driven = drive(name)
    for _ in range(3):
        driven("finish")
        check(driven, name)
    driven("op", "op", "back op", "phase", "back phase", "finish")
    check(driven, name)
    driven("back iteration")
    check(driven, name)
    driven("goto 6")
    check(driven, name)
    driven("goto 1", "op")
    driven.again()
    driven("finish")
    check(driven, name)
    assert not driven.session.history.divergence


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_walk_of_two_hundred_moves_ends_in_the_plain_loops_bits(name: str) -> None:
    driven, draw = drive(name), random.Random(name)
    forward = ["op", "op", "phase", "finish", "run 3"]
    for _ in range(200):
        last = driven.at[0]
        back = ["back op", "back phase", "back iteration", f"goto {draw.randint(0, last)}"]
        move = draw.choice(forward if last < 3 else [*forward, *back] if last < MANY - 4 else back)
        driven(move)
        if draw.random() < 0.05:
            driven.again()
        if driven.moved.frame.boundary and driven.at[0]:
            check(driven, name)
    driven("goto 20")
    check(driven, name)
    assert not driven.session.history.divergence


def exported(name: str, folder: Path, *moves: str) -> subprocess.CompletedProcess[str]:
    """The script of a session, run with the training file beside it."""
    driven = drive(name)
    driven(*moves)
    (folder / "script.py").write_text(export(Export(), driven.session))
    shutil.copy(FILES / f"{name}.py", folder)
    command = [sys.executable, str(folder / "script.py"), "--verify"]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


@pytest.mark.slow
def test_a_session_is_exported_beside_its_file(tmp_path: Path) -> None:
    moves = ("run 3", "set lr 0.01", "finish", "phase", "phase", "op")
    done = exported("unet", tmp_path, *moves)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "are equal" in done.stdout and "differs" not in done.stdout
    same_name = tmp_path / "elsewhere" / "unet.py"  # the script is not the file that it needs
    same_name.parent.mkdir()
    shutil.copy(tmp_path / "script.py", same_name)
    command = [sys.executable, str(same_name), "--verify"]
    named = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert named.returncode == 0, named.stdout + named.stderr
    (tmp_path / "unet.py").unlink()
    command = [sys.executable, str(tmp_path / "script.py")]
    alone = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert alone.returncode == 1 and "unet.py must lie beside this script" in alone.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_file_is_exported(name: str, tmp_path: Path) -> None:
    done = exported(name, tmp_path, "run 5")
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_a_step_decides_is_not_to_be_set() -> None:
    driven = drive("gan")
    driven("finish")
    for move in ("skip zero_grad", "do backward", "set optimizer adam", "set loss mse"):
        assert driven.tries(move).error, move
        assert driven.at[0] == 1
    driven("op")
    assert "runs as a whole" in str(driven.tries("set lr 0.5").error)
    driven("finish", "set lr 0.5", "finish")
    groups = [
        group["lr"]
        for optimizer in driven.session.navigator.trainer.objects.optimizers.values()  # type: ignore[union-attr]
        for group in optimizer.param_groups
    ]
    assert groups == [0.5, 0.5]
    driven("back iteration")
    assert driven.moved.frame.options.lr == 0.5


def test_the_phases_of_a_step_are_those_that_it_does() -> None:
    driven = drive("tagger")
    driven("finish")
    phases = [s.phase for s in driven.moved.frame.segments]
    micro = ["forward", "loss", "backward"]
    assert phases == ["zero_grad", *micro, *micro, "clip", "update"]
    driven("finish")
    assert [s.phase for s in driven.moved.frame.segments][-1] == "schedule"
    driven("back iteration", "phase", "phase")
    assert driven.at == (2, "forward", None, driven.at[3])
    assert driven.moved.frame.upcoming is not None
    assert driven.moved.frame.upcoming[:2] == ("loss", "backward")
    lines = (FILES / "tagger.py").read_text().splitlines()
    assert "model(x)" in lines[driven.moved.frame.segments[-1].line - 1]


@pytest.mark.slow
def test_many_draws_from_the_generators_survive_a_kill() -> None:
    """A keyframe cannot hold them all: a new engine draws them again from the start."""
    driven = drive("gan")
    driven("run 34", "set lr 0.001", "run 3", "op")
    state, at = driven.state, driven.at
    driven.again()
    driven("op", "back op")
    assert (driven.at, driven.state) == (at, state)
    driven("back iteration", "back iteration", "finish", "op")
    assert (driven.at, driven.state) == (at, state)
    assert not driven.session.history.divergence


@pytest.mark.slow
def test_an_epoch_that_was_begun_in_another_engine_draws_as_it_did() -> None:
    """Twice killed: the last engine begins amid the epochs, and then goes back and on."""
    driven = drive("tagger")
    driven("run 19")
    driven.again()
    driven.again()
    driven("goto 3")
    for _ in range(8):
        driven("finish")
        check(driven, "tagger")


@pytest.mark.slow
def test_dropped_batches_are_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """With no room for more than one batch, over epochs that are shuffled and end."""
    monkeypatch.setattr("lenet_tui.training.engine.own_data.OwnData.__init__.__defaults__", (1,))
    driven = drive("resnet")
    driven("run 11")
    for goal in (9, 2, 7, 1, 11):
        driven(f"goto {goal}")
        check(driven, "resnet")
    driven("goto 5", "phase")
    driven.again()
    driven("finish", "finish")
    check(driven, "resnet")


def test_gradients_of_a_scaled_loss_are_shown_unscaled() -> None:
    driven = drive("experts")
    driven("finish")
    while driven.at[1] != "backward" or driven.at[2] is not None:
        driven("back phase")
    scaled = driven.find("head.weight.grad").tensor
    request = ViewRequest("k", "head.weight.grad", "numbers", rows=2, cols=6)
    frame = driven.session.subscribe(Subscription((request,)))
    shown = frame.views[0]
    assert scaled is not None and shown.values is not None
    assert shown.divisor == 1024
    assert torch.equal(torch.from_numpy(shown.values[0]), scaled.double() / 1024)
    driven("phase")
    assert driven.at[1] == "unscale"
    frame = driven.session.subscribe(Subscription((request,)))
    assert frame.views[0].divisor == 1
    assert frame.views[0].values is not None and (frame.views[0].values == shown.values).all()
    driven("run 4")
    scales = [e for e in driven.entries if e.name == "scale"]
    assert dict(scales[-1].numbers) == {"before": 2048, "after": 2048}


ASIDE = """
import random
from collections import deque
import numpy as np
import torch
from torch import nn

count, held, queue = 0, [0], deque([1.0], maxlen=3)
dice, numbers, own = random.Random(3), np.random.default_rng(4), torch.Generator().manual_seed(5)

class Net(nn.Module):
    seen = 0

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(4, 2)
        self.own = torch.Generator().manual_seed(6)

    def forward(self, x):
        global count
        count += 1
        held[0] += 2
        Net.seen += 1
        queue.append(queue[-1] * 0.5)
        drawn = dice.random() + float(numbers.random()) + float(torch.rand(1, generator=own))
        drawn += float(torch.rand(1, generator=self.own)) + sum(queue)
        return self.inner(x) * (drawn + count + held[0] + Net.seen)

model = Net()
data = [(torch.randn(3, 4), torch.randint(2, (3,))) for _ in range(3)]
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
loss = nn.CrossEntropyLoss()
"""
STEP = """
def step(batch):
    optimizer.zero_grad()
    made = loss(model(batch[0]), batch[1])
    made.backward()
    optimizer.step()
    return made
"""


@pytest.mark.parametrize("step", ["", STEP])
def test_what_a_file_counts_and_draws_aside_comes_back(tmp_path: Path, step: str) -> None:
    """Globals, attributes of classes, generators and queues: no trial touches them beforehand."""
    (tmp_path / "aside.py").write_text(ASIDE + step)
    expected = list(islice(states("aside", folder=tmp_path), 5))
    driven = Drive("", model=str(tmp_path / "aside.py"))

    def right() -> bool:
        return driven.state == expected[driven.at[0] - 1][0]

    moves = ("finish", "finish", "back iteration", "finish", "run 2", "goto 1", "goto 3")
    for move in (*moves, "finish", "goto 5"):
        driven(move)
        assert right(), move
    driven("goto 2")
    driven.again()
    driven("finish")
    assert right() and not driven.session.history.divergence


BY_HAND = """
import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
data = [(torch.randn(3, 4), torch.randint(2, (3,))) for _ in range(3)]

def step(batch):
    loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= 0.1 * p.grad
        model[0].weight.data.mul_(0.5)
        model[2].bias.grad = None
    return loss
"""


def test_what_is_written_by_hand_is_on_the_tape(tmp_path: Path) -> None:
    """Updates without an optimizer, through ``.data`` too, and gradients that nobody clears."""
    (tmp_path / "by_hand.py").write_text(BY_HAND)
    driven = Drive("", model=str(tmp_path / "by_hand.py"))
    driven("finish")
    phases = [s.phase for s in driven.moved.frame.segments]
    assert phases == ["forward", "loss", "backward", "update", "zero_grad"]
    live = driven.session.navigator.trainer.parameters
    tape, cursor = driven.session.navigator.tape, driven.session.navigator.cursor
    for name, value, grad in tape.state(cursor):
        assert torch.equal(value, live[name])
        now = live[name].grad
        assert torch.equal(grad, now) if grad is not None and now is not None else grad is now
    assert live["2.bias"].grad is None
    before = driven.find("0.weight").tensor
    driven("finish", "back op", "back phase", "back phase", "back phase", "back phase")
    assert driven.at[0] == 2 or driven.at == (1, "zero_grad", None, driven.at[3])
    driven("goto 1")
    assert torch.equal(driven.find("0.weight").tensor, before)  # type: ignore[arg-type]
    driven("phase")
    gradient = driven.find("0.weight.grad")
    assert gradient.made == (1, "backward") and gradient.tensor is not None


@pytest.mark.parametrize(
    "name, cell, found",
    [
        ("unet", "output.mask[0,0,1,2]", "head[0,0,1,2]"),
        ("unet", "output.mask.grad[0,0,1,2]", "head.grad[0,0,1,2]"),
        ("vae", "output.mean[0,1]", "mean[0,1]"),
        ("gpt", "input.labels[0,1]", "input.labels[0,1]"),
    ],
)
def test_parts_of_the_output_and_the_input_have_names(name: str, cell: str, found: str) -> None:
    driven = drive(name)
    driven("watch max(output.mask) > 9" if name == "unet" else "watch loss < 0", "phase")
    driven("finish")
    answer = explain(Explain(cell), driven.session)
    assert answer.cell == found and (answer.checked or name == "gpt")
    tensor, _, index = cell.partition("[")
    place = tuple(map(int, index.rstrip("]").split(",")))
    value = driven.find(tensor).tensor
    assert value is not None and float(value[place]) == answer.value
