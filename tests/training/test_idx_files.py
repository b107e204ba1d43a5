"""MNIST's IDX files, as published and broken in each way."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

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
    Files,
    folder,
    idx,
    images,
    loaded,
    padded,
    refused,
    refused_by_the_command,
    whole,
)


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("inner", [".", "raw", "MNIST/raw"])
@pytest.mark.parametrize("dotted", [False, True])
def test_idx_files_are_read_to_the_bit(
    tmp_path: Path, zipped: bool, inner: str, dotted: bool
) -> None:
    files = {
        (name.replace("-idx", ".idx") if dotted else name) + ".gz" * zipped: (
            gzip.compress(content) if zipped else content
        )
        for name, content in MNIST.items()
    }
    found = loaded(folder(tmp_path, files, inner))
    for part, pixels, labels in (
        (found.train, IMAGES, LABELS),
        (found.test, TESTED, TEST_CLASSES),
    ):
        inputs, targets = whole(part)
        assert torch.equal(inputs, padded(pixels))
        assert torch.equal(targets, torch.from_numpy(labels))


def test_idx_files_without_a_test_part_hold_every_fifth_back(tmp_path: Path) -> None:
    files = {name: MNIST[name] for name in (TRAIN_IMAGES, TRAIN_LABELS)}
    found = loaded(folder(tmp_path, files))
    held = np.arange(24) % 5 == 0
    assert torch.equal(whole(found.test)[0], padded(IMAGES[held]))
    assert torch.equal(whole(found.train)[0], padded(IMAGES[~held]))


def changed(name: str, change: Callable[[bytes], bytes | None]) -> Files:
    """MNIST's files with one of them changed or (``None``) left out."""
    content = change(MNIST[name])
    rest = {n: c for n, c in MNIST.items() if n != name}
    return rest if content is None else {**rest, name: content}


def claims(count: int) -> bytes:
    return struct.pack(">HBBIII", 0, 8, 3, count, 28, 28)


NOISE = np.random.default_rng(0).bytes(2**20)
"""So long when it is packed too that a gzip file may hold what its header claims."""

