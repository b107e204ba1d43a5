"""A step with several losses: each by its name, with the plain loop's numbers."""

from __future__ import annotations

import math
import runpy
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from lenet_tui.protocol import loss_series
from lenet_tui.protocol.loss_series import Losses
from lenet_tui.protocol.messages import FrameUpdate, Recorded
from lenet_tui.sessions.recovery_state import RecoveryState
from tests.harness.driving import Drive
from tests.harness.plain_loop import FILES

GAN = """
import torch
from torch import nn

generator, critic = nn.Linear(4, 6), nn.Linear(6, 1)
optimizer_g = torch.optim.Adam(generator.parameters(), lr=2e-2)
optimizer_d = torch.optim.SGD(critic.parameters(), lr=1e-2)
criterion = nn.BCEWithLogitsLoss()


def data():
    while True:
        yield torch.randn(5, 6) + 1


def step(real):
    ones, zeros = torch.ones(5, 1), torch.zeros(5, 1)
    fake = generator(torch.randn(5, 4))
    critic.zero_grad()
    loss_d = criterion(critic(real), ones)
    loss_d.backward()
    loss_d = criterion(critic(fake.detach()), zeros)
    loss_d.backward()
    optimizer_d.step()
    generator.zero_grad()
    loss_g = criterion(critic(fake), ones)
    loss_g.backward()
    optimizer_g.step()
"""
BOTH = ("loss_d", "loss_g")


def gan(folder: Path) -> Path:
    """The file of a GAN whose losses are variables."""
    path = folder / "named_gan.py"
    path.write_text(GAN)
    return path


def plain(path: Path, count: int) -> list[tuple[float, float]]:
    """The last loss of each name in every iteration of the owner's own loop."""
    told = path.with_name("told.py")
    told.write_text("kept = []\n" + GAN + "    kept.append((loss_d.item(), loss_g.item()))\n")
    torch.manual_seed(0)
    names = runpy.run_path(str(told))
    for batch in islice(names["data"](), count):
        names["step"](batch)
    found: list[tuple[float, float]] = names["kept"]
    return found


def curves(losses: Losses) -> list[tuple[float, ...]]:
    return list(zip(*(losses.named[name].values[1:].tolist() for name in BOTH), strict=True))


@pytest.mark.slow
def test_both_losses_are_the_plain_loops_over_any_way(tmp_path: Path) -> None:
    path, losses = gan(tmp_path), Losses()
    wanted = plain(path, 20)
    drive = Drive("", model=str(path))

    def go(*moves: str) -> None:
        for move in moves:
            drive(move)
            losses.take(drive.moved.frame)

    go("finish", "finish")
    assert curves(losses) == wanted[:2]
    go("run 9")  # without a tape, and its last iterations on one
    assert curves(losses) == wanted[:11]
    go("goto 4", "back phase", "back phase")  # the critic's loss alone lies before the cursor
    assert curves(losses) == wanted[:11], "what history holds after the cursor is still known"
    go("back iteration", "goto 15")
    drive.again()  # in a new engine, as after a kill
    go("finish", "run 4")
    assert curves(losses) == wanted


def test_amid_an_iteration_the_other_loss_is_not_known_yet(tmp_path: Path) -> None:
    losses = Losses()
    drive = Drive("", model=str(gan(tmp_path)))
    drive("finish")
    losses.take(drive.moved.frame)
    while drive("phase").frame.position.phase != "backward":
        pass
    losses.take(drive.moved.frame)
    known, unknown = curves(losses)[-1]
    assert [s.loss for s in drive.moved.frame.segments if s.loss] == ["loss_d"] * 2
    assert known == drive.moved.frame.loss and math.isnan(unknown)


def test_a_loss_in_no_variable_has_its_line() -> None:
    drive = Drive("", model=str(FILES / "gan.py"))
    drive("run 8")
    lines = (FILES / "gan.py").read_text().splitlines()
    at = [n for n, line in enumerate(lines, 1) if ".backward()" in line]
    assert [name for name, _ in drive.moved.frame.named] == [f":{n}" for n in at]


@pytest.mark.parametrize("name", ["tagger", "vae"])
def test_one_loss_is_no_named_one(name: str) -> None:
    drive = Drive("", model=str(FILES / f"{name}.py"))
    drive("run 8")
    assert drive.moved.frame.named == ()
    assert not drive.session.navigator.trainer.named_losses.values


def test_what_came_with_a_snapshot_reaches_the_screen_by_name(tmp_path: Path) -> None:
    path, losses, recovery = gan(tmp_path), Losses(), RecoveryState()
    drive = Drive("", model=str(path))
    drive("run 6")
    first = drive.moved.frame
    recorded = Recorded(
        drive.session.snapshot(), first.losses_from, first.losses.tolist(), first.named
    )
    recovery.received(recorded)  # the frame itself is lost with the engine
    update = recovery.received(FrameUpdate(drive("finish").frame))
    assert isinstance(update, FrameUpdate)
    losses.take(update.frame)
    assert curves(losses) == plain(path, 7)


def test_both_losses_are_in_a_save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    losses = Losses()
    losses.take(Drive("", model=str(gan(tmp_path)))("run 9").frame)
    for most in (2**18, 8):  # two names share as many numbers as one loss has
        monkeypatch.setattr(loss_series, "WRITTEN", most)
        again = Losses.read(*losses.written(), losses.written_named())
        assert again.values[-8:].tolist() == losses.values[-8:].tolist()
        for name in BOTH:
            known, kept = losses.named[name].values, again.named[name].values
            assert len(kept) == len(known) and kept[-4:].tolist() == known[-4:].tolist()
            assert most > 8 or np.isnan(kept[:-4]).all()
    again.add(10, [1.0], (("loss_d", [2.0]), ("loss_g", [3.0])))
    assert [again.named[name].values[10] for name in BOTH] == [2.0, 3.0]


def test_another_future_has_no_number_of_the_one_before() -> None:
    losses = Losses()
    losses.add(1, [1.0, 2.0], (("d", [1.0, 2.0]), ("g", [3.0, 4.0])))
    losses.add(2, [5.0], (("d", [5.0]), ("g", [math.nan])))
    assert losses.named["g"].values[2] == 4.0, "history goes on after the cursor"
    losses.add(2, [5.0], (("d", [5.0]), ("g", [math.nan])), known=True)
    assert math.isnan(losses.named["g"].values[2]) and losses.named["d"].values[2] == 5.0
