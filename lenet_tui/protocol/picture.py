"""A picture as one word of text: the number of each pixel, so that it comes back to the bit."""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import TYPE_CHECKING

from lenet_tui.text.notice import Problem

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Pixels = npt.NDArray[np.float32]

MOST = 2**16
"""Pixels that a picture may have."""
_BYTES = 4


def packed(pixels: Pixels) -> str:
    """The numbers in a row, as base64 of zlib of little-endian float32."""
    import numpy as np  # noqa: PLC0415 - moves are imported before the first frame

    raw = np.ascontiguousarray(pixels, "<f4").tobytes()
    return base64.b64encode(zlib.compress(raw, 9)).decode("ascii")


def unpacked(text: str) -> Pixels:
    """The numbers in a row; a ``Problem`` if ``text`` is no picture, or not all are finite."""
    import numpy as np  # noqa: PLC0415

    try:
        stream = zlib.decompressobj()
        raw = stream.decompress(base64.b64decode(text, validate=True), MOST * _BYTES)
    except (binascii.Error, ValueError, zlib.error):
        raise Problem("protocol:no-picture") from None
    if not stream.eof or stream.unused_data or not raw or len(raw) % _BYTES:
        raise Problem("protocol:no-picture")
    pixels = np.frombuffer(raw, "<f4").astype(np.float32)
    if not np.isfinite(pixels).all():
        raise Problem("protocol:no-picture")
    return pixels
