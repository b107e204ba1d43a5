"""The glance: what a small screen shows of the input, the output and the loss."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
from rich.cells import cell_len
from textual.app import ComposeResult
from textual.content import Content
from textual.reactive import var
from textual.style import Style

from lenet_tui.app.output_rows import OutputRows, output_rows
from lenet_tui.app.ui.panes.input import SAMPLE_KEYS
from lenet_tui.app.ui.panes.output_lines import batch_right, row, targets
from lenet_tui.kit.ui.bars import Numbers
from lenet_tui.kit.ui.glyphs import Glyphs
from lenet_tui.kit.ui.key_names import key_name
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.kit.ui.settings import spelled_content
from lenet_tui.protocol.frame import Frame, Samples
from lenet_tui.protocol.loss_series import Losses, chart
from lenet_tui.protocol.views import View, ViewRequest
from lenet_tui.stepping.ui.commands import BY_ID
from lenet_tui.tensors.layout import shrunk
from lenet_tui.tensors.tiling import Shape, is_vector, lead, tiling
from lenet_tui.tensors.ui import captions
from lenet_tui.tensors.ui.heatmap.ink import surface_of
from lenet_tui.tensors.ui.heatmap.thumbnail import thumbnail
from lenet_tui.terminal.ui.line_widget import LineWidget
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import number
from lenet_tui.text.words import Words

SIDE = 8
"""Pixels of the picture, down and across: the digits' own size."""
LEAST = 4
"""A tensor with fewer rows or columns is no picture."""
CLASSES = 4096
"""Classes that are asked for at most."""
ELSEWHERE = ("image", "output", "loss", "tabs")
"""The panes that have no place on a small screen; their keys are 4 and up."""


NAMED = 3
"""Columns that a class's number and the beginning of its name take at least."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the output says of one sample. ``predicted``: the class with the largest number, and
    its probability; ``target``: the same of the target's class, and −log of it.
    """

    predicted: tuple[int, float]
    target: tuple[int, float, float]


def outcome(output: Numbers, wanted: int) -> Outcome | None:
    """What ``output``, of one sample, says; ``None`` where there is no such class."""
    if not 0 <= wanted < len(output) or not np.isfinite(output).any():
        return None
    best = int(np.nanargmax(output))
    with np.errstate(all="ignore"):
        shifted = output - np.max(output)
        log = shifted - np.log(np.exp(shifted).sum())
    shares = np.exp(log)
    lost = abs(float(log[wanted])) if log[wanted] == 0 else -float(log[wanted])
    return Outcome((best, float(shares[best])), (wanted, float(shares[wanted]), lost))


def outcome_lines(
    found: Outcome, words: Words, glyphs: Glyphs, of: Samples | None = None, width: int = 0
) -> list[Content]:
    """Target and prediction, each with its probability, and what the sample adds to the loss.

    ``of``: what the classes are called; a name is cut to fit into ``width`` columns.
    """
    wanted, share, lost = found.target
    best, most = found.predicted
    labels = [str(wanted), str(best)]
    if of is not None and of.names:
        longest = max(line.cell_length for line in outcome_lines(found, words, glyphs))
        room = max(map(len, labels)) + width - longest
        if room > NAMED:
            labels = [clean(of.of_class(each), room) for each in (wanted, best)]
    target, prediction = labels
    names = [words("image.target", target=target), words("glance.predicted", target=prediction)]
    wide = max(map(cell_len, names))
    first, second = (name + " " * (wide - cell_len(name)) for name in names)
    right = best == wanted
    mark = (glyphs.done, "$text-success") if right else (glyphs.past, "$text-error")
    return [
        Content(f"{first}  p {number(share)}"),
        Content.assemble((second, "bold"), f"  p {number(most)} ", mark),
        Content.assemble(f"−log p({wanted}) = ", (number(lost), "bold")),
    ]


