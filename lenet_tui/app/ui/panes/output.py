"""The output pane: bars, class probabilities or raw outputs, and the target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.reactive import var

from lenet_tui.app.output_rows import OutputRows, output_rows
from lenet_tui.app.ui.panes.input import SAMPLE_KEYS
from lenet_tui.app.ui.panes.output_lines import batch_right, row, targets
from lenet_tui.kit.ui.bars import Numbers, bars
from lenet_tui.kit.ui.key_names import key_name
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.kit.ui.settings import ascii_only
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.views import View, ViewRequest
from lenet_tui.stepping.ui.commands import BY_ID
from lenet_tui.tensors.tiling import Shape
from lenet_tui.tensors.ui import captions
from lenet_tui.terminal.ui.line_widget import LineWidget
from lenet_tui.text.numbers import index_text, thousands

FEW = 16
"""Numbers that are shown in their own order, also where not all have a line."""
MOST = 64
"""Numbers shown at most."""
POSITION_KEYS = " ".join(
    key_name(BY_ID[f"{which}-position"].keys[0]) for which in ("previous", "next")
)


class OutputPane(Pane, can_focus=True):
    """The output of one ``sample`` of the batch: probabilities where the loss is of classes, else
    the outputs themselves; ``kind``: ``softmax`` or ``raw`` to choose. Where there are more than
    lines, the largest come first. ``position``: of a sequence's outputs (-1: the last).
    ``chosen``: the line that the cursor is on, visible while the pane has the focus.
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
    position: var[int] = var(-1, init=False)
    kind: var[str] = var("", init=False)
    chosen: var[int] = var(0, init=False)

    _count = 0
    _places: tuple[int, ...] = ()
    _shape: Shape | None = None
    _target: Shape = ()
    _regression = False
    """Whether the target is as many numbers, to be met one by one."""
    _wanted = -1
    """The target class of what is shown; -1: there is none."""
    _last: Frame | None = None

    def compose(self) -> ComposeResult:
        yield LineWidget()

    def _request(self) -> None:
        """Ask for another row of the output, or other numbers of it."""
        self.post_message(self.RequestsChanged())

    watch_sample = watch_position = watch_kind = _request

    def _again(self) -> None:
        """Show the frame again: the cursor has moved, appeared or disappeared."""
        if self._last is not None:
            self.show(self._last)

    watch_chosen = on_focus = on_blur = _again

    @property
    def rows(self) -> OutputRows:
        """The rows of the output, as far as its shape is known."""
        return output_rows(self._shape or (), self._target)

    @property
    def cell(self) -> str:
        """The number that the cursor is on, by its name."""
        places = self._places or (0,)
        place = places[min(self.chosen, len(places) - 1)]
        index = self.rows.index(max(0, self.sample), self.position, place)
        return f"{self._tensor}{index_text(index)}"

    @property
    def _tensor(self) -> str:
        loss = self._last.options.loss if self._last else ""
        kind = self.kind or ("softmax" if loss == "cross_entropy" else "raw")
        classes = self._shape is None or self.rows.classes
        return "output.softmax" if kind == "softmax" and classes else "output"

    def action_choose(self, by: int) -> None:
        """Move the cursor to another line."""
        self.chosen = max(0, min(self.chosen + by, self._count - 1))

    async def on_click(self, event: events.Click) -> None:
        """Put the cursor there; a second click explains the number."""
        row = event.screen_y - self.content_region.y
        if 0 <= row < self._count:
            self.chosen = row
            if event.chain > 1:
                await self.run_action("app.command('explain-number')")

    def requests(self) -> tuple[ViewRequest, ...]:
        key, rows = self.id or "bars", self.rows
        number, length = rows.row(max(0, self.sample), self.position), rows.length
        if self._shape is None:  # right for a batch of one
            number = length = 0
        ordered = length <= max(FEW, self.size.height) or self._regression
        kind, cols = ("row", MOST) if ordered else ("largest", max(1, self.size.height))
        asked = [
            ViewRequest(f"{key}.{name}", name, kind, cols=cols, row=number, wrap=length)
            for name in ("output.softmax", "output")
        ]
        # Numbers to be met are as many as the output's; of class labels there is one to each row.
        for part, wrap in (("target", length), ("class", 1)):
            asked.append(
                ViewRequest(f"{key}.{part}", "target", "row", cols=MOST, row=number, wrap=wrap)
            )
        if not ordered and self._wanted >= 0:
            asked.append(
                ViewRequest(
                    f"{key}.wanted", self._tensor, "row",
                    cols=1, row=number, col=self._wanted, wrap=length,
                )
            )  # fmt: skip
        return tuple(asked)

    def forget(self) -> None:
        self._last, self._count, self._places = None, 0, ()
        self.entitle(self.words("output.title"), "")
        self.query_one(LineWidget).put([])

    def on_resize(self) -> None:
        """There is room for another number of lines."""
        super().on_resize()
        self._request()

    def remember(self) -> tuple[int, int, str, int]:
        return self.sample, self.position, self.kind, self.chosen

    def recall(self, remembered: tuple[int, int, str, int]) -> None:
        self.sample, self.position, self.kind, self.chosen = remembered

    def show(self, frame: Frame) -> None:
        key = f"{self.id or 'bars'}."
        views = {v.request.key.removeprefix(key): v for v in frame.views}
        if "output" not in views:
            return
        self._last = frame
        self._learn(views)
        view = views[self._tensor] if self._tensor in views else views["output"]
        if view.state == "value" and not self._asked(view):
            return  # of another shape: what is to be shown is on its way
        shown, lines, subtitle = row(view), [Content(self.words("view.ahead"))], [""]
        self._count = 0 if shown is None else len(shown)
        if shown is not None:
            lines, subtitle = self._drawn(shown, view, views)
        self.entitle(self._titles(view), subtitle)
        self.query_one(LineWidget).put(lines)

    def _asked(self, view: View) -> bool:
        """Whether a view is of a row as the output has them."""
        rows = self.rows
        alone = not view.request.wrap and rows.count == 1
        return view.request.wrap == rows.length or alone

    def _learn(self, views: dict[str, View]) -> None:
        """Another shape of output or target: other rows are to be asked for."""
        output, target = views["output"], views.get("target")
        known = self._shape, self._target, self._regression
        if output.state == "value":
            self._shape = output.shape
            self._target = target.shape if target and target.state == "value" else ()
            real = target is not None and target.dtype.startswith(("float", "bfloat"))
            self._regression = real and self._target == self._shape
        if known != (self._shape, self._target, self._regression):
            self._request()

    def _drawn(
        self, shown: Numbers, view: View, views: dict[str, View]
    ) -> tuple[list[Content], list[str]]:
        """The lines of the numbers, and what is said below them."""
        places = tuple(view.places.ravel().tolist()) if view.places is not None else ()
        label, goals = targets(views.get("class"), views.get("target"), self.rows)
        raw = view.request.tensor == "output"
        apart = self._want(label, views.get("wanted")) if label not in places else None
        if apart is not None and self._count > 1:  # the target comes last, where it is not seen
            shown, places = np.append(shown[:-1], apart), (*places[:-1], self._wanted)
        self._places = places
        wanted = places.index(label) if label in places and self.rows.classes else None
        in_order = view.request.kind == "row"
        goals = goals if raw and in_order else None
        lines = bars(
            shown, wanted, goals, self.size.width - 2, ascii_only(self), labels=self._labels(places)
        )
        if self.has_focus:
            chosen = min(self.chosen, self._count - 1)
            lines[chosen] = lines[chosen].stylize("reverse", 0, max(map(len, self._labels(places))))
        kind = "raw" if raw else "softmax"
        caption = "output.target" if goals is not None else f"output.{kind}"
        return lines, self._captions(caption, in_order)

    def _want(self, label: int | None, view: View | None) -> float | None:
        """The number of the target class, once it has been asked for."""
        known = label if label is not None and 0 <= label < self.rows.length else -1
        known = known if self.rows.classes else -1
        if known != self._wanted:
            self._wanted = known
            self._request()
            return None
        found = row(view) if view is not None and view.request.col == known else None
        return None if found is None else float(found[0])

    def _labels(self, places: Sequence[int]) -> list[str]:
        """The classes; or the indices in a sample that is more than a vector."""
        if len(self.rows.last) <= 1:
            return [str(place) for place in places]
        skip = 1 if self.rows.samples else 0
        return [index_text(self.rows.index(0, 0, place)[skip:]) for place in places]

    def _captions(self, caption: str, in_order: bool) -> list[str]:
        """What the numbers are, how many of them are shown, and the keys that choose others."""
        rows = self.rows
        parts = [self.words(caption)]
        if not in_order:
            parts.append(self.words("output.largest", n=self._count, count=thousands(rows.length)))
        keys = [self.words("image.keys", keys=SAMPLE_KEYS)] if rows.samples > 1 else []
        if rows.positions > 1:
            keys.append(self.words("output.keys", keys=POSITION_KEYS))
        if not keys and in_order:
            return parts
        short = [self.words(f"{caption}.short"), *parts[1:]]
        return ["  ".join((*parts, *keys)), "  ".join((*short, *keys)), "  ".join(short)]

    def _titles(self, view: View) -> Sequence[str]:
        title, rows = self.words("output.title"), self.rows
        count = rows.samples if view.state == "value" else 0
        if view.state == "value" and rows.positions > 1:
            at = rows.place(self.position)
            title += "  " + self.words("output.position", number=at, count=rows.positions)
        if count <= 1:
            return (title,)
        shown = [f"{title}  {s}" for s in captions.samples(self.words, self.sample, count)]
        right = batch_right(self._last, self.words)
        return [*(f"{text}  {right}" for text in shown if right), *shown]
