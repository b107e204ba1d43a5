"""A picture in a few cells: two pixels to each, also where there are no colours."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from textual.content import Content
from textual.style import Style

from lenet_tui.protocol.views import TOP
from lenet_tui.tensors.ui.heatmap.ink import Surface, ink_for

ON_OFF = {False: (" ", "▄", "▀", "█"), True: (" ", ".", "'", ":")}
"""By whether only ASCII may be used: neither pixel, the lower, the upper, both."""


def thumbnail(levels: npt.NDArray[np.uint8], surface: Surface) -> list[Content]:
    """The lines that show ``levels`` (rows, columns) in grey, or in black and white.

    Each line of text has two rows of pixels. NaN and infinities count as white, without colours.
    """
    if len(levels) % 2:
        levels = np.vstack((levels, levels[-1:]))
    ink = ink_for(surface, "picture")
    if ink.half_blocks:
        return [
            Content.assemble(
                *(
                    (text, Style.from_rich_style(style) if style else "")
                    for text, style, _ in (ink.segments[int(cell)] for cell in row)
                )
            )
            for row in ink.cells(ink.levels[levels])
        ]
    # Marks are the paper's contrary: white on a dark surface, and black on a light one.
    marked = (levels > TOP // 2) == surface.dark
    signs = ON_OFF[surface.ascii]
    return [
        Content("".join(signs[2 * int(up) + int(low)] for up, low in zip(*pair, strict=True)))
        for pair in marked.reshape(-1, 2, marked.shape[1])
    ]
