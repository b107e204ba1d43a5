"""Files as data: those that change, Keras's arrays, and how much memory many images take."""

from __future__ import annotations

import gzip
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from lenet_tui.history.engine.session import Session
from lenet_tui.protocol.messages import Subscription
from lenet_tui.protocol.moves import Set, parse_move
from lenet_tui.protocol.options import OptionError, resolve
from lenet_tui.training.engine import dataset
from tests.harness.commands import run_here
from tests.harness.data_files import (
    IMAGES,
    LABELS,
    MNIST,
    TEST_CLASSES,
    TEST_IMAGES,
    TEST_LABELS,
    TESTED,
    TRAIN_IMAGES,
    TRAIN_LABELS,
    folder,
    idx,
    images,
    loaded,
    padded,
    refused,
    whole,
)
from tests.harness.driving import Drive
from tests.harness.terminal import ROOT


@pytest.mark.parametrize("foreign", [False, True])
def test_files_that_have_changed_are_noticed(tmp_path: Path, foreign: bool) -> None:
    """By an engine that takes the session up, from a file or after the one before was killed."""
    drive = Drive(data=folder(tmp_path, MNIST), batch_size=5)
    state = drive("run 7", "back iteration").frame.digest
    saved = replace(drive.session.snapshot(), foreign=foreign)

    def resumed() -> Session:
        dataset.load.cache_clear()
        return Session(drive.options, drive.store, drive.hooks, saved)

    assert resumed().subscribe(Subscription()).digest == state
    (tmp_path / TRAIN_LABELS).write_bytes(idx((LABELS + 1) % 10))
    with pytest.raises(OptionError, match="have changed since this session read them"):
        resumed()
    (tmp_path / TRAIN_LABELS).write_bytes(MNIST[TRAIN_LABELS])
    assert resumed().subscribe(Subscription()).digest == state


def test_a_relative_path_is_recorded_as_a_whole_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder(tmp_path / "mnist", MNIST)
    monkeypatch.chdir(tmp_path)
    done = run_here("export", "--data", "mnist", "--iterations", "3", "--output", "-")
    assert done.returncode == 0
    assert "F.pad(images, (2, 2, 2, 2), value=background)" in done.stdout
    assert parse_move("set data mnist") == Set("data", str(tmp_path / "mnist"))


# Keras


def keras(root: Path, **arrays: np.ndarray) -> str:
    given = {"x_train": IMAGES, "y_train": LABELS, "x_test": TESTED, "y_test": TEST_CLASSES}
    everything: dict[str, Any] = given | arrays
    np.savez_compressed(root / "mnist.npz", **everything)
    return str(root / "mnist.npz")


def test_keras_arrays_have_a_test_part(tmp_path: Path) -> None:
    found = loaded(keras(tmp_path))
    assert torch.equal(whole(found.train)[0], padded(IMAGES))
    assert torch.equal(whole(found.test)[0], padded(TESTED))
    assert whole(found.test)[1].tolist() == TEST_CLASSES.tolist()
    scaled = loaded(keras(tmp_path, x_train=(IMAGES / 255)[..., None], x_test=TESTED / 255))
    values = torch.tensor(IMAGES / 255, dtype=torch.float32)
    inputs = whole(scaled.train)[0]
    assert torch.equal(inputs, F.pad(values[:, None], (2, 2, 2, 2), value=values.min().item()))


CONTAINS = f"x_train contain NaN, first in image {int(np.argmax(LABELS[5] == LABELS))}"


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"y_test": TEST_CLASSES[:3]}, "7 images, and y_test of shape (3,), not (7,)"),
        ({"x_test": np.zeros((7, 28, 28, 3))}, "x_test has the shape (7, 28, 28, 3)"),
        ({"x_test": TESTED / 255}, "28×28 uint8, and those to test on 28×28 float32"),
        ({"x_train": np.where(LABELS[5] == LABELS[:, None, None], np.nan, IMAGES)}, CONTAINS),
        ({"x_test": np.full((7, 28, 28), 1e300)}, "x_test contain infinity, first in image 0"),
        ({"y_train": LABELS - 1}, "y_train goes from -1 to 8"),
        ({"y_train": np.array([{}] * 24)}, "y_train is an array of pickled objects"),
    ],
)
def test_keras_arrays_that_do_not_fit(
    tmp_path: Path, arrays: dict[str, np.ndarray], said: str
) -> None:
    assert said in refused(keras(tmp_path, **arrays))


# Large


MEASURE = """
import sys, time
from pathlib import Path
from lenet_tui.history.engine.session import Session
from lenet_tui.protocol.moves import Set, parse_move
from lenet_tui.protocol.options import resolve
from lenet_tui.training.engine.dataset import DataState, next_batch

def bytes_of(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(name))

options = resolve(data=sys.argv[1], batch_size=64)
next_batch(DataState(), resolve(batch_size=64))
before, start = bytes_of("VmRSS"), time.perf_counter()
Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
next_batch(DataState(), options)
seconds = time.perf_counter() - start
print(bytes_of("VmRSS") - before, bytes_of("VmHWM") - before, seconds)
"""


@pytest.mark.slow
@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("tested", [False, True])
def test_sixty_thousand_images_take_under_a_hundred_megabytes(
    tmp_path: Path, zipped: bool, tested: bool
) -> None:
    """Resident memory that loading and the first batch add, at its peak too; and the time."""
    files = {TRAIN_IMAGES: idx(images(60_000)), TRAIN_LABELS: idx(np.arange(60_000) % 10)}
    if tested:
        files |= {TEST_IMAGES: idx(images(10_000)), TEST_LABELS: idx(np.arange(10_000) % 10)}
    if zipped:
        files = {f"{name}.gz": gzip.compress(c, 1) for name, c in files.items()}
    command = [sys.executable, "-c", MEASURE, folder(tmp_path, files)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    kept, peak, seconds = map(float, done.stdout.split())
    print(f"{kept / 1e6:.0f} MB kept, {peak / 1e6:.0f} MB at the peak, {seconds:.2f} s")  # noqa: T201
    assert peak < 100e6
    assert seconds < 2


def test_random_and_data_of_ones_own_hold_nothing_back() -> None:
    assert dataset.held_out(resolve("notebook")) is None
    with pytest.raises(OptionError):
        dataset.load("no such folder")
