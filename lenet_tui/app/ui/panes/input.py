"""The input pane: what one sample of the batch is, and its target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.reactive import var

from lenet_tui.app import input_lines
from lenet_tui.app.input_lines import COLOUR, TENSOR, TOKENS, kind_of, row_of
from lenet_tui.kit.ui.key_names import key_name
from lenet_tui.kit.ui.settings import spelled
from lenet_tui.protocol.frame import Frame, Samples
from lenet_tui.protocol.views import View, ViewRequest
from lenet_tui.stepping.ui.commands import BY_ID
from lenet_tui.tensors.layout import shrunk
from lenet_tui.tensors.tiling import Shape, lead
from lenet_tui.tensors.ui import captions
from lenet_tui.tensors.ui.heatmap.colour_picture import colour_lines, colour_range, pixels
from lenet_tui.tensors.ui.heatmap.ink import surface_of
from lenet_tui.tensors.ui.tensor_pane import TensorPane
from lenet_tui.terminal.ui.line_widget import LineWidget
from lenet_tui.text.numbers import number, shape_text

TARGET = "target"
MOST = 512
"""Numbers that are asked for at most."""
SAMPLE_KEYS = " ".join(key_name(BY_ID[f"{which}-sample"].keys[0]) for which in ("previous", "next"))


class SampleLines(LineWidget, can_focus=True):
    """Tokens, a table or a picture in colours."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "app.command('previous-sample')", show=False),
        Binding("right,l", "app.command('next-sample')", show=False),
    ]
    DEFAULT_CSS = "SampleLines { height: 1fr; padding: 0 1; display: none; }"


