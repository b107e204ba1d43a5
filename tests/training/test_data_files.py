"""Data as people have it: MNIST's IDX files, Keras's arrays, a folder of images for each class."""

from __future__ import annotations

import gzip
import importlib.util
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
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
from lenet_tui.training.engine.images import Dataset, Part
from tests.harness.commands import run_here
from tests.harness.driving import Drive
from tests.harness.terminal import ROOT

LUCK = np.random.default_rng(0)
Files = dict[str, bytes]
TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"


def idx(array: np.ndarray) -> bytes:
    """The bytes of an IDX file, as its format is published."""
    magic = struct.pack(">HBB", 0, 8, array.ndim)
    return magic + struct.pack(f">{array.ndim}I", *array.shape) + array.astype("uint8").tobytes()


def images(count: int, side: int = 28) -> np.ndarray:
    return LUCK.integers(0, 256, (count, side, side), dtype="uint8")


IMAGES, LABELS = images(24), np.arange(24) % 10
TESTED, TEST_CLASSES = images(7), np.arange(7) + 3
MNIST: Files = {
    TRAIN_IMAGES: idx(IMAGES),
    TRAIN_LABELS: idx(LABELS),
    TEST_IMAGES: idx(TESTED),
    TEST_LABELS: idx(TEST_CLASSES),
}


def folder(root: Path, files: Files, inner: str = ".") -> str:
    """Files in a folder."""
    for name, content in files.items():
        path = root / inner / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return str(root)


def whole(part: Part) -> tuple[torch.Tensor, torch.Tensor]:
    return part.batch(torch.arange(len(part)))


def padded(pixels: np.ndarray) -> torch.Tensor:
    """What a person would write for MNIST in LeNet."""
    return F.pad(torch.from_numpy(pixels)[:, None].float() / 127.5 - 1, (2, 2, 2, 2), value=-1)


def loaded(source: str) -> Dataset:
    dataset.load.cache_clear()
    return dataset.load(source)


def refused(source: str) -> str:
    """The line that says why data cannot be used."""
    with pytest.raises(OptionError) as caught:
        loaded(source)
    line = str(caught.value)
    assert line.isprintable() and line.count("cannot be used") == 1
    return line


def refused_by_the_command(source: str) -> str:
    """The same, from the command line."""
    done = run_here("trace", "--data", source, "--iterations", "1", "--lang", "en")
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    return line


# IDX


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
    "bomb": (changed(TRAIN_IMAGES, lambda c: claims(2**32 - 1)), "it unpacks to over 512 MB"),
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
    assert "has labels up to 10, and the last layer of the net has 10 outputs" in line
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


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"y_test": TEST_CLASSES[:3]}, "7 images, and y_test of shape (3,), not (7,)"),
        ({"x_test": np.zeros((7, 28, 28, 3))}, "x_test has the shape (7, 28, 28, 3)"),
        ({"x_test": TESTED / 255}, "28×28 uint8, and those to test on 28×28 float32"),
        ({"y_train": LABELS - 1}, "y_train goes from -1 to 8"),
        ({"y_train": np.array([{}] * 24)}, "y_train is an array of pickled objects"),
    ],
)
def test_keras_arrays_that_do_not_fit(
    tmp_path: Path, arrays: dict[str, np.ndarray], said: str
) -> None:
    assert said in refused(keras(tmp_path, **arrays))


# A folder of images for each class

pillow = pytest.mark.skipif(not importlib.util.find_spec("PIL"), reason="Pillow is not installed")


