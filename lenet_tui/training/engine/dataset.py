"""Makes batches from real digits, the notebook's random tensors, or a file."""

from __future__ import annotations

import stat
import zipfile
import zlib
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import IO, Any, ClassVar

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from lenet_tui.protocol.options import DRAWN, OWN, OptionError, Options
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Notice, Problem, notice, verbatim
from lenet_tui.text.numbers import shape_text
from lenet_tui.training.engine.own_data import Place

NOT_LOADED = ("random", OWN, DRAWN)
"""The data that are no images of a file."""
SIDE = 32
CLASSES = 10
TEST_EVERY = 5
"""Every fifth image is for testing, never trained on."""
LISTED = 80
"""Characters of the names of a file's arrays that an error lists."""
MAX_FILE = 512 * 2**20
"""Bytes that the arrays of a file may take."""

UNREADABLE = (
    *(ValueError, TypeError, AttributeError, RuntimeError, EOFError, MemoryError),
    *(zipfile.BadZipFile, zlib.error),
)
"""What numpy, zipfile and zlib raise for files that are no arrays."""


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """Images (N, 1, 32, 32) float32 and labels (N,) int64, on the CPU.

    ``pixels``: the source, (N, H, W) uint8 or float32. Images are ``pixels / divisor - 1``, or
    ``pixels`` if ``divisor`` is 0.
    """

    images: Tensor
    labels: Tensor
    pixels: Tensor
    divisor: float

    def train(self) -> Tensor:
        """Indices of the images to train on."""
        index = torch.arange(len(self.labels))
        return index[index % TEST_EVERY != 0]


@dataclass(slots=True, eq=False)
class DataState:
    """Where in the data a session is. ``fixed``: the random preset's input, vector and target.

    ``offset``: samples of this epoch already used. ``source`` and ``size``: the data and batch
    size that the rest belongs to. ``own``: where in data of one's own. ``changes``: moves as text,
    what a person has put into the next batch.
    """

    source: str = ""
    size: int = 0
    epoch: int = 0
    offset: int = 0
    fixed: tuple[Tensor, Tensor, Tensor] | None = None
    own: Place | None = None
    changes: tuple[str, ...] = ()
    ADDED: ClassVar = ("changes",)


def draw_fixed(size: int) -> tuple[Tensor, Tensor, Tensor]:
    """The notebook's draws from the CPU generator, in its order: input, vector, target."""
    image = torch.randn(size, 1, SIDE, SIDE)
    vector = torch.randn(size, CLASSES)
    target = torch.randn(CLASSES).view(1, -1)
    return image, vector, target


def next_batch(state: DataState, options: Options) -> tuple[Tensor, Tensor]:
    """The next batch (N, 1, 32, 32) and its labels (N,) or real-valued target (1, 10).

    Advances ``state``. The last batch of an epoch may be smaller.
    """
    if options.data == "random":
        if state.fixed is None or (state.source, state.size) != ("random", options.batch_size):
            state.source, state.size = "random", options.batch_size
            state.fixed = draw_fixed(options.batch_size)
        return state.fixed[0], state.fixed[2]
    if state.source != options.data:
        state.source, state.epoch, state.offset, state.fixed = options.data, 0, 0, None
    state.size = options.batch_size
    data = load(options.data)
    order = _order(options.data, options.seed, state.epoch)
    picked = order[state.offset : state.offset + options.batch_size]
    state.offset += options.batch_size
    if state.offset >= len(order):
        state.epoch, state.offset = state.epoch + 1, 0
    return data.images.index_select(0, picked), data.labels.index_select(0, picked)


def upcoming(state: DataState, options: Options) -> tuple[Tensor, Tensor] | None:
    """The batch that the next forward will take; ``None`` if it is still to be drawn at random."""
    fixed = state.fixed is not None and (state.source, state.size) == ("random", options.batch_size)
    if options.data == "random" and not fixed:
        return None
    return next_batch(replace(state), options)


@lru_cache(maxsize=4)
def _order(source: str, seed: int, epoch: int) -> Tensor:
    """The training indices of an epoch, shuffled by a generator of its own."""
    generator = torch.Generator().manual_seed((seed * 1_000_003 + epoch) % 2**63)
    train = load(source).train()
    return train[torch.randperm(len(train), generator=generator)]


def drawn(source: str, seed: int, epoch: int, count: int) -> Tensor:
    """The numbers of the first ``count`` samples that an epoch takes."""
    return _order(source, seed, epoch)[:count]


