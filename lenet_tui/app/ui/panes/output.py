"""The output pane: ten bars, class probabilities or raw outputs, and the target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.reactive import var

from lenet_tui.app.ui.panes.input import SAMPLE_KEYS
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.kit.ui.settings import ascii_only
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.views import View, ViewRequest
from lenet_tui.tensors.ui import captions
from lenet_tui.terminal.ui.line_widget import LineWidget
from lenet_tui.text.numbers import aligned, ascii_text

BLOCKS = " ▏▎▍▌▋▊▉█"
MOST = 64
"""Classes shown at most."""

Numbers = npt.NDArray[np.float64]


class OutputPane(Pane, can_focus=True):
    """The output of one ``sample`` of the batch: probabilities where the loss is of classes, else
    the outputs themselves; ``kind``: ``softmax`` or ``raw`` to choose. ``chosen``: the class that
    the cursor is on, visible while the pane has the focus.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "choose(-1)", show=False),
        Binding("down,j", "choose(1)", show=False),
        Binding("left,h", "app.command('previous-sample')", show=False),
        Binding("right,l", "app.command('next-sample')", show=False),
        Binding("enter", "app.command('explain-number')", show=False),
    ]

    DEFAULT_CSS = "OutputPane LineWidget { height: 1fr; padding: 0 1; }"

    sample: var[int] = var(0, init=False)
    kind: var[str] = var("", init=False)
    chosen: var[int] = var(0, init=False)

    _count = 0
    _last: Frame | None = None

    def compose(self) -> ComposeResult:
        yield LineWidget()

    def _request(self) -> None:
        """Ask for another row of the output, or other numbers of it."""
        self.post_message(self.RequestsChanged())

    watch_sample = watch_kind = _request

    def _again(self) -> None:
        """Show the frame again: the cursor has moved, appeared or disappeared."""
        if self._last is not None:
            self.show(self._last)

    watch_chosen = on_focus = on_blur = _again

    @property
    def cell(self) -> str:
        """The number that the cursor is on, by its name."""
        return f"{self._tensor}[{max(0, self.sample)},{self.chosen}]"

    @property
    def _tensor(self) -> str:
        loss = self._last.options.loss if self._last else ""
        kind = self.kind or ("softmax" if loss == "cross_entropy" else "raw")
        return "output.softmax" if kind == "softmax" else "output"

    def action_choose(self, by: int) -> None:
        """Move the cursor to another class."""
        self.chosen = max(0, min(self.chosen + by, self._count - 1))

    async def on_click(self, event: events.Click) -> None:
        """Put the cursor there; a second click explains the number."""
        row = event.screen_y - self.content_region.y
        if 0 <= row < self._count:
            self.chosen = row
            if event.chain > 1:
                await self.run_action("app.command('explain-number')")

    def requests(self) -> tuple[ViewRequest, ...]:
        row, key = max(0, self.sample), self.id or "bars"
        rows = (
            ViewRequest(f"{key}.{name}", name, "numbers", rows=1, cols=MOST, row=row)
            for name in ("output.softmax", "output", "target")
        )
        # Class labels are a vector: one to each sample.
        return *rows, ViewRequest(f"{key}.class", "target", "numbers", rows=1, cols=1, col=row)

    def forget(self) -> None:
        self._last, self._count = None, 0
        self.entitle(self.words("output.title"), "")
        self.query_one(LineWidget).put([])

    def remember(self) -> tuple[int, str, int]:
        return self.sample, self.kind, self.chosen

    def recall(self, remembered: tuple[int, str, int]) -> None:
        self.sample, self.kind, self.chosen = remembered

    def show(self, frame: Frame) -> None:
        key = f"{self.id or 'bars'}."
        views = {v.request.key.removeprefix(key): v for v in frame.views}
        if "output" not in views:
            return
        self._last = frame
        kind = "softmax" if self._tensor == "output.softmax" else "raw"
        shown = row(views.get(self._tensor))
        self._count = 0 if shown is None else len(shown)
        subtitle: Sequence[str] = ("",)
        if shown is None:
            lines = [Content(self.words("view.ahead"))]
        else:
            wanted, goals = targets(views.get("class"), views.get("target"))
            goals = goals if kind == "raw" else None
            lines = bars(shown, wanted, goals, self.size.width - 2, ascii_only(self))
            if self.has_focus:
                chosen = min(self.chosen, self._count - 1)
                lines[chosen] = lines[chosen].stylize("reverse", 0, len(str(self._count - 1)))
            caption = "output.target" if goals is not None else f"output.{kind}"
            subtitle = self._captions(caption, views[self._tensor])
        self.entitle(self._titles(views[self._tensor]), subtitle)
        self.query_one(LineWidget).put(lines)

    def _captions(self, caption: str, view: View) -> Sequence[str]:
        """What the numbers are, and the keys that choose another sample."""
        named = self.words(caption)
        if batch(view) == 1:
            return (named,)
        keys = self.words("image.keys", keys=SAMPLE_KEYS)
        return (f"{named}  {keys}", f"{self.words(f'{caption}.short')}  {keys}")

    def _titles(self, view: View) -> Sequence[str]:
        title, count = self.words("output.title"), batch(view)
        if count == 1:
            return (title,)
        return [f"{title}  {s}" for s in captions.samples(self.words, self.sample, count)]