class ImagePane(TensorPane):
    """One sample of the batch: a picture, in grey or in its colours, tokens, a table, or any other
    tensor; the title has its target.
    """

    ASPECTS: ClassVar[tuple[str, ...]] = ("value",)
    GREY: ClassVar[bool] = True
    DEFAULT_CSS = """
    ImagePane.-lines Heatmap { display: none; }
    ImagePane.-lines SampleLines { display: block; }
    ImagePane.-instead SampleLines { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j,pagedown", "more(1)", show=False),
        Binding("up,k,pageup", "more(-1)", show=False),
    ]

    position: var[int] = var(-1, init=False)

    _target: tuple[str, ...] = ("",)
    """The target and the sample, at length and in short."""
    _kind = TENSOR
    _first = 0
    _seen = 0

    def compose(self) -> ComposeResult:
        yield from super().compose()
        self.listing = SampleLines()
        yield self.listing

    def on_mount(self) -> None:
        """Show the input, always."""
        self.tensor = "input"

    # What is asked for

    def requests(self) -> tuple[ViewRequest, ...]:
        target = ViewRequest(self._target_key, TARGET, "numbers", col=max(0, self.sample))
        own = self._own_request()
        return *((own,) if own else super().requests()), target

    def _own_request(self) -> ViewRequest | None:
        """What tokens, a table or colours need; ``None`` where the heatmap shows it."""
        shape, key = self._shapes.get(self.tensor), self.id or "image"
        if shape is None or not self._in_lines:
            return None
        if self._kind == COLOUR:
            height, width, _ = self._picture(shape)
            first = 3 * max(0, min(self.sample, shape[0] - 1)) if len(shape) > 3 else 0
            return ViewRequest(key, self.tensor, "mean", first, 3, height, width)
        row, wrap = row_of(shape, self.sample)
        return ViewRequest(
            key, self.tensor, "row", cols=MOST, row=row, col=self._first, wrap=wrap,
            texts=self._kind == TOKENS,
        )  # fmt: skip

    @property
    def _in_lines(self) -> bool:
        """Whether it is shown in lines: colours where the terminal has them."""
        if self._kind == COLOUR:
            surface = surface_of(self)
            return surface.colours in ("truecolor", "256") and not surface.ascii
        return self._kind != TENSOR and self.mode != "numbers"

    def _picture(self, shape: Shape) -> tuple[int, int, int]:
        """Rows and columns of the picture's pixels, and by how much each is magnified."""
        cols, rows = max(1, self.size.width - 2), max(2, 2 * self.size.height)
        height, width = shrunk(shape[-2], shape[-1], rows, cols)
        return height, width, max(1, min(rows // height, cols // width))

    def action_more(self, pages: int) -> None:
        """Show the tokens or numbers after those that are seen, or before."""
        if self._kind in (TENSOR, COLOUR) or not self._in_lines:
            return
        wrap = row_of(self._shapes.get(self.tensor, ()), self.sample)[1]
        first = max(0, self._first + pages * max(1, self._seen))
        if first < wrap and first != self._first:
            self._first = first
            self.post_message(self.RequestsChanged())

    def watch_sample(self) -> None:
        """Another sample, from its start."""
        self._first = 0
        super().watch_sample()

    @property
    def _target_key(self) -> str:
        return f"{self.id or 'image'}.{TARGET}"

    # What is seen

    def show(self, frame: Frame) -> None:
        view = next((v for v in frame.views if v.request.key == self._target_key), None)
        self._target = self._target_texts(view, frame.samples) if view else ("",)
        own = next((v for v in frame.views if v.request.key == (self.id or "image")), None)
        if own is not None and own.state == "value":
            self._kind = kind_of(own.shape, own.dtype)
        in_lines = self._in_lines
        if in_lines != self.has_class("-lines"):
            self.set_class(in_lines, "-lines")
            self.post_message(self.RequestsChanged())
        if own is None or own.state != "value" or not in_lines:
            super().show(frame)
            return
        self.remove_class("-instead")
        if self._shapes.get(self.tensor) != own.shape:
            self._shapes[self.tensor] = own.shape
            self._first = 0
            self.post_message(self.RequestsChanged())
        if own.request == self._own_request():
            self._last = own, frame
            self.listing.put(self._drawn(own))
            self.entitle(self._title(own, frame), self._own_subtitles(own))

    def _describe(self) -> None:
        """Write the captions around what is shown."""
        if self._last is not None and self._in_lines and self._last[0].state == "value":
            view, frame = self._last
            self.entitle(self._title(view, frame), self._own_subtitles(view))
        else:
            super()._describe()

    def _drawn(self, view: View) -> list[Content]:
        width, height = self.size.width - 2, self.size.height
        if self._kind == COLOUR:
            picture = pixels(view)
            self._seen = 0
            return [] if picture is None else colour_lines(picture, self._picture(view.shape)[2])
        values = [] if view.values is None else view.values.ravel().tolist()
        if self._kind == TOKENS:
            ids = [int(v) for v in values]
            lines = input_lines.token_lines(
                ids, view.texts, self._first, width=width, height=height
            )
            self._seen = sum(len(text.split()) for place, text in lines if place)
            if len(view.texts) == len(ids) > 1:
                self._seen = len(lines)
            return [
                Content.assemble((spelled(self, place), "dim"), " " if place else "", text)
                for place, text in ((p, spelled(self, t)) for p, t in lines)
            ]
        table = input_lines.table_lines(values, self._first, width=width, height=height)
        self._seen = sum(map(len, table))
        return [
            Content(input_lines.GAP).join(
                Content.assemble((place, "dim"), " ", spelled(self, text)) for place, text in line
            )
            for line in table
        ]

    def _own_subtitles(self, view: View) -> list[str]:
        keys = self.words("image.keys", keys=SAMPLE_KEYS) if self._batch(view) > 1 else ""
        if self._kind == COLOUR:
            low, high = (number(value) for value in colour_range(view))
            seen = self.words("image.colour", low=low, high=high)
        else:
            word = "image.tokens" if self._kind == TOKENS else "image.values"
            count = row_of(view.shape, self.sample)[1]
            last = max(self._first, self._first + self._seen - 1)
            seen = self.words(word, first=self._first, last=last, count=count)
        both = "  ".join(filter(None, (keys, seen)))
        return [both, keys or seen]

    def _target_texts(self, view: View, samples: Samples | None) -> tuple[str, ...]:
        """The target class in words; the output pane shows a target of another kind."""
        whole = view.dtype.startswith("int") and len(view.shape) <= 1
        if view.values is None or not view.values.size or not whole:
            return ("",)
        label, of = int(view.values.flat[0]), samples or Samples()
        named = self.words("image.target", target=spelled(self, of.of_class(label)))
        changed = self.words("image.augmented") if of.augmented else ""
        shown: Sequence[str] = ("",)
        if len(view.shape) == 1 and view.shape[0] > 1:
            shown = captions.samples(self.words, self.sample, view.shape[0])
        texts = [(named, changed, sample) for sample in shown]
        if changed or of.names:
            plain = self.words("image.target", target=label)
            texts += [(named, changed, ""), (plain, changed, shown[-1]), (plain, changed, "")]
        return tuple("  ".join(filter(None, each)) for each in texts)

    def _title(self, view: View, frame: Frame) -> Sequence[str]:
        title = self.words("image.title")
        kinds = [kind for kind, sample in frame.by_hand if sample == max(0, self.sample)]
        if kinds:
            said = self.words("image.drawn" if "draw" in kinds else "image.edited")
            return ["  ".join(filter(None, (title, said, target))) for target in self._target]
        if self._kind != TENSOR and self._in_lines and view.state == "value":
            shape = spelled(self, shape_text(view.shape))
            whole = [f"{title}  {shape} {view.dtype}  {t}".rstrip() for t in self._target]
            return [*whole, *(f"{title}  {t}".rstrip() for t in self._target)]
        return [f"{title}  {target}".rstrip() for target in self._target]

    def _subtitle(self, view: View, frame: Frame) -> str:
        """The keys that choose another sample come before what else there is."""
        keys = self.words("image.keys", keys=SAMPLE_KEYS) if self._batch(view) > 1 else ""
        return "  ".join(filter(None, (keys, super()._subtitle(view, frame))))

    def _batch(self, view: View) -> int:
        """How many samples there are."""
        if self._kind == TENSOR:
            return view.shape[0] if lead(view.shape) else 1
        alone = 3 if self._kind == COLOUR else 1
        return view.shape[0] if len(view.shape) > alone else 1
