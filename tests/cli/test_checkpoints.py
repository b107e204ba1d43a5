"""Checkpoints written amid a training: after a kill, on a full disk, of an engine that is gone."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from lenet_tui.cli import checkpoint
from lenet_tui.protocol import new_file
from lenet_tui.protocol.new_file import sweep, write_new
from lenet_tui.sessions.store import read
from tests.harness.commands import run_here
from tests.harness.terminal import APP, environment

GIVEN = ("train", "--batch-size", "96", "--optimizer", "adamw", "--lr", "0.001")


@pytest.mark.slow
@pytest.mark.parametrize(
    "more",
    [
        ("--schedule", "cosine:900", "--augment", "shift=2,rotate=10"),
        ("--history-mb", "8", "--batch-size", "8"),  # room for few keyframes, far apart
    ],
    ids=["augmented", "small-history"],
)
def test_after_a_kill_it_goes_on_to_the_bit(more: tuple[str, ...], tmp_path: Path) -> None:
    """What is killed without a word resumes close to there, and ends as what never stopped."""
    file, whole = tmp_path / "killed.session", tmp_path / "whole.session"
    total, given = "600", (*GIVEN, *more)
    command = [*APP, *given, "--iterations", "100000", "--checkpoint", str(file)]
    process = subprocess.Popen(
        [*command, "--checkpoint-every", "1"], env=environment(), stderr=subprocess.DEVNULL
    )
    while not file.exists() or read(file).snapshot.position.iteration < 150:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    saved = read(file)
    here = saved.snapshot.position.iteration
    assert 150 <= here < 600
    start = max(n for n in saved.keyframes if n <= here - 2)
    spacing = max(saved.snapshot.spacing, 32)
    assert here - start < max(spacing, 64)
    assert len(saved.losses) == 8 * (here + 1)

    resumed = run_here("train", "--resume", str(file), "--iterations", total,
                       "--checkpoint", str(file))  # fmt: skip
    assert resumed.returncode == 0, resumed.stderr
    never = run_here(*given, "--iterations", total, "--checkpoint", str(whole))
    ours, theirs = read(file), read(whole)
    assert resumed.stdout == never.stdout
    assert ours.keyframes[600] == theirs.keyframes[600]
    assert ours.losses == theirs.losses
    assert ours.snapshot.digest == theirs.snapshot.digest != ""
    assert ours.snapshot.evaluations == theirs.snapshot.evaluations


@pytest.mark.slow
def test_a_full_disk_ends_no_training_and_no_older_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "x.session"
    assert run_here(*GIVEN, "--iterations", "30", "--checkpoint", str(file)).returncode == 0
    before, tried = file.read_bytes(), []

    def full(path: Path, *content: Any, replace: bool = False) -> None:
        tried.append(path)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(checkpoint, "write_new", full)
    monkeypatch.setattr(checkpoint, "FIRST", 0.05)
    monkeypatch.setattr(checkpoint, "EVERY", 0.2)
    monkeypatch.setattr(checkpoint, "GLANCE", 0.01)
    words = ("train", "--resume", str(file), "--iterations", "600", "--checkpoint", str(file))
    done = run_here(*words)
    assert done.returncode == 1 and len(tried) > 2
    assert done.stdout.startswith("test accuracy")  # the result is not lost with it
    assert done.stderr.count("cannot be written now: No space left on device") == 1
    assert "it still holds the session after iteration 30" in done.stderr.splitlines()[-1]
    assert file.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == [file.name]


def test_of_an_engine_that_is_gone_it_writes_what_it_had_reported(tmp_path: Path) -> None:
    source, file = tmp_path / "own.py", tmp_path / "x.session"
    source.write_text(
        "import os, torch, time\n"
        "model = torch.nn.Linear(2, 2)\n"
        "data = [(torch.randn(4, 2), torch.tensor([0, 1, 0, 1]))] * 4\n"
        "seen = []\n"
        "def loss(output, target):\n"
        "    seen.append(1)\n"
        "    if len(seen) > 60: os._exit(3)\n"
        "    time.sleep(0.01)\n"
        "    return torch.nn.functional.cross_entropy(output, target)\n"
    )
    done = run_here("train", "--model", str(source), "--iterations", "1000",
                    "--checkpoint", str(file))  # fmt: skip
    assert done.returncode == 1 and "the engine ended" in done.stderr.splitlines()[-1]
    iteration = read(file, "*").snapshot.position.iteration
    assert iteration > 0
    assert f"holds the session after iteration {iteration}" in done.stderr


def test_how_often_needs_a_file(tmp_path: Path) -> None:
    done = run_here("train", "--checkpoint-every", "5")
    assert done.returncode == 2 and "goes with --checkpoint" in done.stderr
    assert done.stderr.count("\n") == 1


def test_what_a_killed_program_had_begun_to_write_is_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, other = tmp_path / "x[1].session", tmp_path / ".y.session.7.part"
    part = tmp_path / ".x[1].session.7.part"
    for each in (part, other):
        each.write_bytes(b"half")
    sweep(file)
    assert part.exists()  # somebody may be writing it
    monkeypatch.setattr(new_file, "ABANDONED", -1)
    sweep(file)
    assert not part.exists() and other.exists()
    write_new(file, b"whole", replace=True)
    assert file.read_bytes() == b"whole"
