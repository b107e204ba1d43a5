"""Images and labels as arrays, before they are a data set; and what is wrong with arrays."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem, verbatim
from lenet_tui.training.engine.raw_labels import PLAIN, ReadAs, class_numbers

Array = np.ndarray[Any, Any]
_Read = TypeVar("_Read")

MAX_BYTES = 512 * 2**20
"""Bytes that the images of a data set may take."""

UNREADABLE = (
    *(ValueError, TypeError, AttributeError, RuntimeError, EOFError, MemoryError, SyntaxError),
    *(OverflowError, zipfile.BadZipFile, zlib.error),
)
"""What numpy, zipfile, zlib and a decoder of images raise for files that are none of theirs."""


@dataclass(frozen=True, slots=True, eq=False)
class RawPart:
    """Images (N, H, W), uint8 (0 to 255) or float32, and labels (N,) int64.

    ``source``: the file or array that the labels are from; empty where they are folders.
    ``read_as``: how they were stored.
    """

    images: Array
    labels: Array
    source: str = ""
    read_as: ReadAs = PLAIN


@dataclass(frozen=True, slots=True, eq=False)
class Raw:
    """What files hold. ``test``: ``None`` where they have no part for it. ``names``: of classes.

    ``shape``: the size of the images in the files, where a decoder has resized them: (0, 0)
    of several sizes. ``coloured``: whether images had colours, which are grey now.
    """

    train: RawPart
    test: RawPart | None = None
    names: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()
    coloured: bool = False


def in_file(path: Path, read: Callable[[Path], _Read], name: str = "") -> _Read:
    """``read(path)``; what is wrong with the file is said with its name before it.

    ``name``: other than the last part of its path.
    """
    try:
        if not path.is_file():
            raise Problem("training:not-regular")
        return read(path)
    except Problem as error:
        why = error.notice
    except (OSError, *UNREADABLE) as error:
        why = verbatim(text_of(error))
    raise Problem("training:in-file", file=clean(name or path.name), why=why)


def text_of(error: Exception) -> str:
    """What the system or a library says is wrong with a file, as a line."""
    system = getattr(error, "strerror", None)
    return str(system).lower() if system else clean(str(error), 200) or type(error).__name__


def bounded(size: int) -> int:
    """``size`` bytes; ``Problem`` where that is more than a data set may take."""
    if size > MAX_BYTES:
        raise Problem("training:unpacks-to", most=MAX_BYTES // 2**20)
    return size


def checked(images: Array, labels: Array, names: tuple[str, str]) -> RawPart:
    """The arrays as a part; ``Problem`` where they are no images with labels.

    ``names``: what the arrays are called.
    """
    if images.dtype.kind not in "uif":
        raise Problem("training:images-type", name=names[0], dtype=str(images.dtype))
    plain = images.ndim == 3 or (images.ndim == 4 and 1 in (images.shape[1], images.shape[3]))
    if not plain or 0 in images.shape:
        raise Problem("training:image-shape", name=names[0], shape=str(images.shape))
    numbers, read_as = class_numbers(labels, len(images), names[1])
    sides = images.shape[1:] if images.ndim == 3 else _sides(images.shape)
    images = images.reshape(len(images), *sides)
    if images.dtype != np.uint8:
        images = _finite(images, names[0])
    return RawPart(images, numbers, clean(names[1]), read_as)


def _finite(images: Array, name: str) -> Array:
    """The images in float32; ``Problem`` where a number is none, or too large for that type."""
    with np.errstate(over="ignore", invalid="ignore"):
        images = images.astype(np.float32)
    for number, image in enumerate(images):  # one by one: no mask as large as all of them
        if not np.isfinite(image).all():
            value = image[~np.isfinite(image)][0]
            shown = "NaN" if np.isnan(value) else "infinity"
            raise Problem("training:images-not-finite", name=name, value=shown, number=number)
    return images


def _sides(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape[2:] if shape[1] == 1 else shape[1:3]
