"""Another run that is still being written is followed, at the cost of what it has grown by."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lenet_tui.curves.collected import Collected
from lenet_tui.curves.other_run import ACCURACY, LOSS
from lenet_tui.curves.run_tables import Table
from lenet_tui.curves.runs import Followed
from lenet_tui.curves.ui import following
from lenet_tui.protocol.loss_series import Losses
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.request import A, Reply, Request
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.sessions.file_format import encode
from tests.harness.driving import Drive
from tests.harness.running_app import running


def followed(each: Followed) -> bool:
    """Take what has come in; whether there was something."""
    news = each.look()
    if news is not None:
        each.run.take(news)
    return news is not None


def losses(each: Followed) -> dict[int, float]:
    points = each.run.points(LOSS)
    return {} if points is None else {int(x): float(y) for x, y in zip(*points, strict=True)}


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def test_of_a_table_what_was_appended_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[list[str]] = []
    whole = Table.take

    def noted(table: Table, lines: list[str]) -> Any:
        taken.append(lines)
        return whole(table, lines)

    monkeypatch.setattr(Table, "take", noted)
    path = tmp_path / "a.csv"
    path.write_text("step,loss,acc\n1,3.0,0.5\n2,2.5,\n")
    each = Followed(path)
    assert not followed(each) and len(taken) == 1
    append(path, "3,2.0,0.75\n12")
    assert followed(each) and losses(each) == {1: 3.0, 2: 2.5, 3: 2.0}
    assert taken[1:] == [["3,2.0,0.75"]]
    points = each.run.points(ACCURACY)
    assert points is not None and points[1].tolist() == [50.0, 75.0]
    append(path, "0,1.5,\n")
    assert followed(each) and losses(each) == {1: 3.0, 2: 2.5, 3: 2.0, 120: 1.5}
    assert taken[2:] == [["120,1.5,"]]


def test_a_line_without_an_end_is_taken_when_nobody_writes_any_longer(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("step,loss\n1,3.0\n2,2.5")
    each = Followed(path)
    assert losses(each) == {1: 3.0}
    os.utime(path, (1e9, 1e9))
    assert followed(each) and losses(each) == {1: 3.0, 2: 2.5} and not followed(each)
    append(path, "9\n")  # somebody does
    assert followed(each) and losses(each) == {1: 3.0, 2: 2.59}


def test_one_that_is_written_anew_is_read_anew_and_one_that_is_gone_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"step": 1, "loss": 3}\n{"step": 2, "loss": 2}\n')
    each = Followed(path)
    path.write_text('{"step": 1, "loss": 5}\n')
    assert followed(each) and losses(each) == {1: 5.0}
    path.write_text('{"step": 1, "loss": 4}\n{"step": 2, "loss": 3}\n{"step": 3, "loss": 2}\n')
    assert followed(each) and losses(each) == {1: 4.0, 2: 3.0, 3: 2.0}
    path.unlink()
    assert not followed(each) and losses(each) == {1: 4.0, 2: 3.0, 3: 2.0}


def saved(drive: Drive, known: list[float]) -> bytes:
    return encode(
        SavedSession(
            drive.options, drive.session.snapshot(), drive.store.blobs,
            losses=np.array([0.0, *known]).tobytes(),
        )
    )  # fmt: skip


def test_of_a_running_session_the_losses_grow_and_are_cut_off(tmp_path: Path) -> None:
    drive = Drive()
    drive("run 4")
    path = tmp_path / "a.session"
    path.write_bytes(saved(drive, [3, 2]))
    each = Followed(path)
    dense = each.run.losses
    assert dense is not None and dense.values[1:].tolist() == [3, 2] and not followed(each)
    path.write_bytes(saved(drive, [3, 2, 1, 0.5]))
    assert followed(each) and each.run.losses is dense
    assert dense.values[1:].tolist() == [3, 2, 1, 0.5] and each.run.last == 4
    path.write_bytes(saved(drive, [3]))  # it went back, and another way
    assert followed(each) and dense.values[1:].tolist() == [3] and each.run.last == 1
    path.write_bytes(b"lenet-tui session")
    assert not followed(each) and dense.values[1:].tolist() == [3]


def test_looks_take_two_percent_of_a_core_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    class Nobody:
        async def ask(self, request: Request[A]) -> Reply[A]:
            raise NotImplementedError

    monkeypatch.setattr("lenet_tui.curves.ui.following.asyncio.sleep", sleep)
    monkeypatch.setattr("lenet_tui.curves.ui.following.time.monotonic", lambda: 100.0)
    each = following.Following(Collected(Losses()), Nobody())
    for took in (0.001, 0.15, 3.0):
        with pytest.raises(StopIteration):
            each.pause(100.0 - took).send(None)
        assert took / (took + waited[-1]) <= 0.02 and waited[-1] >= following.EVERY


async def test_the_screen_draws_what_comes_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "EVERY", 0.01)
    path = tmp_path / "a.csv"
    path.write_text("epoch,loss\n1,3.0\n2,2.5\n")
    async with running((120, 40), options=Options(batch_size=64)) as run:
        await run.press("n", "V", "M", *str(path), "enter")
        view = run.app.main.body.training
        per_epoch = -(-1437 // 64)
        for _ in range(200):
            await run.pilot.pause(0.01)
            if view.collected.others and view.window.last == 2 * per_epoch:
                break
        assert view.window.last == 2 * per_epoch and "(epochs' ends)" in run.text
        append(path, "3,1.0\n")
        for _ in range(200):
            await run.pilot.pause(0.01)
            if view.window.last == 3 * per_epoch:
                break
        await run.settle()
        assert view.window.last == 3 * per_epoch
        await run.press("M", "enter")
        append(path, "4,0.5\n")
        await run.pilot.pause(0.05)
        assert not view.collected.others and view.window.last < per_epoch