def png(pixels: np.ndarray, size: tuple[int, int] | None = None, colour: int = 0) -> bytes:
    """A PNG file; ``size``: claimed rows and columns; ``colour``: 0 grey, 2 RGB, 6 RGBA."""
    rows, columns = size or pixels.shape[:2]

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    lines = b"".join(b"\0" + row.astype("uint8").tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", columns, rows, 8, colour, 0, 0, 0)
    ends = chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(lines)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(ends)


CATS, DOGS = images(6), images(5)
PETS: Files = {f"cat/{n}.png": png(p) for n, p in enumerate(CATS)} | {
    f"dog/{n}.png": png(p) for n, p in enumerate(DOGS)
}


@pillow
def test_a_folder_of_images(tmp_path: Path) -> None:
    found = loaded(folder(tmp_path, {**PETS, "cat/.DS_Store": b"", "notes.txt": b"pets"}))
    everything, held = np.concatenate([CATS, DOGS]), np.arange(11) % 5 == 0
    assert found.names == ("cat", "dog")
    assert torch.equal(whole(found.train)[0], padded(everything[~held]))
    assert torch.equal(whole(found.test)[0], padded(everything[held]))
    assert whole(found.test)[1].tolist() == [0, 0, 1]


@pillow
def test_a_folder_with_parts_and_colours_and_several_sizes(tmp_path: Path) -> None:
    red = np.zeros((40, 32, 3), "uint8")
    red[..., 0] = 200
    files = {f"train/{name}": content for name, content in PETS.items()}
    files |= {"train/cat/wide.png": png(red, colour=2), "test/dog/one.png": png(DOGS[0])}
    source = folder(tmp_path, files)
    found = loaded(source)
    assert (len(found.train), len(found.test)) == (12, 1)
    assert found.train.pixels.shape == (12, 32, 32)
    wide = whole(found.train)[0][6]
    assert torch.equal(wide, torch.full((1, 32, 32), 60 / 127.5 - 1))  # 0.299 · 200
    done = run_here("trace", "--data", source, "--iterations", "1", "--lang", "en")
    assert (done.returncode, done.stderr.count("\n")) == (0, 2)
    (tmp_path / "test" / "cat").mkdir()
    assert "there is no image in 'test/cat'" in refused_by_the_command(source)
    assert [str(remark) for remark in found.remarks] == [
        f"the images of {source} have colours: they are read as grey",
        f"the images of {source} are of several sizes: each is resized to 32×32 (bilinear)",
    ]


BAD_FOLDERS: dict[str, tuple[Files, str]] = {
    "text": ({**PETS, "dog/x.png": b"woof"}, "x.png: it is no image in a format that is read"),
    "cut off": ({**PETS, "dog/x.png": PETS["dog/0.png"][:200]}, "x.png: "),
    "bomb": ({**PETS, "dog/x.png": png(DOGS[0], (60_000, 60_000))}, "over 16 million pixels"),
    "large": ({**PETS, "dog/x.png": png(DOGS[0], (5000, 5000))}, "over 16 million pixels"),
    "transparent": (
        {**PETS, "dog/x.png": png(np.zeros((28, 28, 4)), colour=6)}, "x.png: it is transparent in",
    ),
    "a folder in a class": ({**PETS, "dog/more/1.png": b""}, "more: it is no regular file"),
    "no image of a class": ({**PETS, "eel/.hidden": b""}, "/eel'"),
    "one class": ({n: c for n, c in PETS.items() if "cat" in n}, "of one class, cat"),
    "no class": ({"1.png": PETS["cat/1.png"]}, "holds neither IDX files such as"),
    "test part only": ({"test/cat/1.png": b"", "test/dog/1.png": b""}, "but no train to train on"),
    "unknown class": (
        {f"train/{n}": c for n, c in PETS.items()} | {"test/eel/1.png": b""},
        "test has a class 'eel', which there is none of",
    ),
}  # fmt: skip


@pillow
@pytest.mark.parametrize("name", BAD_FOLDERS)
def test_each_way_of_breaking_a_folder_of_images_is_one_line(tmp_path: Path, name: str) -> None:
    files, said = BAD_FOLDERS[name]
    assert said in refused(folder(tmp_path, files))


def test_a_folder_of_images_without_the_decoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    monkeypatch.delitem(sys.modules, "PIL.Image", raising=False)
    assert "takes Pillow, which is not installed: pip install" in refused(folder(tmp_path, PETS))
    (tmp_path / "none").mkdir()
    assert "it is an empty folder" in refused(str(tmp_path / "none"))


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
