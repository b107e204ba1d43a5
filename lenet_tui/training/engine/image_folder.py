"""Reads a folder with a folder of images for each class. The decoder is Pillow, an extra."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem
from lenet_tui.training.engine.images import KEPT, SIDE
from lenet_tui.training.engine.raw_images import Array, Raw, RawPart, bounded, in_file

TRAIN, TEST = ("train", "training"), ("test", "testing", "val")
"""The folders of the parts, where there are any."""
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM")
"""No format for which Pillow would run another program."""
MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr")
"""At most eight bits a channel."""
GREY = ("1", "L", "LA")
MAX_PIXELS = 2**24
"""Pixels of one image."""

_Read = TypeVar("_Read")
Listed = list[tuple[Path, int]]
"""Files, each with the number of its class."""


def read_folder(root: Path) -> Raw:
    """The images of a folder, grey; ``Problem`` for a folder or a file that is none.

    Where all are 28×28, or all 32×32, they stay so; else each becomes 32×32.
    """
    folders = _folders(root)
    train, test = _one_of(root, folders, TRAIN), _one_of(root, folders, TEST)
    if not set(folders) <= {*TRAIN, *TEST}:
        train = test = None
    elif train is None and folders:
        raise Problem("training:no-train-part", file=TRAIN[0])
    names = _folders(train or root)
    if not names:
        raise Problem("training:no-classes")
    files = [_listed(train or root, names), *([_held_out(test, names)] if test else [])]
    bounded(sum(map(len, files)) * SIDE * SIDE)
    if len(names) == 1:
        raise Problem("training:one-class", label=clean(names[0]))
    reader = _Reader()
    parts = reader.parts(files, _in_class(files[0][0][0], reader.size))
    test_part = parts[1] if test else None
    return Raw(parts[0], test_part, tuple(map(clean, names)), reader.resized, reader.coloured)


def _folders(root: Path) -> list[str]:
    return sorted(p.name for p in root.iterdir() if p.is_dir() and not p.name.startswith("."))


def _one_of(root: Path, folders: list[str], wanted: tuple[str, ...]) -> Path | None:
    return next((root / name for name in wanted if name in folders), None)


def _listed(root: Path, names: list[str]) -> Listed:
    """The files below a folder, class by class; hidden ones are passed over."""
    found: Listed = []
    for number, name in enumerate(names):
        files = sorted(path for path in (root / name).iterdir() if path.name[0] != ".")
        if not files:
            raise Problem("training:no-images", folder=clean(f"{root.name}/{name}"))
        found += [(path, number) for path in files]
    return found


def _held_out(root: Path, names: list[str]) -> Listed:
    """The same of a part to test on, which may lack a class but has no other."""
    here = _folders(root)
    for name in here:
        if name not in names:
            raise Problem("training:unknown-class", folder=clean(root.name), name=clean(name))
    if not here:
        raise Problem("training:no-images", folder=clean(root.name))
    return [(path, names.index(here[number])) for path, number in _listed(root, here)]


def _in_class(path: Path, read: Callable[[Path], _Read]) -> _Read:
    """``read(path)``; an error names the class too, as files of several may have one name."""
    return in_file(path, read, f"{path.parent.name}/{path.name}")


class _OtherSize(Exception):
    """An image is not of the size of those before it."""


class _Reader:
    """Decodes images. ``coloured``: whether one had colours. ``resized``: the size of the images,
    where it was another one; (0, 0) for images of several sizes.
    """

    def __init__(self) -> None:
        try:
            self._pillow = importlib.import_module("PIL.Image")
        except ImportError:
            raise Problem("training:no-decoder") from None
        self.coloured = False
        self.resized: tuple[int, int] | tuple[()] = ()
        self._sizes: set[tuple[int, int]] = set()
        self._kept: tuple[int, int] | None = None

    def parts(self, files: list[Listed], first: tuple[int, int]) -> list[RawPart]:
        """Each part's images; ``first``: the size of the first image."""
        self._kept = first if first in KEPT else None
        try:
            found = [self._part(listed) for listed in files]
        except _OtherSize:
            self._kept = None
            found = [self._part(listed) for listed in files]
        if self._kept is None:
            self.resized = next(iter(self._sizes)) if len(self._sizes) == 1 else (0, 0)
        return found

    def _part(self, listed: Listed) -> RawPart:
        images = np.empty((len(listed), *(self._kept or (SIDE, SIDE))), np.uint8)
        for row, (path, _) in enumerate(listed):
            images[row] = _in_class(path, self._decoded)
        return RawPart(images, np.array([number for _, number in listed], np.int64))

    def size(self, path: Path) -> tuple[int, int]:
        """Rows and columns of an image, which is not decoded."""
        with self._opened(path) as image:
            return image.height, image.width

    def _opened(self, path: Path) -> Any:
        """The image, of which only the header has been read."""
        pillow = self._pillow
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", pillow.DecompressionBombWarning)
                image = pillow.open(path, formats=FORMATS)
        except (pillow.DecompressionBombWarning, pillow.DecompressionBombError):
            raise Problem("training:too-many-pixels", most=MAX_PIXELS // 2**20) from None
        except pillow.UnidentifiedImageError:
            raise Problem("training:no-image") from None
        if image.width * image.height > MAX_PIXELS:
            raise Problem("training:too-many-pixels", most=MAX_PIXELS // 2**20)
        if image.mode not in MODES:
            raise Problem("training:image-mode", mode=image.mode)
        return image

    def _decoded(self, path: Path) -> Array:
        with self._opened(path) as image:
            size = (image.height, image.width)
            self._sizes.add(size)
            if self._kept not in (None, size):
                raise _OtherSize
            if "transparency" in image.info or image.mode in ("LA", "RGBA"):
                alpha = image.convert("RGBA").getchannel("A")
                if alpha.getextrema()[0] < 255:
                    raise Problem("training:transparent")
            self.coloured = self.coloured or image.mode not in GREY
            grey = image.convert("L")
            if self._kept is None and size != (SIDE, SIDE):
                grey = grey.resize((SIDE, SIDE), self._pillow.Resampling.BILINEAR)
            return np.asarray(grey)
