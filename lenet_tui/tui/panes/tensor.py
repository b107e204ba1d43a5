"""The tensor pane: one tensor's value, gradient or last update, as a heatmap or as numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.reactive import var
from textual.widgets import Static

from lenet_tui.core.arrange import arrange
from lenet_tui.core.arrangement import Arrangement
from lenet_tui.core.clean import clean
from lenet_tui.core.frames import Frame
from lenet_tui.core.numbers import ascii_text, shape_text
from lenet_tui.core.tiles import Shape
from lenet_tui.core.views import Scale, View, ViewRequest
from lenet_tui.tui.heatmap.heatmap import Heatmap
from lenet_tui.tui.heatmap.legend import legend
from lenet_tui.tui.panes.numbers import NumberTable
from lenet_tui.tui.panes.pane import Pane

SUFFIX = {"value": "", "gradient": ".grad", "update": ".update"}


class TensorPane(Pane):
    """``tensor``: whose; ``aspect``: value, gradient or update; ``mode``: heatmap or numbers.

    What is ``None``, or not computed yet, is said in a sentence in the picture's place.
    """

    ALLOW_MAXIMIZE = True
    ASPECTS: ClassVar[tuple[str, ...]] = ("value", "gradient", "update")
    DEFAULT_CSS = """
    TensorPane Heatmap { height: 1fr; }
    TensorPane NumberTable { display: none; }
    TensorPane .told { height: 1fr; padding: 0 1; display: none; color: $foreground-muted; }
    TensorPane .legend { height: 1; padding: 0 1; }
    TensorPane.-numbers Heatmap, TensorPane.-told Heatmap { display: none; }
    TensorPane.-numbers NumberTable { display: block; }
    TensorPane.-told NumberTable, TensorPane.-told .legend { display: none; }
    TensorPane.-told .told { display: block; }
    """

    tensor: var[str] = var("", init=False)
    aspect: var[str] = var("value", init=False)
    mode: var[str] = var("heatmap", init=False)

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.set_reactive(TensorPane.aspect, self.ASPECTS[0])
        self._shapes: dict[str, Shape] = {}
        self._scales: dict[str, Scale] = {}
        self._top = 0
        self._parameters: set[str] = set()
        self._frame: Frame | None = None
        self._arrangement: Arrangement | None = None
        self._request: ViewRequest | None = None

    def compose(self) -> ComposeResult:
        yield Static(classes="told", markup=False)
        yield self._picture()
        yield NumberTable()
        yield Static(classes="legend", markup=False)

    def _picture(self) -> Heatmap:
        return Heatmap()

    # What to look at

    @property
    def name_asked(self) -> str:
        """The name that the engine is asked for."""
        return self.tensor + SUFFIX[self.aspect]

    def choose(self, tensor: str, aspect: str = "") -> None:
        """Show ``tensor``; ``aspect`` as before if empty."""
        self.tensor = tensor
        if aspect in self.ASPECTS:
            self.aspect = aspect

    def next_aspect(self) -> None:
        """Value, gradient, update, and round again."""
        self.aspect = self.ASPECTS[(self.ASPECTS.index(self.aspect) + 1) % len(self.ASPECTS)]

    def toggle_numbers(self) -> None:
        """A heatmap, or numbers."""
        self.mode = "heatmap" if self.mode == "numbers" else "numbers"

    def watch_tensor(self) -> None:
        """Another tensor: from its top."""
        self._top = 0
        self._look()

    def watch_aspect(self) -> None:
        """Another aspect of it."""
        self._look()

    def watch_mode(self) -> None:
        """The same, drawn otherwise."""
        self.set_class(self.mode == "numbers", "-numbers")
        self.call_after_refresh(self._look)

    def on_picker_reshaped(self) -> None:
        """The picture has another size, or is scrolled."""
        self._look()

    def on_heatmap_scrolled(self, event: Heatmap.Scrolled) -> None:
        """Other tiles are to be first."""
        self._top = event.top
        self._look()

    def _look(self) -> None:
        self.post_message(self.LookChanged())

    def requests(self) -> tuple[ViewRequest, ...]:
        name = self.name_asked
        if not self.tensor:
            return ()
        key = self.id or "tensor"
        shape = self._shapes.get(self.tensor)
        if shape is None:
            self._request = ViewRequest(key, name)
        elif self.mode == "numbers":
            table = self.query_one(NumberTable)
            self._request = table.request(key, name, shape, self._kernels(shape))
        else:
            room = self.query_one(Heatmap).room
            kernels = self._kernels(shape)
            self._arrangement = arrange(shape, room, kernels=kernels, top=self._top)
            asked = self._arrangement.request(key, name)
            self._request = replace(asked, scale=self._scales.get(name))
        return (self._request,)

    def _kernels(self, shape: Shape) -> bool:
        return len(shape) > 2 and self.tensor in self._parameters

    # What is seen

    def show(self, frame: Frame) -> None:
        self._frame = frame
        self._parameters = {name for row in frame.rows for name in row.parameters}
        key = self.id or "tensor"
        view = next((v for v in frame.views if v.request.key == key), None)
        if view is None or view.request.tensor != self.name_asked:
            return
        self._title(view, frame)
        told = self._told(view, frame)
        self.set_class(bool(told), "-told")
        if told:
            self.query_one(".told", Static).update(Text(told))
            return
        if self._shapes.get(self.tensor) != view.shape:
            self._shapes[self.tensor] = view.shape
            self._look()
            return
        self._draw(view)

    def _draw(self, view: View) -> None:
        if view.request.kind == "numbers":
            self.query_one(NumberTable).show(view)
        elif self._arrangement is not None and self._asked(view.request):
            if view.scale:
                self._scales[view.request.tensor] = view.scale
            heatmap = self.query_one(Heatmap)
            heatmap.show(view, self._arrangement, kernels=self._kernels(view.shape))
            ascii_only = bool(getattr(self.app, "ascii", False))
            line = legend(view, heatmap.ink, self.words, ascii_only, self.size.width - 2)
            self._set(self.query_one(".legend", Static), line)

    def _asked(self, request: ViewRequest) -> bool:
        """Whether a view is what was asked for last, whatever scale it was asked with."""
        return self._request is not None and replace(request, scale=None) == replace(
            self._request, scale=None
        )

    def _set(self, widget: Static, text: Text) -> None:
        if widget.content != text:
            widget.update(text)

    def _title(self, view: View, frame: Frame) -> None:
        shape = shape_text(view.shape) if view.state == "value" else ""
        title = f"{clean(view.request.tensor)}  {shape}".rstrip()
        subtitle = self._when(view, frame)
        if bool(getattr(self.app, "ascii", False)):
            title, subtitle = ascii_text(title), ascii_text(subtitle)
        if str(self.border_title) != title:
            self.border_title = Text(title).markup
        if str(self.border_subtitle) != subtitle:
            self.border_subtitle = subtitle

    def _when(self, view: View, frame: Frame) -> str:
        """From which step the tensor is, if it is not of this iteration."""
        made = view.made
        if made and made[0] != frame.position.iteration and made[1] != "init":
            return self.words("view.from", iteration=made[0], phase=made[1])
        if view.request.tensor.endswith(".grad") and frame.accumulated > 1:
            return self.words("view.accumulated", count=frame.accumulated)
        return ""

    def _told(self, view: View, frame: Frame) -> str:
        """What to say in the picture's place; empty: there is a picture."""
        if view.state == "value":
            return ""
        if view.state == "none":
            passed = any(s.phase == "zero_grad" and s.how != "skip" for s in frame.segments)
            key = "view.none.zeroed" if passed else "view.none"
            leaf = self.tensor in self._parameters
            return self.words(key if leaf else "view.none.activation")
        return self.words("view.ahead" if view.state == "ahead" else "view.unknown")
