"""Makes batches from real digits, the notebook's random tensors, or a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from lenet_tui.protocol.augment import OFF, parse
from lenet_tui.protocol.frame import Samples
from lenet_tui.protocol.options import DRAWN, NET, OWN, OptionError, Options
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Notice, Problem, notice
from lenet_tui.training.engine import data_files
from lenet_tui.training.engine.augment import augment
from lenet_tui.training.engine.images import SIDE, Dataset, Part
from lenet_tui.training.engine.own_data import Place
from lenet_tui.training.engine.raw_images import Raw, RawPart

NOT_LOADED = ("random", OWN, DRAWN)
"""The data that are no images of a file."""
LONGEST = 24
"""Characters of the name of a class."""
MANY = 10**12
TOGETHER = 64
"""Batches whose indices are cut out of an epoch's order at once."""
CLASSES = 10
"""The outputs of the notebook's net."""


@dataclass(slots=True, eq=False)
class DataState:
    """Where in the data a session is. ``fixed``: the random preset's input, vector and target.

    ``offset``: samples of this epoch already used. ``source`` and ``size``: the data and batch
    size that the rest belongs to. ``own``: where in data of one's own. ``content``: SHA-256 of the
    files that were read. ``changes``: moves as text, what a person has put into the next batch.
    """

    source: str = ""
    size: int = 0
    epoch: int = 0
    offset: int = 0
    fixed: tuple[Tensor, Tensor, Tensor] | None = None
    own: Place | None = None
    content: str = ""
    changes: tuple[str, ...] = ()
    ADDED: ClassVar[tuple[str, ...]] = ("changes",)


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
    state.size = size = options.batch_size
    train = load(options.data).train
    total = min(options.train_size or MANY, len(train))
    seed = batch_seed(state, options) if options.augment != OFF else 0
    number, within = divmod(state.offset, size)
    if within:  # the batch size was another earlier in this epoch
        order = _order(options.data, options.seed, state.epoch, total)
        picked = order[state.offset : state.offset + size]
    else:
        block, place = divmod(number, TOGETHER)
        picked = _picked(options.data, options.seed, state.epoch, total, (size, block))[place]
    state.offset += size
    if state.offset >= total:
        state.epoch, state.offset = state.epoch + 1, 0
    inputs, targets = train.batch(picked)
    if options.augment != OFF:
        inputs = augment(inputs, seed, **parse(options.augment).values())  # type: ignore[arg-type]
    return inputs, targets


def batch_seed(state: DataState, options: Options) -> int:
    """The seed of what the next batch draws: of the session, the epoch and the place in it."""
    return ((options.seed * 1_000_003 + state.epoch) * 1_000_003 + state.offset + 1) % 2**63


def upcoming(state: DataState, options: Options) -> tuple[Tensor, Tensor] | None:
    """The batch that the next forward will take; ``None`` if it is still to be drawn at random."""
    fixed = state.fixed is not None and (state.source, state.size) == ("random", options.batch_size)
    if options.data == "random" and not fixed:
        return None
    return next_batch(replace(state), options)


@lru_cache(maxsize=4)
def _order(source: str, seed: int, epoch: int, count: int) -> Tensor:
    """The first ``count`` indices of the training part, shuffled for an epoch by a generator."""
    generator = torch.Generator().manual_seed((seed * 1_000_003 + epoch) % 2**63)
    return torch.randperm(count, generator=generator)


@lru_cache(maxsize=4)
def _picked(
    source: str, seed: int, epoch: int, count: int, cut: tuple[int, int]
) -> tuple[Tensor, ...]:
    """The indices of ``TOGETHER`` batches of an epoch. ``cut``: their size, and which ``TOGETHER``
    they are. To cut out one at a time takes as long as to fetch its labels.
    """
    size, block = cut
    first = block * TOGETHER * size
    part = _order(source, seed, epoch, count)[first : first + TOGETHER * size]
    return part.split(size)  # type: ignore[no-untyped-call, no-any-return]


def drawn(source: str, seed: int, epoch: int, taken: int, size: int = 0) -> Tensor:
    """The indices of the first ``taken`` samples that an epoch takes; ``size``: ``train_size``."""
    return _order(source, seed, epoch, _count(source, size))[:taken]


