"""The samples that are held out, in batches: of images, or of a training file's ``test_data``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from lenet_tui.protocol.options import DRAWN, OWN
from lenet_tui.protocol.request import Rejected
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import notice
from lenet_tui.training.engine import dataset
from lenet_tui.training.engine.batch import Batch, of_pair, split
from lenet_tui.training.engine.trainer import Trainer
from lenet_tui.training.engine.training_file import own_code

TOGETHER = 200
"""Images that go through the model at once: few enough for the engine to answer in between."""
TEST_DATA = "test_data"
"""The name in a training file of the batches held out."""


def count(trainer: Trainer) -> int:
    """How many samples are held out; of a training file's batches it is not known: 1 if any."""
    part = dataset.held_out(trainer.options)
    if part is not None:
        return len(part)
    return int(trainer.options.data == OWN and trainer.file.names.get(TEST_DATA) is not None)


def batches(trainer: Trainer) -> Iterator[Batch]:
    """Yields what is held out, in order, on the trainer's device; ``Rejected`` if nothing is."""
    part = dataset.held_out(trainer.options)
    if part is None:
        yield from (split(whole).map(trainer.here) for whole in _of_file(trainer))
        return
    for first in range(0, len(part), TOGETHER):
        numbers = torch.arange(first, min(first + TOGETHER, len(part)))
        yield of_pair(*part.batch(numbers)).map(trainer.here)


def trained_on(trainer: Trainer) -> Iterator[Batch]:
    """Yields the images that are trained on, as ``batches`` those held out."""
    part, count = dataset.held_in(trainer.options), dataset.count(trainer.options)
    if part is None:
        raise Rejected("evaluation:none", data=clean(trainer.options.data))
    for numbers in torch.split(torch.arange(count), TOGETHER):
        yield of_pair(*part.batch(numbers)).map(trainer.here)


def like_held_out(trainer: Trainer) -> Iterator[Batch]:
    """Yields as many of the images that are trained on, in even steps over all of them."""
    part, held = dataset.held_in(trainer.options), count(trainer)
    if part is None:
        return
    every = max(1, -(-dataset.count(trainer.options) // max(held, 1)))
    for numbers in torch.split(torch.arange(0, dataset.count(trainer.options), every), TOGETHER):
        yield of_pair(*part.batch(numbers)).map(trainer.here)


def _of_file(trainer: Trainer) -> Iterator[Any]:
    """The batches of ``test_data``: an iterable of them, or what makes one."""
    data, title = trainer.options.data, trainer.file.title
    source = trainer.file.names.get(TEST_DATA)
    if data in (OWN, DRAWN) and source is None:
        raise Rejected("evaluation:none-in-file", file=title)
    if data != OWN:
        raise Rejected("evaluation:none", data=clean(data))
    found = _iterator(source)
    if found is source:
        raise Rejected("evaluation:once", file=title)
    empty = True
    while True:
        with own_code(notice("evaluation:making")):
            whole = next(found, _END)
        if whole is _END:
            break
        empty = False
        yield whole
    if empty:
        raise Rejected("evaluation:empty", file=title)


def _iterator(source: Any) -> Iterator[Any]:
    with own_code(notice("evaluation:making")):
        several = hasattr(source, "__iter__") or hasattr(source, "__getitem__")
        return iter(source() if callable(source) and not several else source)


_END = object()
