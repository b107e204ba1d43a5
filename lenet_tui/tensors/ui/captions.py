"""The texts around a tensor pane's picture, and the one in its place where there is none."""

from __future__ import annotations

from itertools import takewhile
from math import prod

from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.phase_words import phase_text
from lenet_tui.protocol.phases import BACKWARD, FORWARD, LOSS, ZERO_GRAD
from lenet_tui.protocol.views import View
from lenet_tui.tensors.arrangement import Arrangement
from lenet_tui.tensors.tiling import lead
from lenet_tui.tensors.ui.readout import Readout
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import exact, index_text, shape_text, thousands
from lenet_tui.text.words import Words

GRAD = ".grad"
DATA = ("input", "target")
"""The names of a batch's tensors, of which no gradient is computed."""


def samples(words: Words, number: int, count: int) -> tuple[str, str]:
    """Which sample of the batch is shown, at length and in short."""
    number = min(max(number, 0), count - 1)
    return words("image.sample", number=number, count=count), f"{number}/{count}"


def title(view: View, frame: Frame, sample: int | None, *, parameter: bool) -> str:
    """Name and shape; ``sample``: which one is shown where there are several.

    ``parameter``: it is one, or its gradient or update. torch keeps a ``.grad`` for these alone:
    what reaches an activation is named as what it is.
    """
    shape = shape_text(view.shape) if view.state == "value" else ""
    name = view.request.tensor
    if name.endswith(GRAD) and not parameter:
        vector = next((s.vector for s in reversed(frame.segments) if s.phase == BACKWARD.name), "")
        name = f"∂{'(v·output)' if vector else 'loss'}/∂{name.removesuffix(GRAD)}"
    text = f"{clean(name)}  {shape}".rstrip()
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
    Two blanks separate what may be left out where it is narrow, the last first.
    """
    if found is not None:
        parts = [f"{index_text(found.index)} {exact(found.value, view.dtype)}".strip()]
        if found.count > 1:
            parts[0] += "  " + words("view.largest", count=found.count)
    else:
        parts = [when(view, frame, words, parameter=parameter)]
    if found is None:
        parts.append(block(view, words))
    if seen is not None:
        parts.append(tiles(seen, words))
    return "  ".join(part for part in parts if part)


def when(view: View, frame: Frame, words: Words, *, parameter: bool) -> str:
    """The step that computed the tensor, if it is not this one; how often it was added to.

    ``parameter``: it is the value of one, which every update computes anew.
    """
    parts = []
    if view.made and view.made[0] > frame.position.iteration:
        parts.append(words("view.next"))
    elif view.made and view.made[0] != frame.position.iteration and not parameter:
        iteration, phase = view.made
        made = words("view.from", iteration=thousands(iteration), phase=phase_text(phase, words))
        parts.append(made if iteration > 0 else words("view.before"))
    gradient = view.request.tensor.endswith(GRAD)
    if gradient and frame.accumulated > 1 and view.state == "value":
        parts.append(words("view.accumulated", count=frame.accumulated))
    if view.divisor != 1:
        parts.append(words("view.unscaled", scale=f"{view.divisor:,g}"))
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
    if view.request.tensor.removesuffix(GRAD) in DATA:
        return words("view.none.data")
    inside = frame.segments and frame.segments[-1].phase == BACKWARD.name
    if inside and frame.position.op is not None:
        return words("view.none")
    last = _last_on_gradients(frame)
    if last == BACKWARD.name and not _another_begun(frame):
        return words("view.none.apart")
    return words("view.none.zeroed" if parameter and last == ZERO_GRAD.name else "view.none")


def _last_on_gradients(frame: Frame) -> str:
    """The last phase of this iteration that has set gradients.

    Inside of ``zero_grad`` a gradient that is not cleared yet is no ``None``.
    """
    ran = (
        s.phase
        for s in reversed(frame.segments)
        if s.how != "skip" and (s.done == s.total or s.phase == ZERO_GRAD.name)
    )
    return next((phase for phase in ran if phase in (BACKWARD.name, ZERO_GRAD.name)), "")


def _another_begun(frame: Frame) -> bool:
    """Whether a forward or loss has begun after the last backward: its own is still to come."""
    phases = [s.phase for s in frame.segments if s.how != "skip"]
    after = takewhile(lambda phase: phase != BACKWARD.name, reversed(phases))
    return not {FORWARD.name, LOSS.name}.isdisjoint(after)
