"""A data set from files: which kind of file it is, both its parts, and one line where it is bad."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Notice, Problem, notice, verbatim
from lenet_tui.text.numbers import shape_text
from lenet_tui.training.engine import idx_files
from lenet_tui.training.engine.images import KEPT, PADDED, SIDE, Dataset, Part, part
from lenet_tui.training.engine.npz_file import read_npz
from lenet_tui.training.engine.raw_images import UNREADABLE, Raw, RawPart, text_of

TEST_EVERY = 5
"""Of data without a test part every fifth image is held out, from the first on."""


def read(path: Path) -> Dataset:
    """The images in an ``.npz`` file, in IDX files or in a folder; ``Problem`` for bad ones."""
    try:
        raw = _read(path)
        _check(raw)
    except (OSError, *UNREADABLE) as error:
        raise Problem(verbatim(text_of(error))) from None
    return made(raw, remarks=_remarks(clean(str(path)), raw), content=_content(raw))


def made(
    raw: Raw, divisor: float | None = None, remarks: tuple[Notice, ...] = (), content: str = ""
) -> Dataset:
    """Both parts of what was read. ``divisor``: other than that of the images' type."""
    if divisor is None:
        divisor = 127.5 if raw.train.images.dtype == np.uint8 else 0
    background = -1.0 if divisor else float(raw.train.images.min())

    def made_of(raw_part: RawPart, rows: Tensor | None = None) -> Part:
        pixels = torch.from_numpy(np.ascontiguousarray(raw_part.images))
        labels = torch.from_numpy(raw_part.labels)
        return part(pixels, rows, labels if rows is None else labels[rows], divisor, background)

    if raw.test is None:
        number = torch.arange(len(raw.train.labels))
        train = made_of(raw.train, number[number % TEST_EVERY != 0])
        test = made_of(raw.train, number[number % TEST_EVERY == 0])
    else:
        train, test = made_of(raw.train), made_of(raw.test)
    greatest = max((p for p in (raw.train, raw.test) if p), key=lambda p: int(p.labels.max()))
    classes = int(greatest.labels.max()) + 1
    return Dataset(train, test, raw.names, classes, content, remarks, greatest.source)


def _read(path: Path) -> Raw:
    if not stat.S_ISDIR(path.stat().st_mode):
        return read_npz(path)
    if not any(path.iterdir()):
        raise Problem("training:empty-folder")
    raw = idx_files.read_folder(path)
    if raw is not None:
        return raw
    from lenet_tui.training.engine import image_folder  # noqa: PLC0415 - seldom needed

    return image_folder.read_folder(path)


def _check(raw: Raw) -> None:
    """Raise ``Problem`` where the parts do not go together, or teach nothing."""
    train, test = raw.train, raw.test
    if len(train.labels) < 2 and test is None:
        raise Problem("training:too-few")
    if test is not None:
        first, second = (_kind(each) for each in (train, test))
        if first != second:
            raise Problem("training:parts-differ", train=first, test=second)
    widths = [p.read_as.columns for p in (train, test) if p and p.read_as.columns]
    if len(set(widths)) > 1:
        raise Problem("training:one-hot-differ", train=widths[0], test=widths[1])
    if train.labels.min() == train.labels.max():
        raise Problem("training:one-class", label=int(train.labels[0]))


def _kind(part: RawPart) -> str:
    return f"{shape_text(part.images.shape[1:])} {part.images.dtype}"


def _remarks(path: str, raw: Raw) -> tuple[Notice, ...]:
    """What is said of how the labels are read, and the images prepared."""
    here = raw.train.images.shape[1:]
    found = _of_labels(path, raw)
    if raw.coloured:
        found.append(notice("training:made-grey", data=path))
    if here == PADDED:
        return (*found, notice("training:padded", data=path, side=SIDE))
    if raw.shape == (0, 0):
        return (*found, notice("training:resized-each", data=path, side=SIDE))
    size = raw.shape or here
    if raw.shape or size not in KEPT:
        size_text = shape_text(size)
        return (*found, notice("training:resized", data=path, size=size_text, side=SIDE))
    return tuple(found)


def _of_labels(path: str, raw: Raw) -> list[Notice]:
    """A remark for each way in which labels are not stored as plain class numbers."""
    parts = [part for part in (raw.train, raw.test) if part]
    column = [part.source for part in parts if part.read_as.column]
    other = {part.source: part.read_as.stored for part in parts if part.read_as.stored}
    rows = {part.source: part.read_as.columns for part in parts if part.read_as.columns}
    found = []
    if column:
        found.append(notice("training:labels-column", data=path, name=", ".join(column)))
    if other:
        types = " / ".join(dict.fromkeys(other.values()))
        found.append(
            notice("training:labels-stored", data=path, name=", ".join(other), dtype=types)
        )
    if rows:
        name, count = ", ".join(rows), max(rows.values())
        found.append(notice("training:labels-one-hot", data=path, name=name, count=count))
    return found


def _content(raw: Raw) -> str:
    """SHA-256 of images and labels: what is trained on, however it is stored."""
    digest = hashlib.sha256()
    for each in (raw.train, raw.test):
        for array in (each.images, each.labels) if each else ():
            digest.update(f"{array.dtype} {array.shape} ".encode())
            digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
