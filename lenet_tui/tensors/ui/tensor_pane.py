"""The tensor pane: one tensor's value, gradient or last update, as a heatmap or as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widgets import Static

from lenet_tui.kit.ui.pane import Pane
from lenet_tui.kit.ui.settings import ascii_only
from lenet_tui.protocol.frame import Frame, OpRow
from lenet_tui.protocol.position import Position
from lenet_tui.protocol.views import Scale, View, ViewRequest
from lenet_tui.tensors.arrangement import Arrangement
from lenet_tui.tensors.layout import arrange
from lenet_tui.tensors.regions import Highlight, marked
from lenet_tui.tensors.tiling import Index, Shape, lead
from lenet_tui.tensors.ui import captions
from lenet_tui.tensors.ui.heatmap.heatmap import Heatmap
from lenet_tui.tensors.ui.heatmap.legend import legend
from lenet_tui.tensors.ui.heatmap.picker import Picker
from lenet_tui.tensors.ui.number_table import NumberTable
from lenet_tui.tensors.ui.readout import Readout, readout, readout_request
from lenet_tui.tensors.ui.remembered import Remembered
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import index_text

SUFFIX = {"value": "", "gradient": ".grad", "update": ".update"}


class TensorPane(Pane):
    """``tensor``: whose; ``aspect``: value, gradient or update; ``mode``: heatmap or numbers.

    ``sample``: whose channels are shown of an activation (from 0). What is ``None``, or not
    computed yet, has a sentence in the picture's place.
    """

    ALLOW_MAXIMIZE = True
    ASPECTS: ClassVar[tuple[str, ...]] = ("value", "gradient", "update")
    GREY: ClassVar[bool] = False
    """Whether the tensor is a picture, drawn in grey."""
    DEFAULT_CSS = """
    TensorPane Heatmap { height: 1fr; }
    TensorPane NumberTable { display: none; }
    TensorPane .instead { height: 1fr; padding: 0 1; display: none; color: $foreground-muted; }
    TensorPane.-numbers Heatmap, TensorPane.-instead Heatmap { display: none; }
    TensorPane.-numbers NumberTable { display: block; }
    TensorPane.-instead NumberTable { display: none; }
    TensorPane.-instead .instead { display: block; }
    """

    tensor: var[str] = var("", init=False)
    aspect: var[str] = var("value", init=False)
    mode: var[str] = var("heatmap", init=False)
    sample: var[int] = var(0, init=False)
    highlights: var[tuple[Highlight, ...]] = var((), init=False, always_update=True)

    @dataclass
    class CellChosen(Message):
        """The person wants to know more of one number: ``tensor`` (as named) at ``index``."""

        tensor: str
        index: Index

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.set_reactive(TensorPane.aspect, self.ASPECTS[0])
        self._instead = Static(classes="instead", markup=False)
        self.heatmap = Heatmap(picture=self.GREY)
        self.table = NumberTable()
        self._shapes: dict[str, Shape] = {}
        self._scales: dict[str, Scale] = {}
        self._moved: tuple[str, Position] | None = None
        self._top = 0
        self._ops: tuple[OpRow, ...] = ()
        self._parameters: set[str] = set()
        self._arrangement: Arrangement | None = None
        self._request: ViewRequest | None = None
        self._readout: Readout | None = None
        self._last: tuple[View, Frame] | None = None

    def compose(self) -> ComposeResult:
        yield from (self._instead, self.heatmap, self.table)

    @property
    def picker(self) -> Picker:
        """The heatmap or the table, whichever is seen."""
        return self.table if self.mode == "numbers" else self.heatmap

    # What is asked for

    @property
    def name_asked(self) -> str:
        """The name that the engine is asked for."""
        return self.tensor + SUFFIX[self.aspect]

    @property
    def cursor(self) -> Index | None:
        """The element that the cursor is on: of a block, the one of largest magnitude."""
        cursor = self.picker.cursor
        return self._readout.index if self._readout and cursor is not None else cursor

    @property
    def cell(self) -> str:
        """The number under the cursor by its name; the first one where there is no cursor."""
        index, layout = self.cursor, self.heatmap.arrangement
        if index is None and layout is not None and not self.has_class("-instead"):
            index = (0,) * len(layout.shape)
        return f"{self.name_asked}{index_text(index or ())}" if self.tensor else ""

    def choose(self, tensor: str, aspect: str = "") -> None:
        """Show ``tensor``; ``aspect`` as before if empty."""
        self.tensor = tensor
        if aspect in self.ASPECTS:
            self.aspect = aspect

    def action_next_aspect(self) -> None:
        """Value, gradient, of a parameter also its update, and round again."""
        several = max(1, len(self.ASPECTS) - (self.tensor not in self._parameters))
        self.aspect = self.ASPECTS[(self.ASPECTS.index(self.aspect) + 1) % several]

    def action_toggle_numbers(self) -> None:
        """A heatmap, or numbers."""
        self.mode = "heatmap" if self.mode == "numbers" else "numbers"

    def watch_tensor(self) -> None:
        """Another tensor: from its top."""
        self._top = 0
        self.heatmap.cursor = self.table.cursor = None
        self._other()

    def watch_sample(self) -> None:
        """Another sample's channels."""
        self._top = 0
        self._other()

    def watch_highlights(self) -> None:
        """Mark the blocks that belong to what is shown."""
        layout = self.heatmap.arrangement
        marks = marked(self.highlights, self.name_asked, layout.shape) if layout else ()
        self.heatmap.highlight(*marks)

    def watch_mode(self, old: str, new: str) -> None:
        """The same, drawn otherwise; the cursor stays on its element."""
        focus = self.has_focus_within
        cursor = self._readout.index if self._readout else None
        cursor = cursor or (self.table if old == "numbers" else self.heatmap).cursor
        self.set_class(new == "numbers", "-numbers")
        self.picker.cursor = cursor
        if focus:
            self.picker.focus()
        self.call_after_refresh(self._look)

    def _other(self) -> None:
        self._readout = None
        self._look()

    watch_aspect = _other

    def _look(self) -> None:
        self.post_message(self.RequestsChanged())

    @on(Picker.Reshaped)
    def _reshaped(self, event: Picker.Reshaped) -> None:
        event.stop()
        self._look()

    @on(Heatmap.Restyled)
    def _restyled(self) -> None:
        self._describe()

    @on(Heatmap.Scrolled)
    def _scrolled(self, event: Heatmap.Scrolled) -> None:
        event.stop()
        self._top = event.top
        self._look()

    @on(Picker.CursorMoved)
    def _cursor_moved(self, event: Picker.CursorMoved) -> None:
        event.stop()
        self._other()

    @on(Picker.CellChosen)
    def _cell_chosen(self, event: Picker.CellChosen) -> None:
        event.stop()
        if self.cursor is not None:
            self.post_message(self.CellChosen(self.name_asked, self.cursor))

    def requests(self) -> tuple[ViewRequest, ...]:
        name, key = self.name_asked, self.id or "tensor"
        if not self.tensor:
            return ()
        shape = self._shapes.get(self.tensor)
        if shape is None:
            self._request = ViewRequest(key, name, count=0)
            return (self._request,)
        if self.mode == "numbers":
            self._request = self.table.request(key, name, shape, self._kernels(shape))
        else:
            before = self._arrangement
            room = self.heatmap.ink.room(*self._picture_size())
            sample = self.sample if self._sampled(shape) else None
            self._arrangement = arrange(
                shape, room, kernels=self._kernels(shape), sample=sample, top=self._top
            )
            asked = self._arrangement.request(key, name)
            self._request = replace(asked, scale=self._scales.get(name))
            if self._arrangement != before:
                self._redraw()
        cursor = self.picker.cursor
        if cursor is None or len(cursor) != len(shape):
            return (self._request,)
        layout = self._arrangement if self.mode == "heatmap" else None
        return self._request, readout_request(f"{key}.cursor", name, shape, cursor, layout)

    def _picture_size(self) -> tuple[int, int]:
        """The picture's size, no higher than the panes beside it allow: all draw at one scale."""
        width, height = self.heatmap.size
        if self.screen.maximized is None and self.parent is not None:
            heights = [w.size.height for w in self.parent.children if isinstance(w, TensorPane)]
            height -= self.size.height - min(filter(None, heights), default=self.size.height)
        return width, max(0, height)

    def _kernels(self, shape: Shape) -> bool:
        return len(shape) > 2 and self.tensor in self._parameters

    def _sampled(self, shape: Shape) -> bool:
        return bool(lead(shape)) and self.tensor not in self._parameters

    def forget(self) -> None:
        self._last = self._readout = self._moved = None
        self._scales = {}
        self.heatmap.forget()
        self.table.forget()
        self.entitle(clean(self.name_asked), "")

    def remember(self) -> Remembered:
        chosen = self.tensor, self.aspect, self.mode, self.sample
        return Remembered(chosen, self._top, self.picker.cursor, dict(self._scales))

    def recall(self, remembered: Remembered) -> None:
        self.tensor, self.aspect, self.mode, self.sample = remembered.chosen
        self._top, self._scales = remembered.top, dict(remembered.scales)
        self.picker.cursor = remembered.cursor
        self._other()

    def show(self, frame: Frame) -> None:
        if frame.rows.ops is not self._ops:
            self._ops = frame.rows.ops
            self._parameters = {name for row in self._ops for name in row.parameters}
        key = self.id or "tensor"
        views = {v.request.key: v for v in frame.views if v.request.tensor == self.name_asked}
        view = views.get(key)
        if view is None:
            return
        self._read(views.get(f"{key}.cursor"))
        leaf = self.tensor in self._parameters
        self._last = view, frame
        instead = captions.instead(view, frame, self.words, parameter=leaf)
        self.set_class(bool(instead), "-instead")
        if instead:
            if self._instead.content != instead:
                self._instead.update(instead, layout=False)
        elif self._shapes.get(self.tensor) != view.shape:
            self._shapes[self.tensor] = view.shape
            self._look()
        elif self._asked(view):
            self._draw(view, frame)
            return
        self._describe()

    def _describe(self) -> None:
        """Write the captions around the picture."""
        if self._last is not None:
            view, frame = self._last
            seen = view.request.count and not self.has_class("-instead")
            scale = partial(self._legend, view, frame) if seen else None
            self.entitle(self._title(view, frame), self._subtitle(view, frame), scale)

    def _title(self, view: View, frame: Frame) -> str | Sequence[str]:
        own = self.tensor in self._parameters
        return captions.title(view, frame, None if own else self.sample, parameter=own)

    def _legend(self, view: View, frame: Frame, width: int) -> Content:
        """What the colours mean, in the border: below the picture it would take a line of it."""
        moved, plain = self._moved == (view.request.tensor, frame.position), ascii_only(self)
        ink, words = self.heatmap.ink, self.words
        return legend(view, ink, words, width=width, moved=moved, ascii_only=plain)

    def on_descendant_focus(self) -> None:
        """The number under the cursor is shown while the cursor is."""
        self._describe()

    def on_descendant_blur(self) -> None:
        """The cursor is not seen any longer."""
        self.call_after_refresh(self._describe)

    def _asked(self, view: View) -> bool:
        """Whether a view holds what was asked for last, not only the shape of it."""
        if self._request is None or not view.request.count:
            return False
        return replace(view.request, scale=None) == replace(self._request, scale=None)

    def _subtitle(self, view: View, frame: Frame) -> str:
        seen = self._arrangement if view.levels is not None and self._asked(view) else None
        found = self._readout if self.picker.has_focus else None
        own = self.tensor in self._parameters and self.aspect == "value"
        return captions.subtitle(view, frame, self.words, found=found, seen=seen, parameter=own)

    def _draw(self, view: View, frame: Frame) -> None:
        """Draw what was asked for last; anything else is about to be replaced."""
        if view.request.kind == "numbers":
            self.table.long = self._long(view.shape)
            self.table.show(view)
            self._describe()
            return
        assert self._arrangement is not None
        if view.scale:
            self._scales[view.request.tensor] = view.scale
        if view.scale_moved:
            self._moved = (view.request.tensor, frame.position)
        self.heatmap.long = self._long(view.shape)
        kernels, sampled = self._kernels(view.shape), self._sampled(view.shape)
        self.heatmap.show(view, self._arrangement, kernels=kernels, sample=sampled)
        self._describe()

    def _redraw(self) -> None:
        """Draw what there is in another arrangement, unless other views of it are to come."""
        if self._last and self._last[0].levels is not None and self._asked(self._last[0]):
            self._draw(*self._last)

    def _long(self, shape: Shape) -> str:
        key = "view.kernel" if self._kernels(shape) else "view.channel"
        return self.words(key, name="{name}")

    def _read(self, view: View | None) -> None:
        """Take in the number under the cursor."""
        layout = self._arrangement if self.mode == "heatmap" else None
        cursor, self._readout = self.picker.cursor, None
        if view and cursor is not None and view.state == "value" and len(cursor) == len(view.shape):
            self._readout = readout(view, cursor, layout)
