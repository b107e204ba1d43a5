"""Packs the samples that a session took, so that the exported script carries them."""

from __future__ import annotations

import base64
import zlib

import torch
from torch import Tensor

from lenet_tui.export.engine import script_runtime
from lenet_tui.export.script_text import Packed
from lenet_tui.protocol.request import Rejected
from lenet_tui.training.engine import dataset

MAX_PACKED = 64 * 2**20
"""Bytes of samples that a script may hold."""


def pack(name: str, source: str, seed: int, taken: dict[int, int], size: int = 0) -> Packed:
    """The samples taken from a source (of each epoch so many), each once.

    ``size``: the session's ``train_size``.
    As the pixels they were made from where those give the same bits again, else as images.
    """
    train = dataset.load(source).train
    numbers = drawn(source, seed, taken, size)
    exact, labels = train.batch(numbers)
    labelled = numbers.int(), labels.int()
    for pixels, divisor in (train.source(numbers), train.divisor), (exact.squeeze(1), 0.0):
        if pixels.nbytes > MAX_PACKED:
            size, most = pixels.nbytes // 2**20, MAX_PACKED // 2**20
            raise Rejected("export:too-many-samples", count=len(numbers), size=size, most=most)
        raw = b"".join(map(script_runtime.raw, (*labelled, pixels)))
        packed = Packed(
            name=name,
            total=min(size or len(train), len(train)),
            kept=len(numbers),
            size=(pixels.shape[1], pixels.shape[2]),
            dtype=str(pixels.dtype)[6:],
            divisor=divisor,
            background=train.background,
            packed=base64.b85encode(zlib.compress(raw, 9)).decode("ascii"),
        )
        if torch.equal(unpacked(packed, seed).images, exact):
            break
    return packed


def drawn(source: str, seed: int, taken: dict[int, int], size: int = 0) -> Tensor:
    """The numbers of the samples taken, each once, in their order in the training part."""
    total = len(dataset.load(source).train)
    numbers: set[int] = set()
    for epoch, count in taken.items():
        if len(numbers) < total:
            numbers.update(dataset.drawn(source, seed, epoch, count, size).tolist())
    return torch.tensor(sorted(numbers))


def unpacked(samples: Packed, seed: int) -> script_runtime.Samples:
    """What the script makes of the samples."""
    dtype: torch.dtype = getattr(torch, samples.dtype)
    return script_runtime.Samples(
        packed=samples.packed,
        total=samples.total,
        kept=samples.kept,
        size=samples.size,
        dtype=dtype,
        divisor=samples.divisor,
        background=samples.background,
        seed=seed,
    )
