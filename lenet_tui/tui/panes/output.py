"""The output pane: ten bars, class probabilities or raw outputs, and the target."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import Static

from lenet_tui.core.frames import Frame
from lenet_tui.core.numbers import aligned, ascii_text
from lenet_tui.core.views import View, ViewRequest
from lenet_tui.tui.panes.pane import Pane

KEYS = ("output.softmax", "output", "target")
BLOCKS = " ▏▎▍▌▋▊▉█"
MOST = 64
"""Classes shown at most."""

Numbers = npt.NDArray[np.float64]


class OutputPane(Pane):
    """Of the batch's first sample. Probabilities where the loss is of classes."""

    DEFAULT_CSS = "OutputPane Static { height: 1fr; padding: 0 1; }"

    def compose(self) -> ComposeResult:
        yield Static(markup=False)

    def requests(self) -> tuple[ViewRequest, ...]:
        return tuple(
            ViewRequest(f"bars.{name}", name, "numbers", rows=1, cols=MOST) for name in KEYS
        )

    def show(self, frame: Frame) -> None:
        views = {v.request.tensor: v for v in frame.views if v.request.key.startswith("bars.")}
        if "output" not in views:
            return
        classes = frame.options.loss == "cross_entropy"
        shown = row(views.get("output.softmax" if classes else "output"))
        self.border_title = self.words("output.title")
        self.border_subtitle = self.words("output.softmax" if classes else "output.raw")
        text = Text(self.words("view.ahead")) if shown is None else self._bars(views, shown)
        widget = self.query_one(Static)
        if widget.content != text:
            widget.update(text)

    def _bars(self, views: dict[str, View], shown: Numbers) -> Text:
        target = views.get("target")
        goal = row(target)
        is_class = target is not None and target.dtype.startswith("int")
        wanted = int(goal[0]) if goal is not None and is_class else None
        ascii_only = bool(getattr(self.app, "ascii", False))
        return bars(shown, wanted, None if is_class else goal, self.size.width - 2, ascii_only)


def row(view: View | None) -> Numbers | None:
    """The first sample's numbers, if they are there."""
    if view is None or view.values is None or view.state != "value" or not view.values.size:
        return None
    return np.asarray(view.values.reshape(-1, view.values.shape[-1])[0])


def bars(
    values: Numbers, wanted: int | None, goals: Numbers | None, width: int, ascii_only: bool
) -> Text:
    """A line for each class: its bar, its number, and a mark at the target.

    ``wanted``: the target class. ``goals``: real-valued targets, shown beside the numbers.
    """
    texts = aligned(values.tolist())
    beside = aligned(goals.tolist()) if goals is not None and len(goals) == len(values) else None
    room = max(1, width - 4 - max(map(len, texts)) - (len(beside[0]) + 3 if beside else 2))
    finite = np.abs(values[np.isfinite(values)])
    top = max(float(finite.max()) if finite.size else 1.0, 1e-30)
    if (values >= 0).all() and top <= 1:
        top = 1.0
    best = int(np.nanargmax(values)) if np.isfinite(values).any() else -1
    lines = []
    for number, value in enumerate(values):
        mark = "◀" if number == wanted else " "
        share = abs(value) / top if np.isfinite(value) else 0.0
        line = Text(f"{number} ", "bold" if number == best else "")
        line.append("−" if value < 0 else " ")
        line.append(bar(share, room, ascii_only), "bold" if number == best else "")
        line.append(" " + texts[number] + (f" → {beside[number]}" if beside else f" {mark}"))
        lines.append(Text(ascii_text(line.plain)) if ascii_only else line)
    text = Text("\n").join(lines)
    return Text(text.plain.replace("◀", "<")) if ascii_only else text


def bar(share: float, room: int, ascii_only: bool) -> str:
    """A bar of ``share`` (0 to 1) of ``room`` cells, padded to it."""
    if ascii_only:
        return ("#" * round(share * room)).ljust(room)
    eighths = round(share * room * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (BLOCKS[rest] if rest else "")).ljust(room)