@lru_cache(maxsize=2)
def load(source: str) -> Images:
    """The shipped digits, or the images of an ``.npz`` file; ``OptionError`` for a bad one.

    A file holds ``images`` (N, H, W) or (N, 1, H, W), numbers, and ``labels`` (N,), 0 to 9;
    uint8 images are taken as 0…255 and scaled to −1…1, others as they are.
    """
    if source == "digits":
        file = resources.files("lenet_tui.training") / "digits" / "digits.npz"
        with file.open("rb") as stream:
            images, labels = _arrays(stream)
        return _prepare(images, 8, labels)
    return _from_file(Path(source))


def check(options: Options) -> None:
    """Raise ``OptionError`` if the data cannot be used, or do not fill one batch."""
    if options.data in NOT_LOADED:
        return
    count, size = len(load(options.data).train()), options.batch_size
    if size > count:
        data = clean(options.data)
        raise OptionError("training:batch-too-large", size=size, data=data, count=count)


def resized(options: Options) -> Notice | None:
    """That the images of a file are resized, and from which size; ``None`` if they are not."""
    if options.data in (*NOT_LOADED, "digits"):
        return None
    size = load(options.data).pixels.shape[1:]
    if size == (SIDE, SIDE):
        return None
    data = clean(options.data)
    return notice("training:resized", data=data, size=shape_text(size), side=SIDE)


def _arrays(stream: IO[bytes] | Path) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    with np.load(stream, allow_pickle=False) as arrays:
        if sum(part.file_size for part in arrays.zip.infolist()) > MAX_FILE:
            raise Problem("training:unpacks-to", most=MAX_FILE // 2**20)
        for name in ("images", "labels"):
            if name not in arrays:
                names = clean(", ".join(arrays.files), LISTED) or "–"
                raise Problem("training:no-array", name=name, names=names)
        images, labels = arrays["images"], arrays["labels"]
    if not (isinstance(images, np.ndarray) and isinstance(labels, np.ndarray)):
        raise Problem("training:no-arrays")
    return images, labels


def _from_file(path: Path) -> Images:
    def refuse(why: Notice) -> OptionError:
        name = clean(str(path))
        return OptionError("training:unusable-data", path=name, why=why, last=CLASSES - 1)

    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise Problem("training:folder")
        if not stat.S_ISREG(mode) or not zipfile.is_zipfile(path):
            raise Problem("training:no-npz")
        images, labels = _arrays(path)
        _check(images, labels)
    except OSError as error:
        raise refuse(verbatim((error.strerror or str(error)).lower())) from None
    except Problem as error:
        raise refuse(error.notice) from None
    except UNREADABLE as error:
        raise refuse(verbatim(clean(str(error), 200) or type(error).__name__)) from None
    if images.dtype == np.uint8:
        return _prepare(images, 127.5, labels)
    return _prepare(images.astype(np.float32), 0, labels)


def _check(images: np.ndarray[Any, Any], labels: np.ndarray[Any, Any]) -> None:
    if images.dtype.kind not in "uif":
        raise Problem("training:images-type", dtype=str(images.dtype))
    if labels.dtype.kind not in "ui":
        raise Problem("training:labels-type", dtype=str(labels.dtype))
    if not (images.ndim == 3 or (images.ndim == 4 and images.shape[1] == 1)) or 0 in images.shape:
        raise Problem("training:image-shape", shape=str(images.shape))
    if labels.shape != images.shape[:1]:
        raise Problem("training:label-shape", count=len(images), shape=str(labels.shape))
    if len(images) < 2:
        raise Problem("training:too-few")
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= CLASSES:
        raise Problem("training:label-range", low=low, high=high, last=CLASSES - 1)


def _prepare(raw: np.ndarray[Any, Any], divisor: float, labels: np.ndarray[Any, Any]) -> Images:
    """Images as (N, 1, 32, 32), bilinear where they have another size."""
    pixels = torch.from_numpy(np.ascontiguousarray(raw)).reshape(len(raw), *raw.shape[-2:])
    images = pixels.unsqueeze(1).to(torch.float32)
    if divisor:
        images = images / divisor - 1
    if images.shape[-2:] != (SIDE, SIDE):
        images = F.interpolate(images, (SIDE, SIDE), mode="bilinear", align_corners=False)
    return Images(images, torch.from_numpy(labels.astype(np.int64)), pixels, divisor)