BROKEN: dict[str, tuple[Files, str]] = {
    "cut off": (changed(TRAIN_IMAGES, lambda c: c[:-1]), "promises 18832 bytes, and there are no"),
    "header cut off": (changed(TEST_LABELS, lambda c: c[:6]), f"{TEST_LABELS}: it is cut off"),
    "empty file": (changed(TRAIN_LABELS, lambda c: b""), f"{TRAIN_LABELS}: it is cut off"),
    "too long": (changed(TEST_IMAGES, lambda c: c + b"\0"), f"{TEST_IMAGES}: it goes on after"),
    "magic": (changed(TRAIN_IMAGES, lambda c: b"\0\0\x0d" + c[3:]), "is 0x00000d03, not"),
    "labels as images": (changed(TRAIN_IMAGES, lambda c: MNIST[TRAIN_LABELS]), "is 0x00000801"),
    "text": (changed(TRAIN_LABELS, lambda c: b"5,0,4,1"), "is 0x352c302c, not 0x00000801"),
    "no images": (changed(TRAIN_IMAGES, lambda c: idx(IMAGES[:0])), "dimensions are 0×28×28"),
    "counts": (
        changed(TRAIN_LABELS, lambda c: idx(LABELS[:-1])),
        f"{TRAIN_IMAGES} has 24 images, and {TRAIN_LABELS} has 23 labels",
    ),
    "no labels": (changed(TRAIN_LABELS, lambda c: None), f"{TRAIN_IMAGES}, but no {TRAIN_LABELS}"),
    "no test images": (changed(TEST_IMAGES, lambda c: None), f"but no {TEST_IMAGES}"),
    "test part only": (
        {n: c for n, c in MNIST.items() if "t10k" in n}, f"but no {TRAIN_IMAGES} to train on",
    ),
    "sizes": (changed(TEST_IMAGES, lambda c: idx(images(7, 32))), "28×28 uint8, and those to test"),
    "one class": (changed(TRAIN_LABELS, lambda c: idx(LABELS * 0 + 4)), "of one class, 4"),
    "a claim": (changed(TRAIN_IMAGES, lambda c: claims(2**32 - 1)), "bytes, and there are no more"),
    "bomb": (
        changed(TRAIN_IMAGES, lambda c: gzip.compress(claims(700_000) + NOISE)),
        "it unpacks to over 512 MB",
    ),
    "gzip cut off": (changed(TRAIN_IMAGES, lambda c: gzip.compress(c)[:-9]), "data are cut off"),
    "gzip damaged": (
        changed(TRAIN_IMAGES, lambda c: gzip.compress(c)[:-8] + b"\1" * 8), "data are damaged",
    ),
    "gzip cut short inside": (
        changed(TRAIN_IMAGES, lambda c: gzip.compress(c[:-5])), "promises 18832 bytes, and there",
    ),
    "gzip of a claim": (
        changed(TRAIN_IMAGES, lambda c: gzip.compress(claims(600_000))), "promises 470400016 bytes",
    ),
    "gzip bomb": (
        changed(TRAIN_IMAGES, lambda c: gzip.compress(c + bytes(2**24))), "it goes on after",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_each_way_of_breaking_idx_files_is_one_line(tmp_path: Path, name: str) -> None:
    files, said = BROKEN[name]
    assert said in refused(folder(tmp_path, files))


def test_more_classes_than_outputs_are_one_line_and_fewer_are_fine(tmp_path: Path) -> None:
    (tmp_path / "eleven").mkdir()
    files = changed(TRAIN_LABELS, lambda c: idx(np.arange(24) % 11))
    line = refused_by_the_command(folder(tmp_path / "eleven", files))
    assert f": {TRAIN_LABELS} has labels up to 10, and the last layer of the net has 10" in line
    (tmp_path / "held").mkdir()
    files = changed(TEST_LABELS, lambda c: idx(np.full(len(TEST_CLASSES), 11)))
    line = refused_by_the_command(folder(tmp_path / "held", files))
    assert f": {TEST_LABELS} has labels up to 11, and" in line
    (tmp_path / "two").mkdir()
    two = {TRAIN_IMAGES: MNIST[TRAIN_IMAGES], TRAIN_LABELS: idx(LABELS % 2)}
    done = run_here("trace", "--data", folder(tmp_path / "two", two), "--iterations", "2")
    assert done.returncode == 0


def test_a_model_of_ones_own_takes_as_many_classes_as_it_has_outputs(tmp_path: Path) -> None:
    source = folder(tmp_path, changed(TRAIN_LABELS, lambda c: idx(np.arange(24) % 11)))
    model = ("--model", "tests.harness.models:sequential", "--loss", "cross_entropy")
    done = run_here("trace", "--data", source, "--iterations", "1", "--lang", "en", *model)
    assert done.returncode != 0
    assert "labels up to 10, and the model has 10 outputs" in done.stderr
    assert len(done.stderr.splitlines()) == 2, done.stderr  # and that the images are padded


def test_what_the_command_says_of_mnist(tmp_path: Path) -> None:
    source = folder(tmp_path, MNIST, "MNIST/raw")
    done = run_here("trace", "--data", source, "--iterations", "2", "--lang", "en")
    assert done.returncode == 0
    padding = "are 28×28: each is padded to 32×32, as in LeNet's paper"
    assert done.stderr == f"lenet-tui: the images of {source} {padding}\n"
    assert "not an .npz file" in refused(str(tmp_path / "MNIST" / "raw" / TRAIN_IMAGES))
    (tmp_path / "MNIST" / "raw" / TEST_LABELS).write_bytes(MNIST[TEST_LABELS][:-1])
    line = refused_by_the_command(source)
    assert f"{source!r} cannot be used: {TEST_LABELS}: it is cut off" in line
