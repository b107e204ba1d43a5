"""The texts around a tensor pane's picture, and the one in its place where there is none."""

from __future__ import annotations

from math import prod

from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.phases import ZERO_GRAD
from lenet_tui.protocol.views import View
from lenet_tui.tensors.arrangement import Arrangement
from lenet_tui.tensors.tiling import lead
from lenet_tui.tensors.ui.readout import Readout
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import exact, index_text, shape_text
from lenet_tui.text.words import Words


def title(view: View, sample: int | None) -> str:
    """Name and shape; ``sample``: which one is shown where there are several."""
    shape = shape_text(view.shape) if view.state == "value" else ""
    text = f"{clean(view.request.tensor)}  {shape}".rstrip()
    if sample is not None and len(lead(view.shape)) > 1 and view.shape[0] > 1:
        text += f"  [{min(max(sample, 0), view.shape[0] - 1)}]"
    return text


def subtitle(
    view: View,
    frame: Frame,
    words: Words,
    *,
    found: Readout | None,
    seen: Arrangement | None,
    parameter: bool,
) -> str:
    """The number ``found`` under the cursor; without one, when the tensor was computed and what a
    pixel shows. Then which tiles of the layout are ``seen``. ``parameter``: as in ``when``.
    """
    if found is not None:
        parts = [f"{index_text(found.index)} {exact(found.value, view.dtype)}".strip()]
        if found.count > 1:
            parts[0] += "  " + words("view.largest", count=found.count)
    else:
        parts = [when(view, frame, words, parameter=parameter), block(view, words)]
    if seen is not None:
        parts.append(tiles(seen, words))
    return " · ".join(part for part in parts if part)


def when(view: View, frame: Frame, words: Words, *, parameter: bool) -> str:
    """The step that computed the tensor, if it is not this one; how often it was added to.

    ``parameter``: it is the value of one, which every update computes anew.
    """
    parts = []
    if view.made and view.made[0] > frame.position.iteration:
        parts.append(words("view.next"))
    elif view.made and view.made[0] != frame.position.iteration and not parameter:
        parts.append(words("view.from", iteration=view.made[0], phase=view.made[1]))
    gradient = view.request.tensor.endswith(".grad")
    if gradient and frame.accumulated > 1 and view.state == "value":
        parts.append(words("view.accumulated", count=frame.accumulated))
    return " · ".join(parts)


def block(view: View, words: Words) -> str:
    """The size of the block of elements that a pixel shows, if it is more than one."""
    if view.block == (1, 1):
        return ""
    return words("view.block", down=view.block[0], across=view.block[1])


def tiles(layout: Arrangement, words: Words) -> str:
    """Which tiles are seen, if not all."""
    shown = layout.shown
    if len(shown) == layout.count:
        return ""
    first, last = shown.start - layout.first + 1, shown.stop - layout.first
    return words("view.tiles", first=first, last=last, count=layout.count)


def instead(view: View, frame: Frame, words: Words, *, parameter: bool) -> str:
    """The text in the picture's place; empty: there is a picture.

    ``parameter``: it is one, or its gradient or update.
    """
    if view.state == "value":
        return "" if prod(view.shape) else words("view.empty")
    if view.state != "none":
        return words("view.ahead" if view.state == "ahead" else "view.unknown")
    if not parameter:
        return words("view.none.activation")
    zeroed = any(s.phase == ZERO_GRAD.name and s.how != "skip" for s in frame.segments)
    return words("view.none.zeroed" if zeroed else "view.none")
