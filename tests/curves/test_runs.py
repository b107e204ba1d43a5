"""Curves of other runs are read from what people have, and drawn beside the session's."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from lenet_tui.curves.chart import Curve, chart
from lenet_tui.curves.collected import Collected
from lenet_tui.curves.event_logs import EVENTS, _newest_log
from lenet_tui.curves.other_run import (
    ACCURACY,
    EPOCHS,
    ITERATIONS,
    LOSS,
    RATE,
    ROWS,
    TEST_LOSS,
    OtherRun,
    RunError,
)
from lenet_tui.curves.runs import read_run
from lenet_tui.curves.series import Window
from lenet_tui.protocol.loss_series import Losses
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.sessions.file_format import encode
from tests.harness.commands import run_here
from tests.harness.driving import Drive
from tests.harness.running_app import running


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def numbers(run: OtherRun, kind: str) -> dict[int, float]:
    """Those of a kind by iteration, as they are drawn."""
    points = run.points(kind)
    return {} if points is None else {int(x): float(y) for x, y in zip(*points, strict=True)}


def test_a_table_is_read_by_the_names_that_people_use(tmp_path: Path) -> None:
    rows = "Step,train/loss,val_acc,note\n10,2.0,0.5,x\n20,1.5,0.75,\n30,nan,,\n"
    run = read_run(written(tmp_path, "a.csv", rows))
    losses = numbers(run, LOSS)
    assert [*losses] == [10, 20, 30] and [losses[10], losses[20]] == [2.0, 1.5]
    assert np.isnan(losses[30]) and run.counted == ITERATIONS
    assert numbers(run, ACCURACY) == {10: 50.0, 20: 75.0}
    points = run.points(LOSS)
    assert points is not None and points[0].tolist() == [10, 20, 30]
    tabs = read_run(written(tmp_path, "b.tsv", "loss\tlr\n3\t0.1\n2\t0.05\n"))
    assert numbers(tabs, LOSS) == {1: 3.0, 2: 2.0} and numbers(tabs, RATE) == {1: 0.1, 2: 0.05}
    marked = read_run(written(tmp_path, "c.csv", "\ufeffstep,loss\n5,2.5\n"))  # as Excel saves it
    assert numbers(marked, LOSS) == {5: 2.5}


def test_where_a_run_diverged_its_column_says_so(tmp_path: Path) -> None:
    rows = "step,loss,accuracy\n10,2.0,0.5\n20,nan,0.25\n30,inf,nan\n"
    run = read_run(written(tmp_path, "a.csv", rows))
    assert numbers(run, ACCURACY)[10] == 50.0 and numbers(run, ACCURACY)[20] == 25.0
    collected = Collected(Losses())
    collected.others.append(run)
    assert collected.extent == 30
    made = chart(collected.curves(LOSS), Window(1, 30), 30, 8)
    assert made.low < 2 < made.high
    marks = [[*"".join(run.text for run in row)] for row in made.rows]
    whole = chart([Curve("a", x=np.array([10.0]), y=np.array([2.0]))], Window(1, 30), 30, 8)
    others = [[*"".join(run.text for run in row)] for row in whole.rows]
    assert [x for x in range(30) if marks[0][x] != others[0][x]] == [19, 29]


def test_rows_without_an_iteration_are_said_to_be_counted(tmp_path: Path) -> None:
    rows = "accuracy,loss,val_accuracy,val_loss\n0.5,2,0.4,2.1\n0.6,1,0.5,1.5\n"
    run = read_run(written(tmp_path, "keras.csv", rows))
    assert run.counted == ROWS and numbers(run, TEST_LOSS) == {1: 2.1, 2: 1.5}
    assert numbers(run, ACCURACY) == {1: 40.0, 2: 50.0}, "not that of training"
    collected = Collected(Losses())
    collected.others.append(run)
    assert collected.legend(LOSS, 99, {ROWS: "(by row)"}) == ["a/A keras.csv (by row)"]


def test_epochs_are_laid_at_their_ends(tmp_path: Path) -> None:
    rows = "epoch,loss\n0,2\n1,1.5\n2,1\n"  # as Keras counts them
    run = read_run(written(tmp_path, "keras.csv", rows))
    assert run.counted == EPOCHS
    collected = Collected(Losses())
    collected.others.append(run)
    said = {EPOCHS: "(ends)", f"{EPOCHS}?": "(epochs)"}
    assert numbers(run, LOSS) == {1: 2.0, 2: 1.5, 3: 1.0}
    assert collected.legend(LOSS, 99, said) == ["a keras.csv (epochs)"]
    run.epoch_length = 45
    assert numbers(run, LOSS) == {45: 2.0, 90: 1.5, 135: 1.0} and collected.extent == 135
    assert collected.legend(LOSS, 99, said) == ["a keras.csv (ends)"]
    for text, wanted in (
        ("Epoch,loss\n1,2\n2,1\n", {10: 2.0, 20: 1.0}),
        ("epoch,loss\n0.5,2\n1.0,1\n", {5: 2.0, 10: 1.0}),
        ("epoch,step,loss\n0,7,2\n1,14,1\n", {7: 2.0, 14: 1.0}),
    ):
        run = read_run(written(tmp_path, "a.csv", text))
        run.epoch_length = 10
        assert numbers(run, LOSS) == wanted, text


def test_the_rows_of_a_log_that_name_no_iteration_are_of_the_one_before(tmp_path: Path) -> None:
    log = (
        '{"event": "begin", "lr": 0.5}\n{"step": 5, "loss": 2}\n'
        '{"step": 9, "loss": 1}\n{"accuracy": 0.5}\n'
    )
    run = read_run(written(tmp_path, "a.jsonl", log))
    assert numbers(run, LOSS) == {5: 2.0, 9: 1.0} and numbers(run, ACCURACY) == {9: 50.0}
    assert numbers(run, RATE) == {}


@pytest.mark.slow
def test_what_train_prints_is_read(tmp_path: Path) -> None:
    checkpoint = tmp_path / "a.session"
    done = run_here(
        "train", "--epochs", "2", "--format", "jsonl", "--checkpoint", str(checkpoint),
        "--batch-size", "64", "--device", "cpu",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    printed = read_run(written(tmp_path, "log.jsonl", done.stdout))
    events = [json.loads(line) for line in done.stdout.splitlines()]
    last = [e for e in events if e["event"] == "evaluation"][-1]
    at = last["iteration"]
    assert numbers(printed, ACCURACY)[at] == pytest.approx(100 * last["accuracy"])
    assert numbers(printed, TEST_LOSS)[at] == last["test_loss"]
    saved = read_run(checkpoint)
    assert numbers(saved, ACCURACY)[at] == pytest.approx(100 * last["accuracy"])
    assert saved.losses is not None and np.isfinite(saved.losses.values[1:]).sum() == at


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", ""),
        ("a.csv", "x,y\n1,2\n"),
        ("a.jsonl", '{"iteration": 1}\n{"loss'),
        ("a.session", "lenet-tui session 1\n"),
        ("a.bin", "\x00\x01\x02"),
    ],
)
def test_a_file_without_a_curve_is_one_line(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(RunError) as error:
        read_run(written(tmp_path, name, text))
    assert "\n" not in str(error.value)
    with pytest.raises(RunError):
        read_run(tmp_path / "none.csv")


def test_names_that_are_not_known_are_listed(tmp_path: Path) -> None:
    with pytest.raises(
        RunError, match="for a curve, such as loss, val_loss, accuracy or lr; it has step, Fehler"
    ):
        read_run(written(tmp_path, "a.csv", "step,Fehler\n1,2\n"))
    with pytest.raises(RunError, match="it has iteration, note"):
        read_run(written(tmp_path, "a.jsonl", '{"iteration": 1, "note": "x"}\n'))


def test_of_a_folder_the_newest_log_is_read_also_from_below(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="a folder without a TensorBoard log"):
        read_run(tmp_path)
    for number, inner in enumerate(("runs/b", "runs/a/x", "runs/c")):
        (tmp_path / inner).mkdir(parents=True)
        log = written(tmp_path / inner, f"{EVENTS}.{number}", "")
        os.utime(log, ((number == 1 and 2e9) or 1e9 + number,) * 2)
    assert _newest_log(tmp_path / "runs") == tmp_path / "runs/a/x"
    assert _newest_log(tmp_path / "runs/b") == tmp_path / "runs/b"


def test_a_session_that_nobody_named_is_called_by_its_options(tmp_path: Path) -> None:
    drive = Drive(optimizer="adam", lr=0.25, seed=7)
    drive("run 3")
    saved = SavedSession(drive.options, drive.session.snapshot(), drive.store.blobs,
                         losses=np.array([0.0, 3, 2, 1]).tobytes())  # fmt: skip
    names = ("20261128-003854-6435.session", "mine.session")
    for name in names:
        (tmp_path / name).write_bytes(encode(saved))
    found = [read_run(tmp_path / name).name for name in names]
    assert found == ["digits adam lr 0.25 seed 7", "mine.session"]


def test_what_a_run_says_of_test_data_has_the_capital_of_its_letter(tmp_path: Path) -> None:
    rows = [{"iteration": n, "loss": 3 - n / 100, "test_loss": 2.5 - n / 100, "accuracy": n / 200}
            for n in range(20, 201, 60)]  # fmt: skip
    collected = Collected(Losses())
    for name, least in (("first.csv", 0.2), ("second.csv", 2)):
        text = f"iteration,loss\n1,{2.4 + least}\n200,{least}\n"
        collected.others.append(read_run(written(tmp_path, name, text)))
    log = "\n".join(map(json.dumps, rows))
    collected.others.append(read_run(written(tmp_path, "a_long_name_of_a_log.jsonl", log)))
    beside = [curve for curve in collected.curves(LOSS) if curve.letter]
    assert [curve.letter for curve in beside] == ["a", "b", "c", "C"]
    assert collected.value(beside[3], 200) == (0.5, 200)
    made = chart(beside, Window(1, 200), 60, 20)
    text = "".join(run.text for row in made.rows for run in row)
    assert {sign: text.count(sign) for sign in "abcC●"} == {"a": 2, "b": 2, "c": 4, "C": 4, "●": 0}
    assert collected.legend(LOSS, 99)[2] == "c/C a_long_name_of_a_log.jsonl"
    assert collected.legend(LOSS, 12) == ["a first.csv", "b second.csv", "c/C a_lo…g.jsonl"]
    assert collected.legend(ACCURACY, 12) == ["C a_lo…g.jsonl"]
    name = "学习率太大的运行.csv"
    collected.others = [read_run(written(tmp_path, name, "iteration,loss\n1,2\n"))]
    assert collected.legend(LOSS, 12) == ["a 学习…行.csv"]


@pytest.mark.slow
async def test_another_run_is_drawn_beside_with_a_letter(tmp_path: Path) -> None:
    rows = "iteration,loss\n" + "".join(f"{n},{3 - n / 100}\n" for n in range(1, 201))
    path = written(tmp_path, "before.csv", rows)
    async with running((200, 60), options=Options(batch_size=32, lr=0.1)) as run:
        await run.press("g", "3", "0", "enter", "M", *str(path), "enter")
        await run.pilot.pause(0.3)
        await run.settle()
        assert "a before.csv" in run.text
        view = run.app.main.body.training
        assert view.window.last == 200
        assert "  a 2.700" in run.text, "its number at the chosen iteration"
        await run.press("M", "enter")
        await run.pilot.pause(0.2)
        assert "before.csv" not in run.text and view.window.last == 30
