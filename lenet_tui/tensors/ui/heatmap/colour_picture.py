"""A picture in its own colours: two pixels to each cell."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from rich.color import Color
from rich.style import Style as RichStyle
from textual.content import Content
from textual.style import Style

from lenet_tui.protocol.views import MINUS_INF, NAN, PLUS_INF, TOP, ZERO, View

CHANNELS = 3
Rgb = npt.NDArray[np.uint8]


def colour_range(view: View) -> tuple[float, float]:
    """The numbers that are black and full: 0 to 1 or 0 to 255 where all are in it, else the least
    and the greatest that there are.
    """
    if view.summary is None:
        return 0.0, 1.0
    low, high = view.summary.low, view.summary.high
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    if low >= 0 and high <= 255:
        return 0.0, 255.0
    return low, high


def pixels(view: View) -> Rgb | None:
    """(rows, columns, 3) bytes of a view of three tiles, red, green and blue; else ``None``.

    NaN and infinities are magenta, as no picture has such a colour by chance all over.
    """
    levels, scale = view.levels, view.scale
    if levels is None or scale is None or len(levels) != CHANNELS or not levels.size:
        return None
    zero = ZERO if scale.signed else 0
    values = (levels.astype(np.float64) - zero) / (TOP - zero) * scale.limit
    low, high = colour_range(view)
    shares = (values - low) / (high - low or 1.0)
    found: Rgb = np.rint(np.clip(shares, 0, 1) * 255).astype(np.uint8)
    odd = np.isin(levels, (NAN, PLUS_INF, MINUS_INF)).any(0)
    picture: Rgb = np.moveaxis(found, 0, -1)
    picture[odd] = (255, 0, 255)
    return picture


def colour_lines(picture: Rgb, zoom: int) -> list[Content]:
    """The lines that show ``picture``, each pixel as ``zoom`` × ``zoom``."""
    large = picture.repeat(zoom, 0).repeat(zoom, 1)
    if len(large) % 2:
        large = np.vstack((large, large[-1:]))
    return [
        Content.assemble(
            *(("▀", _style(*map(int, up), *map(int, low))) for up, low in zip(*pair, strict=True))
        )
        for pair in zip(large[0::2], large[1::2], strict=True)
    ]


def _style(*rgb: int) -> Style:
    fore, back = Color.from_rgb(*rgb[:3]), Color.from_rgb(*rgb[3:])
    return Style.from_rich_style(RichStyle(color=fore, bgcolor=back))
