"""The main screen: where the panes are, which of them can be seen, and what they look at."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.css.query import NoMatches
from textual.errors import NoWidget
from textual.screen import Screen
from textual.widget import Widget

from lenet_tui.core.frames import Frame
from lenet_tui.core.protocol import Look, Ready
from lenet_tui.text.words import Words
from lenet_tui.tui.glyphs import Glyphs
from lenet_tui.tui.losses import Losses
from lenet_tui.tui.panes.autograd import AutogradPane
from lenet_tui.tui.panes.bars import MINIMUM, HintLine, KeyBar, TooSmall
from lenet_tui.tui.panes.code import CodePane
from lenet_tui.tui.panes.deck import Deck
from lenet_tui.tui.panes.explain import ExplainPane
from lenet_tui.tui.panes.gradient import GradientPane
from lenet_tui.tui.panes.image import ImagePane
from lenet_tui.tui.panes.layers import LayersPane
from lenet_tui.tui.panes.log import LogPane
from lenet_tui.tui.panes.loss import LossPane
from lenet_tui.tui.panes.output import OutputPane
from lenet_tui.tui.panes.pane import Pane
from lenet_tui.tui.panes.rail import PipelineRail
from lenet_tui.tui.panes.status import StatusLine
from lenet_tui.tui.panes.tensor import TensorPane


class MainScreen(Screen[None]):
    """Everything that is seen of a session. ``seen`` is called when other panes are visible."""

    ALLOW_IN_MAXIMIZED_VIEW = "#top, #bottom, #too-small"
    ESCAPE_TO_MINIMIZE = False
    AUTO_FOCUS = "LayerTree"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual's way
        (0, "-tiny-w"), (MINIMUM[0], "-small-w"), (80, "-medium-w"),
        (112, "-wide"), (160, "-huge-w"),
    ]  # fmt: skip
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - Textual's way
        (0, "-tiny-h"), (MINIMUM[1], "-small-h"), (34, "-tall"), (50, "-huge-h"),
    ]  # fmt: skip

    PANES = ("layers", "tensor", "gradient", "image", "output", "loss", "deck")
    """The panes in the order of their number keys."""

    def __init__(self, losses: Losses, seen: Callable[[], None]) -> None:
        super().__init__()
        self._losses = losses
        self._seen = seen
        self._visible: tuple[Pane, ...] = ()
        self._summoned: Widget | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="top"):
            yield StatusLine(id="status")
            yield PipelineRail(id="rail")
        with Horizontal(id="body"):
            with Vertical(id="work"):
                with Horizontal(id="upper"):
                    yield LayersPane(id="layers")
                    with Vertical(id="tensors"):
                        yield TensorPane(id="tensor")
                        yield GradientPane(id="gradient")
                yield Deck(
                    [
                        CodePane(id="code"),
                        ExplainPane(id="explain"),
                        AutogradPane(id="autograd"),
                        LogPane(id="log"),
                    ],
                    id="deck",
                )
            with Vertical(id="side"):
                yield ImagePane(id="image")
                yield OutputPane(id="output")
                yield LossPane(self._losses, id="loss")
        with Vertical(id="bottom"):
            yield HintLine(id="hint")
            yield KeyBar(id="keys")
        yield TooSmall(id="too-small")

    def on_mount(self) -> None:
        """Hear of every change of layout: it may show panes that were hidden."""
        self.screen_layout_refresh_signal.subscribe(self, self._laid_out)

    @property
    def layer_list(self) -> LayersPane:
        return self.query_one(LayersPane)

    @property
    def tensor(self) -> TensorPane:
        return self.query_one("#tensor", TensorPane)

    @property
    def gradient(self) -> GradientPane:
        return self.query_one(GradientPane)

    @property
    def loss(self) -> LossPane:
        return self.query_one(LossPane)

    @property
    def log_pane(self) -> LogPane:
        return self.query_one(LogPane)

    @property
    def deck(self) -> Deck:
        return self.query_one(Deck)

    def visible_panes(self) -> tuple[Pane, ...]:
        """The panes that have a place on the screen now."""
        return tuple(pane for pane in self.query(Pane) if self._placed(pane))

    def show(self, frame: Frame) -> None:
        """Hand the frame to every pane that can be seen."""
        self._visible = self.visible_panes()
        for pane in self._visible:
            pane.show(frame)

    def look(self) -> Look:
        """What the visible panes ask for."""
        panes = self.visible_panes()
        requests = (request for pane in panes for request in pane.requests())
        return Look(tuple(requests), any(pane.wants_graph for pane in panes))

    def know(self, ready: Ready, glyphs: Glyphs) -> None:
        """The engine has made its model."""
        self.layer_list.know(ready.parameters, glyphs)
        self.query_one(ExplainPane).know(ready.parameters)
        self.query_one(CodePane).know(ready.source, ready.options.model, glyphs)
        self.query_one(AutogradPane).glyphs = glyphs
        self.loss.glyphs = glyphs

    def say(self, words: Words, moves: bool) -> None:
        """Another language: everything that is not shown by a frame."""
        self.query_one(KeyBar).show(words, moves)
        self.query_one(TooSmall).show(words)
        self.deck.say(words)

    def choose(self, tensor: str, aspect: str = "") -> None:
        """Show ``tensor``; ``aspect``: its value, gradient or update (empty: as before)."""
        self.layer_list.choose(tensor)
        self.tensor.choose(tensor, aspect)
        self.gradient.choose(tensor)

    def next_aspect(self) -> None:
        """Value, gradient, update, and round again."""
        self.tensor.next_aspect()

    def toggle_numbers(self) -> None:
        """A heatmap, or numbers."""
        self.tensor.toggle_numbers()

    def toggle_maximized(self) -> None:
        """The focused pane fills the screen, or goes back to its place."""
        if self.maximized is not None:
            self.restore()
        elif self.focused is not None:
            holders = [w for w in self.focused.ancestors_with_self if isinstance(w, (Pane, Deck))]
            if holders:
                self.maximized = holders[-1]

    def restore(self) -> None:
        """Give the pane that fills the screen its place back."""
        if self._summoned is not None:
            self._summoned.remove_class("-summoned")
            self._summoned = None
        if self.maximized is not None:
            self.minimize()

    def go_to(self, number: int) -> None:
        """Focus a pane by its number; one that has no place here fills the screen."""
        full = self.maximized is not None and self._summoned is None
        self.restore()
        pane = self.query_one(f"#{self.PANES[number - 1]}")
        if not self._placed(pane):
            self._summoned = pane
            pane.add_class("-summoned")
            self.maximized = pane
        elif full:
            self.maximized = pane
        self.call_after_refresh(self._focus, pane)

    def _focus(self, pane: Widget) -> None:
        for widget in (pane, *pane.query("*")):
            if isinstance(widget, Widget) and widget.focusable:
                self.set_focus(widget)
                return

    def _placed(self, widget: Widget) -> bool:
        try:
            return self.find_widget(widget).region.area > 0
        except (NoWidget, NoMatches):
            return False

    def _laid_out(self, _: Screen[None]) -> None:
        visible = self.visible_panes()
        if visible != self._visible:
            self._visible = visible
            self._seen()
