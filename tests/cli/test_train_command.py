"""``lenet-tui train``: the numbers of a plain loop, a checkpoint that goes on, a clean end."""

from __future__ import annotations

import json
import math
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from lenet_tui.cli import train
from lenet_tui.history.engine.session import Session
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.sessions.file_format import encode
from lenet_tui.sessions.recovery_state import RecoveryState
from lenet_tui.sessions.store import read
from tests.harness.commands import run_here
from tests.harness.driving import Drive, Hooks, LocalStore
from tests.harness.oracle import ALL_DIGITS, LeNet, digits_order
from tests.harness.terminal import APP, Terminal, environment

BATCH, LENGTH = 96, 15
SMALL = ("train", "--batch-size", str(BATCH))


def events(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def plain(epochs: int) -> tuple[int, float, float]:
    """The command's own recipe, not augmented, as a plain loop.

    Returns how many are right, their mean loss, and the loss of the last batch.
    """
    images, labels = ALL_DIGITS
    torch.manual_seed(0)
    net, recipe = LeNet(), train.RECIPE
    total, warm = epochs * LENGTH, LENGTH
    optimizer = torch.optim.AdamW(
        net.parameters(), lr=recipe["lr"], weight_decay=recipe["weight_decay"]
    )

    def factor(step: int) -> float:
        if step < warm:
            return (step + 1) / warm
        share = (step - warm) / (total - warm)
        return 0.02 + (1 - 0.02) * (1 + math.cos(math.pi * share)) / 2

    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
    loss = torch.zeros(())
    for epoch in range(epochs):
        for picked in digits_order(0, epoch).split(BATCH):  # type: ignore[no-untyped-call]
            loss = F.cross_entropy(net(images[picked]), labels[picked])
            net.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            scheduler.step()
    held = torch.arange(len(labels)) % 5 == 0
    net.eval()
    with torch.no_grad():
        output = net(images[held])
    right = int((output.argmax(1) == labels[held]).sum())
    return right, float(F.cross_entropy(output, labels[held])), float(loss.detach())


@pytest.mark.slow
def test_it_is_the_plain_loop_and_the_app_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    file = tmp_path / "digits.session"
    given = ("--epochs", "3", "--augment", "off", "--checkpoint", str(file))
    done = run_here(*SMALL, *given)
    right, test_loss, loss = plain(3)
    share = f"{100 * right / 360:.2f}"
    assert done.returncode == 0
    assert done.stdout == f"test accuracy {share} % ({right} of 360)\n"
    first, *epochs, written = done.stderr.splitlines()
    assert f"batch {BATCH} · adamw · lr" in first and "warmup:15+cosine:30" in first
    assert [line.split("  ")[0] for line in epochs] == [f"epoch {n} of 3" for n in (1, 2, 3)]
    assert epochs[-1].split("  ")[2] == done.stdout.strip()
    assert str(file) in written

    saved = read(file)
    (found,) = [e for e in saved.snapshot.evaluations if e.iteration == 45]
    assert (found.correct, found.total) == (right, 360)
    assert found.loss == pytest.approx(test_loss, rel=1e-6)
    assert saved.loss == loss
    recovery, store = RecoveryState(), LocalStore()
    recovery.take(saved)
    (start, *_) = recovery.carry_on()
    store.blobs = dict(saved.keyframes)
    session = Session(start.options, store, Hooks(), start.snapshot)  # type: ignore[union-attr]
    frame = session.frame()
    assert (frame.position.iteration, frame.loss, frame.evaluation) == (45, loss, found)
    assert frame.epochs == 3

    again = run_here("train", "--resume", str(file), "--epochs", "3", "--format", "jsonl")
    assert again.returncode == 0 and events(again.stdout)[-1]["correct"] == right
    less = run_here("train", "--resume", str(file), "--epochs", "2")
    assert less.returncode == 0 and less.stdout == done.stdout  # and it has not gone back
    assert "at epoch 3 already (iteration 45): there is nothing to train" in less.stderr


@pytest.mark.slow
def test_resumed_it_trains_on_to_the_bit(tmp_path: Path) -> None:
    file = str(tmp_path / "half.session")
    given = (*SMALL, "--optimizer", "nesterov", "--lr", "0.05", "--schedule", "cosine:40",
             "--format", "jsonl")  # fmt: skip
    whole = events(run_here(*given, "--epochs", "3").stdout)
    run_here(*given, "--iterations", "22", "--checkpoint", file)
    resumed = ("train", "--resume", file, "--checkpoint", file, "--format", "jsonl")
    rest = events(run_here(*resumed, "--epochs", "3").stdout)
    kept = {"iteration", "test_loss", "accuracy", "correct", "lr"}
    known = [{k: v for k, v in e.items() if k in kept} for e in whole if e["event"] != "config"]
    found = [{k: v for k, v in e.items() if k in kept} for e in rest if e["event"] != "config"]
    assert found == [e for e in known if e["iteration"] > 22]  # what was said before is not again
    assert rest[-1]["loss"] == whole[-1]["loss"] and whole[0]["schedule"] == "cosine:40"
    assert [e["iteration"] for e in known] == [15, 30, 45, 45]
    assert known[0]["lr"] == 0.05 * (1 + math.cos(math.pi * 14 / 40)) / 2
    assert read(Path(file)).snapshot.position.iteration == 45


@pytest.mark.slow
def test_a_resumed_session_is_compared_with_one_that_never_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done = run_here(*SMALL, "--iterations", "40", "--verify-resume")
    assert done.returncode == 0 and done.stdout.count("\n") == 1
    assert "after iteration 20 and trained 20 further: equal to the bit" in done.stdout
    reread = train._reread

    def forged(saved: Any, options: Options) -> Any:
        found, path = reread(saved, options)
        start = max(n for n in found.keyframes if n <= 18)  # the one that 20 is run from
        blob = bytearray(found.keyframes[start])
        blob[len(blob) // 2] ^= 1
        keyframes = {**found.keyframes, start: bytes(blob)}
        return replace(found, keyframes=keyframes), path

    monkeypatch.setattr(train, "_reread", forged)
    done = run_here(*SMALL, "--iterations", "40", "--verify-resume")
    assert done.returncode == 1 and "it differs" in done.stdout


@pytest.mark.slow
def test_the_recipe_is_in_the_help_and_leaving_it_is_said() -> None:
    recipe = " ".join(run_here("train", "--help").stdout.split())
    for name, value in train.RECIPE.items():
        shown = f"{value:g}" if isinstance(value, float) else value
        assert shown in recipe and (name == "optimizer" or name.replace("_", "-") in recipe), name
    for name in train.TOLD:
        assert "--" + name.replace("_", "-") in recipe
    images = run_here(*SMALL, "--dry-run", "--epochs", "2")
    assert "recipe" not in images.stderr and images.stderr.startswith("digits · batch")
    other = run_here(*SMALL, "--dry-run", "--epochs", "2", "--schedule", "step:10:0.5")
    assert "with --schedule train leaves its own recipe" in other.stderr


def test_its_schedule_is_drawn_before_it_is_used() -> None:
    done = run_here(*SMALL, "--epochs", "4", "--schedule", "step:30:0.5", "--dry-run", "--ascii")
    lines = done.stdout.splitlines()
    assert lines[0].split()[0] == "0.0100" and lines[-1].split() == ["1", "60"]
    assert done.stdout.isascii() and "manual" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--preset", "notebook"), "give --iterations"),
        (("--epochs", "0"), "whole number"),
        (("--checkpoint", "/no/such/folder/x"), "no folder"),
        (("--resume", "/no/such/file"), "cannot be resumed"),
        (("--resume", __file__), "it is not a saved session"),
        (("--resume", __file__, "--lr", "1"), "--resume brings"),
        (("--checkpoint", __file__), "exists"),
        (("--schedule", "linear"), "is not a schedule"),
        (("--momentum", "0.9"), "manual has no momentum"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(words: tuple[str, ...], said: str) -> None:
    done = run_here("train", *words)
    assert done.returncode == 2 and not done.stdout
    assert said in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "damage", [lambda b: b[:-1], lambda b: b[:500], lambda b: b[:-40] + b"x" * 40]
)
def test_a_damaged_checkpoint_is_refused(tmp_path: Path, damage: Any) -> None:
    file = tmp_path / "x.session"
    run_here(*SMALL, "--iterations", "2", "--checkpoint", str(file))
    file.write_bytes(damage(file.read_bytes()))
    done = run_here("train", "--resume", str(file), "--epochs", "1")
    assert done.returncode == 2 and "damaged" in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_it_ends_cleanly_with_its_checkpoint(tmp_path: Path, number: int) -> None:
    file = tmp_path / "x.session"
    command = [*APP, "train", "--epochs", "100000", "--checkpoint", str(file)]
    process = subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    while "epoch 1 of" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(number)
    process.send_signal(number)  # as ``timeout`` does
    out, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number and not out
    assert "Traceback" not in err and "stopped after iteration" in err
    saved = read(file)
    assert saved.snapshot.position.iteration >= 90
    assert saved.snapshot.evaluations
    assert [p.name for p in tmp_path.iterdir()] == ["x.session"]


@pytest.mark.slow
def test_on_a_terminal_it_shows_a_bar(tmp_path: Path) -> None:
    began = time.monotonic()
    with Terminal(
        [*APP, "train", "--epochs", "4"], env={"XDG_STATE_HOME": str(tmp_path)}
    ) as terminal:
        terminal.wait_for("of 360")
        assert terminal.wait() == 0
        text = terminal.text
    assert "360/360" in text and "━" in text and "test accuracy" in text
    assert time.monotonic() - began < 60


@pytest.mark.slow
def test_info_says_what_a_checkpoint_holds(tmp_path: Path) -> None:
    file = tmp_path / "x.session"
    run_here(*SMALL, "--epochs", "2", "--checkpoint", str(file), "--seed", "7")
    done = run_here("info", str(file))
    said = " ".join(done.stdout.split())
    assert done.returncode == 0
    for text in (
        *("position iteration 30, update, of 30 recorded", "adamw", "warmup:15+cosine:15"),
        *("torch, python, numpy", "of 360) after iteration 30", "seed 7", "torch 2."),
        *("fc1.weight float32 120×400 48,000 yes step, exp_avg, exp_avg_sq", "61,706"),
    ):
        assert text in said, text
    plain = run_here("info", str(file), "--ascii", "--lang", "en").stdout
    assert plain.isascii()
    content = file.read_bytes()
    for bad in (content[:100], b"", content[:-9] + b"123456789"):
        file.write_bytes(bad)
        refused = run_here("info", str(file))
        assert refused.returncode == 2 and refused.stderr.count("\n") == 1


OWN_STEP = """
import torch
model = torch.nn.Linear(2, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
data = [(torch.randn(4, 2), torch.tensor([0, 1, 0, 1]))] * 4
test_data = [(torch.randn(4, 2), torch.TARGET)]
def step(batch):
    optimizer.zero_grad()
    loss = torch.nn.functional.cross_entropy(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    scheduler.step()
    return loss
"""


def test_of_a_step_of_ones_own_it_says_no_rate_and_no_test_loss(tmp_path: Path) -> None:
    """The file's own scheduler decides the rate, and nothing in it says what the test's loss is."""
    source, file = tmp_path / "own.py", tmp_path / "x.session"
    words = ("--model", str(source), "--iterations", "4")
    source.write_text(OWN_STEP.replace("TARGET", "tensor([0, 1, 0, 1])"))
    found = events(run_here("train", *words, "--format", "jsonl").stdout)[1]
    assert found["event"] == "evaluation" and found["total"] == 4
    assert found["lr"] is None and found["test_loss"] is None and found["accuracy"] is not None
    source.write_text(OWN_STEP.replace("TARGET", "randn(4, 2, 2)"))
    done = run_here("train", *words, "--checkpoint", str(file))
    assert done.stdout == "test: no classes and no loss to measure (4 samples)\n"
    assert "constant" not in done.stderr and done.stderr.count("lr ") == 1  # how it begins
    held = run_here("info", str(file)).stdout
    assert "optimizer   own\n" in held and "nan" not in held.lower()


def test_the_rate_is_of_the_options_in_force(tmp_path: Path) -> None:
    """What was set on the way in the app, in its file and where the training goes on."""
    drive = Drive(lr=0.5, batch_size=96)
    drive("run 20", "set lr 0.25", "run 2", "phase", "set lr 0.125")
    saved = SavedSession(drive.options, drive.session.snapshot(), drive.store.blobs)
    file = tmp_path / "x.session"
    file.write_bytes(encode(saved))
    assert "optimizer manual, lr 0.1250" in " ".join(run_here("info", str(file)).stdout.split())
    words = ("--resume", str(file), "--iterations", "30", "--format", "jsonl")
    found = events(run_here("train", *words).stdout)
    assert [e["lr"] for e in found if e["event"] == "evaluation"] == [0.125]


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("--optimizer", "manual", "--schedule", "step:1500:0.5"),
        ("--optimizer", "sgd", "--schedule", "cosine:5200:0.1", "--momentum", "0.5"),
        ("--optimizer", "momentum", "--schedule", "warmup:300+cosine:5000"),
        (
            "--optimizer",
            "nesterov",
            "--schedule",
            "warmup:300+cosine:5000",
            "--weight-decay",
            "1e-3",
        ),
        ("--optimizer", "adam", "--schedule", "cosine:5400", "--lr", "0.001"),
        ("--optimizer", "adamw", "--schedule", "warmup:90+step:2000:0.3", "--lr", "0.002"),
        ("--optimizer", "rmsprop", "--schedule", "cosine:5400", "--lr", "0.0005"),
    ],
    ids=lambda words: words[1],
)
def test_after_5000_iterations_it_resumes_to_the_bit(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    """Saved at 5,000, resumed by a new process, 500 further: as one that never stopped."""
    given = ("train", "--batch-size", "8", *words, "--format", "jsonl")
    half, whole = tmp_path / "half", tmp_path / "whole"
    run_here(*given, "--iterations", "5000", "--checkpoint", str(half))
    run_here("train", "--resume", str(half), "--iterations", "5500", "--checkpoint", str(half))
    run_here(*given, "--iterations", "5500", "--checkpoint", str(whole))
    ours, theirs = read(half), read(whole)
    assert ours.snapshot.position == theirs.snapshot.position
    assert ours.snapshot.digest == theirs.snapshot.digest != ""
    last = max(ours.keyframes)
    assert last == max(theirs.keyframes) == 5500
    assert ours.keyframes[last] == theirs.keyframes[last]
    assert ours.losses == theirs.losses and len(ours.losses) == 8 * 5501


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_by_itself_it_learns_the_digits(seed: int) -> None:
    done = run_here("train", "--data", "digits", "--epochs", "20", "--seed", str(seed))
    assert float(done.stdout.split()[2]) >= 98.5, done.stdout