class GlancePane(Pane):
    """One sample's picture, its prediction and its target, and the keys of panes out of sight."""

    DEFAULT_CSS = "GlancePane LineWidget { height: 1fr; padding: 0 1; }"

    sample: var[int] = var(0, init=False)
    position: var[int] = var(-1, init=False)

    def __init__(self, losses: Losses, id: str | None = None) -> None:
        super().__init__(id=id)
        self._losses = losses
        self._shape: Shape = ()
        self._rows: OutputRows | None = None
        self._last: Frame | None = None

    def compose(self) -> ComposeResult:
        yield LineWidget()

    def _other(self) -> None:
        """Ask for another sample."""
        self.post_message(self.RequestsChanged())

    watch_sample = watch_position = _other

    @property
    def cell(self) -> str:
        return "loss"

    def requests(self) -> tuple[ViewRequest, ...]:
        key, sample, rows = self.id or "glance", max(0, self.sample), self._rows
        number, length = (rows.row(sample, self.position), rows.length) if rows else (0, 0)
        # Class labels are one to each row of the output.
        lines = (
            ViewRequest(f"{key}.{part}", name, "row", cols=CLASSES, row=number, wrap=wrap)
            for part, name, wrap in (
                *(("output", "output", length), ("target", "target", length)),
                ("class", "target", 1),
            )
        )
        return *lines, self._picture_request(key, sample)

    def _picture_request(self, key: str, sample: int) -> ViewRequest:
        shape = self._shape
        if not _is_picture(shape):
            return ViewRequest(f"{key}.picture", "input", "mean", rows=1, cols=1)
        _, height, width = tiling(shape)
        rows, cols = shrunk(height, width, SIDE, SIDE)
        first = min(sample, shape[0] - 1) * prod(lead(shape)[1:])
        return ViewRequest(f"{key}.picture", "input", "mean", first, 1, rows, cols)

    def forget(self) -> None:
        self._last = None
        self.query_one(LineWidget).put([])

    def show(self, frame: Frame) -> None:
        self._last = frame
        output, target = self._views().get("output"), self._views().get("target")
        if output is not None and output.state == "value":
            known = target.shape if target and target.state == "value" else ()
            rows = output_rows(output.shape, known)
            if rows != self._rows:
                self._rows = rows
                self.post_message(self.RequestsChanged())
        view = self._views().get("picture")
        if view is not None and view.state == "value" and view.shape != self._shape:
            self._shape = view.shape
            self.post_message(self.RequestsChanged())
        self._draw()

    def on_resize(self) -> None:
        """There is another number of lines."""
        self._draw()

    def notify_style_update(self) -> None:
        """The picture has the theme's colours."""
        super().notify_style_update()
        self.call_after_refresh(self._draw)

    def _views(self) -> dict[str, View]:
        key = f"{self.id or 'glance'}."
        views = self._last.views if self._last else ()
        return {v.request.key.removeprefix(key): v for v in views if v.request.key.startswith(key)}

    def _draw(self) -> None:
        frame, views = self._last, self._views()
        if frame is None or not views or not self.is_attached:
            return
        texts, picture = self._texts(frame, views), self._picture(views.get("picture"))
        height = self.content_size.height
        if len(picture) > height:
            picture = []
        texts = [spelled_content(self, text) for text in texts]
        blank = Content(" " * (picture[0].cell_length if picture else 0))
        gap = "  " if picture else ""
        lines = [
            (picture[n] if n < len(picture) else blank) + gap + (texts[n] if n < len(texts) else "")
            for n in range(max(len(picture), len(texts)))
        ]
        self.query_one(LineWidget).put(lines[:height])
        self._entitle(views.get("output"))

    def _texts(self, frame: Frame, views: dict[str, View]) -> list[Content]:
        output, rows = row(views.get("output")), self._rows
        if rows is None or (output is not None and len(output) != min(rows.length, CLASSES)):
            output = None  # of another shape: what is to be shown is on its way
        wanted, goals = targets(views.get("class"), views.get("target"), rows or output_rows(()))
        loss = self._loss_line(frame)
        if rows is not None and rows.length > CLASSES:
            return loss  # nothing is known of all of them
        if rows is not None and not rows.classes:
            wanted = None
        if wanted is None:
            return [*_farthest(output, goals, self.words), *loss]
        found = None if output is None else outcome(output, wanted)
        if found is None:
            state = self.words("view.ahead") if output is None else ""
            return [Content(self.words("image.target", target=wanted)), Content(state), *loss]
        room = self.content_size.width - 2 - SIDE - 2
        lines = outcome_lines(found, self.words, self.glyphs, frame.samples, room)
        return [*lines, *loss]

    def _loss_line(self, frame: Frame) -> list[Content]:
        """The loss, and how it has been over the last iterations."""
        if frame.loss is None:
            return []
        text = Content.assemble(f"{self.words('status.loss')} ", (number(frame.loss), "bold"), " ")
        room = self.content_size.width - 2 - SIDE - 2 - text.cell_length
        values = self._losses.values[1 : frame.position.iteration + 1]
        if room < SIDE or len(values) < 2:
            return [text]
        (heights,) = chart(values[-room:], room, 1)
        return [text + Content.styled("".join(self.glyphs.bars[h] for h in heights), "$primary")]

    def _picture(self, view: View | None) -> list[Content]:
        if view is None or view.levels is None or not _is_picture(view.shape):
            return []
        if view.request.rows == 1 or not len(view.levels):
            return []  # its shape was not known yet
        return thumbnail(view.levels[0], surface_of(self))

    def _entitle(self, output: View | None) -> None:
        title: list[str] = [self.words("glance.title")]
        kinds = [
            k for k, n in (self._last.by_hand if self._last else ()) if n == max(0, self.sample)
        ]
        if kinds:
            said = self.words("image.drawn" if "draw" in kinds else "image.edited")
            title = [f"{self.words('image.title')} {said}"]
        count = self._rows.samples if self._rows and output and output.state == "value" else 1
        if count > 1:
            shown = captions.samples(self.words, self.sample, count)
            right = batch_right(self._last, self.words)
            named = [*title, *shown] if kinds else shown
            title = [f"{text}  {right}  {SAMPLE_KEYS}" for text in named if right]
            title += [f"{text}  {SAMPLE_KEYS}" for text in named]
        self.entitle(title, "", self._keys)

    def _keys(self, width: int) -> Content:
        """The keys of the panes that are out of sight, as many as there is room for."""
        line = Content()
        for number_key, name in enumerate(ELSEWHERE, 4):
            command = BY_ID[f"pane-{number_key}"]
            click = Style.from_meta({"@click": f"app.command('{command.id}')"})
            text = self.words(f"glance.{name}")
            item = Content.assemble((key_name(command.keys[0]), "bold $text-accent"), " ", text)
            item = item.stylize(click)
            longer = line + "  " + item if line else item
            if longer.cell_length > width:
                break
            line = longer
        return line


def _is_picture(shape: Shape) -> bool:
    if is_vector(shape) or not lead(shape):
        return False
    return min(tiling(shape)[1:]) >= LEAST


def _farthest(output: Numbers | None, goals: Numbers | None, words: Words) -> list[Content]:
    """The output that is the farthest from its real-valued target."""
    if output is None:
        return [Content(words("view.ahead"))]
    if goals is None or len(goals) != len(output) or not np.isfinite(output - goals).any():
        return []
    worst = int(np.nanargmax(np.abs(output - goals)))
    values = f"{number(float(output[worst]))} → {number(float(goals[worst]))}"
    return [Content(words("glance.farthest")), Content(f"output[{worst}]  {values}")]
