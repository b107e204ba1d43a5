"""Reads the files in which MNIST is published: IDX, gzipped or not.

A file is a magic number (two zero bytes, the type of the elements, the number of dimensions), each
dimension as four bytes, the most significant first, and the elements. See
https://yann.lecun.com/exdb/mnist/.
"""

from __future__ import annotations

import gzip
import io
import math
import os
import zlib
from pathlib import Path

import numpy as np

from lenet_tui.text.notice import Problem
from lenet_tui.training.engine.raw_images import Array, Raw, RawPart, bounded, checked, in_file

FOLDERS = (".", "MNIST/raw", "raw")
"""Where the files may lie in a folder: as published, and as torchvision keeps them."""
PARTS = ("train", "t10k")
KINDS = {"images": ("images-idx3-ubyte", 3), "labels": ("labels-idx1-ubyte", 1)}
"""How each kind of file is called, and its number of dimensions."""
_UNSIGNED_BYTES = 8
_GZIP = b"\x1f\x8b"
CHUNK = 2**20
"""Bytes that are unpacked at once."""
_DEFLATES = 1032
"""Bytes that one byte of a gzip file can stand for at most."""


def read_folder(root: Path) -> Raw | None:
    """The images in a folder's IDX files; ``None`` where there are none; ``Problem``: bad ones."""
    for folder in (root / inner for inner in FOLDERS):
        found = {(p, k): _find(folder, p, k) for p in PARTS for k in KINDS}
        if any(found.values()):
            train, test = (_part(found[p, "images"], found[p, "labels"], p) for p in PARTS)
            if train is None:
                raise Problem("training:no-train-part", file=_name(PARTS[0], "images"))
            return Raw(train, test)
    return None


def _name(part: str, kind: str) -> str:
    return f"{part}-{KINDS[kind][0]}"


def _find(folder: Path, part: str, kind: str) -> Path | None:
    """The file of a kind; some tools unpack it with a dot in its name."""
    name = _name(part, kind)
    for known in (name, name.replace("-idx", ".idx")):
        for path in (folder / known, folder / f"{known}.gz"):
            if os.path.lexists(path):
                return path
    return None


def _part(images: Path | None, labels: Path | None, part: str) -> RawPart | None:
    if images is None and labels is None:
        return None
    if images is None or labels is None:
        there, kind = (labels, "images") if images is None else (images, "labels")
        assert there is not None
        raise Problem("training:no-partner", file=there.name, missing=_name(part, kind))
    pixels = in_file(images, lambda path: _elements(path, KINDS["images"][1]))
    classes = in_file(labels, lambda path: _elements(path, KINDS["labels"][1]))
    if len(pixels) != len(classes):
        raise Problem(
            "training:counts-disagree",
            **{"images": len(pixels), "first": images.name},
            **{"labels": len(classes), "second": labels.name},
        )
    return checked(pixels, classes, (images.name, labels.name))


def _elements(path: Path, dimensions: int) -> Array:
    """The elements of a file; no more is read, or taken of memory, than it can hold."""
    size = path.stat().st_size
    with path.open("rb") as plain:
        packed = plain.read(2) == _GZIP
        plain.seek(0)
        if not packed:
            return _read(plain, dimensions, size)
        try:
            with gzip.GzipFile(fileobj=plain) as stream:
                return _read(stream, dimensions, size * _DEFLATES)
        except EOFError:
            raise Problem("training:gzip-ends") from None
        except (gzip.BadGzipFile, zlib.error):
            raise Problem("training:gzip-damaged") from None


def _read(stream: io.BufferedIOBase, dimensions: int, at_most: int) -> Array:
    """``at_most``: bytes that the stream can give."""
    wanted = bytes((0, 0, _UNSIGNED_BYTES, dimensions))
    head = stream.read(4 + 4 * dimensions)
    if head[:4] != wanted[: len(head)]:
        magic = f"0x{head[:4].hex()}"
        raise Problem("training:magic", magic=magic, wanted=f"0x{wanted.hex()}", count=dimensions)
    if len(head) < 4 + 4 * dimensions:
        raise Problem("training:cut-off", size=4 + 4 * dimensions, there=len(head))
    shape = [int.from_bytes(head[i : i + 4], "big") for i in range(4, len(head), 4)]
    elements = math.prod(shape)
    if not elements:
        raise Problem("training:no-elements", shape="×".join(map(str, shape)))
    size = len(head) + elements
    if size > at_most:
        raise Problem("training:cut-off", size=size, there=at_most)
    bounded(elements)
    found = np.empty(elements, np.uint8)
    view, done = found.data, 0
    while done < elements:
        count = stream.readinto(view[done : done + CHUNK])
        if not count:
            raise Problem("training:cut-off", size=size, there=len(head) + done)
        done += count
    if stream.read(1):
        raise Problem("training:too-long", size=size)
    return found.reshape(shape)
