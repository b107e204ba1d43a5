"""Files of data as people have them, made byte by byte, and what they should come to."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from lenet_tui.protocol.options import OptionError
from lenet_tui.training.engine import dataset
from lenet_tui.training.engine.images import Dataset, Part
from tests.harness.commands import run_here

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
