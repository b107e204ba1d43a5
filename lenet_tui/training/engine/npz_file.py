"""Reads the arrays of an ``.npz`` file: images and labels, or Keras's four arrays."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from numpy.lib import format as npy

from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem
from lenet_tui.training.engine.raw_images import UNREADABLE, Array, Raw, bounded, checked

PLAIN = ("images", "labels")
KERAS = {"train": ("x_train", "y_train"), "test": ("x_test", "y_test")}
LISTED = 80
"""Characters of the names of a file's arrays that an error lists."""
_ENDING = ".npy"
_ZIP = b"PK\x03\x04"
_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def read_npz(path: Path) -> Raw:
    """The images in a file; ``Problem``, or an exception of ``UNREADABLE``, for a bad one."""
    if not path.is_file():  # a pipe would be waited for
        raise Problem("training:no-npz")
    if not zipfile.is_zipfile(path):
        raise Problem("training:npz-cut-off" if _begins(path) else "training:no-npz")
    with zipfile.ZipFile(path) as archive:
        names = [name.removesuffix(_ENDING) for name in archive.namelist()]
        keras = any(name in names for pair in KERAS.values() for name in pair)
        train: tuple[str, str] = KERAS["train"] if keras else PLAIN
        test = KERAS["test"] if any(name in names for name in KERAS["test"]) else None
        bounded(sum(part.file_size for part in archive.infolist()))
        first = checked(*_pair(archive, names, train), train)
        return Raw(first, checked(*_pair(archive, names, test), test) if test else None)


def _begins(path: Path) -> bool:
    """Whether a file begins as a zip file does: its list of members is at its end."""
    with path.open("rb") as stream:
        return stream.read(len(_ZIP)) == _ZIP


def _pair(
    archive: zipfile.ZipFile, names: list[str], wanted: tuple[str, str]
) -> tuple[Array, Array]:
    for name in wanted:
        if name not in names:
            listed = clean(", ".join(names), LISTED) or "–"
            raise Problem("training:no-array", name=name, names=listed)
    return _array(archive, wanted[0]), _array(archive, wanted[1])


def _array(archive: zipfile.ZipFile, name: str) -> Array:
    """One array. Its header is checked before the array is read: nothing is ever unpickled."""
    member = name if name in archive.namelist() else name + _ENDING
    whole = archive.getinfo(member).file_size
    with archive.open(member) as stream:
        if stream.read(len(npy.MAGIC_PREFIX)) != npy.MAGIC_PREFIX:
            raise Problem("training:no-arrays", name=name)
        version = stream.read(2)
        header = _HEADERS.get((version[0], version[1])) if len(version) == 2 else None
        if header is None:
            raise Problem("training:no-arrays", name=name)
        try:
            shape, _, dtype = header(stream)
        except UNREADABLE:
            raise Problem("training:array-header", name=name) from None
        if min(shape, default=0) < 0:
            raise Problem("training:array-header", name=name)
        if dtype.hasobject:
            raise Problem("training:pickled", name=name)
        size = dtype.itemsize
        for count in shape:
            size = bounded(size * count)
        if stream.tell() + size != whole:
            raise Problem("training:array-size", name=name, size=stream.tell() + size, there=whole)
    try:
        with archive.open(member) as stream:
            array: Array = npy.read_array(stream, allow_pickle=False)
            stream.read(1)  # at the end the checksum is compared
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise Problem("training:array-damaged", name=name) from None
    return array