def _count(source: str, size: int) -> int:
    return min(size or MANY, len(load(source).train))


def count(options: Options) -> int:
    """How many samples are trained on; 0 for data that are no images of a file."""
    return 0 if options.data in NOT_LOADED else _count(options.data, options.train_size)


@lru_cache(maxsize=2)
def load(source: str) -> Dataset:
    """The shipped digits, or the images of a file or folder; ``OptionError`` for bad ones.

    An ``.npz`` file holds ``images`` and ``labels``, or ``x_train``, ``y_train`` and perhaps
    ``x_test``, ``y_test``; a folder holds IDX files, or a folder of images for each class.
    """
    if source == "digits":
        file = resources.files("lenet_tui.training") / "digits" / "digits.npz"
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            images, labels = arrays["images"], arrays["labels"].astype(np.int64)
        return data_files.made(Raw(RawPart(images, labels)), divisor=8)
    try:
        return data_files.read(Path(source))
    except Problem as error:
        why = error.notice
    raise OptionError("training:unusable-data", path=clean(source), why=why)


def epochs(state: DataState, options: Options) -> float | None:
    """How often the images have been gone through; ``None`` for data that are no images."""
    if options.data in NOT_LOADED:
        return None
    if state.source != options.data:
        return 0.0
    return state.epoch + state.offset / count(options)


def held_in(options: Options) -> Part | None:
    """The part to train on, all of it; ``None`` for data that are no images of a file."""
    return None if options.data in NOT_LOADED else load(options.data).train


def held_out(options: Options) -> Part | None:
    """The samples to test on: never trained on; ``None`` for data that are no images of a file."""
    return None if options.data in NOT_LOADED else load(options.data).test


def check(options: Options) -> None:
    """Raise ``OptionError`` if the data cannot be used, or do not fill one batch."""
    if options.data in NOT_LOADED:
        return
    loaded, size, data = load(options.data), options.batch_size, clean(options.data)
    wanted, there = options.train_size, len(loaded.train)
    if wanted > there:
        raise OptionError("training:train-size-too-large", size=wanted, data=data, count=there)
    if size > (wanted or there):
        raise OptionError("training:batch-too-large", size=size, data=data, count=wanted or there)
    if options.model == NET and loaded.classes > CLASSES:
        why = excess(options, CLASSES)
        raise OptionError("training:too-many-classes", data=data, why=why, outputs=CLASSES)


def excess(options: Options, outputs: int) -> Notice:
    """Where labels stand that a net with so many outputs has none for; there are such labels."""
    loaded = load(options.data)
    if not loaded.names:
        return notice("training:labels-up-to", name=loaded.greatest, last=loaded.classes - 1)
    first = clean(loaded.names[outputs], LONGEST)
    return notice("training:class-folders", count=len(loaded.names), first=first, number=outputs)


def classes(options: Options) -> int:
    """One more than the greatest label; 0 for data that are no images of a file."""
    return 0 if options.data in NOT_LOADED else load(options.data).classes


def remarks(options: Options) -> tuple[Notice, ...]:
    """What is done to the images of a file that nobody asked for."""
    return () if options.data in NOT_LOADED else load(options.data).remarks


def facts(options: Options) -> Samples | None:
    """What the screen says of the images; ``None`` for data that are none of a file."""
    if options.data in NOT_LOADED:
        return None
    return _facts(load(options.data), options.augment != OFF)


@lru_cache(maxsize=1)
def _facts(loaded: Dataset, augmented: bool) -> Samples:
    padding = loaded.train.background if loaded.padded else None
    return Samples(padding, tuple(clean(name, LONGEST) for name in loaded.names), augmented)


def content(options: Options) -> str:
    """SHA-256 of what was read from files; empty where nothing was."""
    return "" if options.data in NOT_LOADED else load(options.data).content


def check_unchanged(options: Options, state: DataState) -> None:
    """Raise ``OptionError`` unless the files hold what they held when ``state`` was stored."""
    if content(options) != state.content:
        raise OptionError("training:data-changed", data=clean(options.data))