def batch(view: View) -> int:
    """The samples there are of an output."""
    return view.shape[0] if len(view.shape) > 1 else 1


def targets(label: View | None, target: View | None) -> tuple[int | None, Numbers | None]:
    """The target class, or the target's numbers."""
    if label is not None and label.dtype.startswith("int"):
        found = row(label)
        return (int(found[0]) if found is not None else None), None
    return None, row(target)


def row(view: View | None) -> Numbers | None:
    """The numbers of a view's first row, if they are there."""
    if view is None or view.values is None or view.state != "value" or not view.values.size:
        return None
    return np.asarray(view.values.reshape(-1, view.values.shape[-1])[0])


def bars(
    values: Numbers, wanted: int | None, goals: Numbers | None, width: int, ascii_only: bool
) -> list[Content]:
    """A line for each class: its bar, its number, and a mark at the target.

    ``wanted``: the target class. ``goals``: real-valued targets, shown beside the numbers. A
    negative number has its sign before its bar.
    """
    texts = aligned(values.tolist())
    beside = aligned(goals.tolist()) if goals is not None and len(goals) == len(values) else None
    label = len(str(len(values) - 1))
    after = len(beside[0]) + 3 if beside else 2
    room = max(1, width - label - 3 - max(map(len, texts)) - after)
    finite = np.abs(values[np.isfinite(values)])
    top = max(float(finite.max()) if finite.size else 1.0, 1e-30)
    if (values >= 0).all() and top <= 1:
        top = 1.0
    best = int(np.nanargmax(values)) if np.isfinite(values).any() else -1
    plain = ascii_text if ascii_only else str
    lines = []
    for number, value in enumerate(values):
        share = abs(value) / top if np.isfinite(value) else 0.0
        goal = f" → {beside[number]}" if beside else " ◀" if number == wanted else ""
        text = plain(f"{'−' if value < 0 else ' '}{bar(share, room, ascii_only)} {texts[number]}")
        style = "bold" if number == best else ""
        lines.append(Content.assemble((f"{number:>{label}} {text}", style), plain(goal)))
    return lines


def bar(share: float, room: int, ascii_only: bool) -> str:
    """A bar of ``share`` (0 to 1) of ``room`` cells, padded to it."""
    if ascii_only:
        return ("#" * round(share * room)).ljust(room)
    eighths = round(share * room * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (BLOCKS[rest] if rest else "")).ljust(room)
