"""The main screen: where the panes are, which of them can be seen, and what they look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.css.query import NoMatches
from textual.errors import NoWidget
from textual.screen import Screen
from textual.widget import Widget

from lenet_tui.app.ui.panes.footer import MINIMUM, HintLine, KeyBar, TooSmall
from lenet_tui.app.ui.panes.rail import PipelineRail
from lenet_tui.app.ui.panes.status import StatusLine
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.terminal.ui.painting import PaintingScreen

if TYPE_CHECKING:
    from lenet_tui.app.ui.main_layout import Body
    from lenet_tui.app.ui.panes.layers import LayersPane
    from lenet_tui.app.ui.panes.log import LogPane
    from lenet_tui.app.ui.panes.loss import LossPane
    from lenet_tui.kit.ui.tabs import Deck
    from lenet_tui.protocol.frame import Frame
    from lenet_tui.protocol.views import ViewRequest
    from lenet_tui.tensors.ui.gradient import GradientPane
    from lenet_tui.tensors.ui.tensor_pane import TensorPane
    from lenet_tui.text.words import Words


class MainScreen(PaintingScreen[None]):
    """Everything that is seen of a session.

    ``composed`` is called once, before it is painted; ``seen`` when other panes are visible. The
    first picture has only the lines at the edges; ``furnish`` puts in the panes.
    """

    ALLOW_IN_MAXIMIZED_VIEW = "#top, #bottom, #too-small"
    ESCAPE_TO_MINIMIZE = False
    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual's way
        (0, "-tiny-w"), (MINIMUM[0], "-small-w"), (80, "-medium-w"),
        (112, "-wide"), (160, "-huge-w"),
    ]  # fmt: skip
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - Textual's way
        (0, "-tiny-h"), (MINIMUM[1], "-small-h"), (34, "-tall"), (50, "-huge-h"),
    ]  # fmt: skip

    PANES = ("layers", "tensor", "gradient", "image", "output", "loss", "deck")
    """The panes in the order of their number keys."""

    def __init__(self, composed: Callable[[], None], seen: Callable[[], None]) -> None:
        super().__init__()
        self._when_composed = composed
        self._seen = seen
        self._panes: tuple[Pane, ...] = ()
        self._visible: tuple[Pane, ...] = ()
        self._summoned: Widget | None = None
        self._to_focus: tuple[str, ...] = ()
        self._before: tuple[str, str, str] | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="top"):
            yield StatusLine(id="status")
            yield PipelineRail(id="rail")
        with Vertical(id="bottom"):
            yield HintLine(id="hint")
            yield KeyBar(id="keys")
        yield TooSmall(id="too-small")

    def on_mount(self) -> None:
        """Hear of every change of layout: it may show panes that were hidden."""
        self._when_composed()
        self.screen_layout_refresh_signal.subscribe(self, self._laid_out)

    async def furnish(self, body: Body, words: Words) -> None:
        """Put in the panes, after the first picture."""
        self._body = body
        await self.mount(body, after="#top")
        self._panes = tuple(self.query(Pane))
        body.say(words)
        self.set_focus(self.query_one("LayerTree"))

    @property
    def body(self) -> Body:
        """The panes; there only after ``furnish``."""
        return self._body

    @property
    def layer_list(self) -> LayersPane:
        return cast("LayersPane", self.query_one("#layers"))

    @property
    def tensor(self) -> TensorPane:
        return cast("TensorPane", self.query_one("#tensor"))

    @property
    def gradient(self) -> GradientPane:
        return cast("GradientPane", self.query_one("#gradient"))

    @property
    def loss(self) -> LossPane:
        return cast("LossPane", self.query_one("#loss"))

    @property
    def log_pane(self) -> LogPane:
        return cast("LogPane", self.query_one("#log"))

    @property
    def deck(self) -> Deck:
        return cast("Deck", self.query_one("#deck"))

    def visible_panes(self) -> tuple[Pane, ...]:
        """The panes that have a place on the screen now."""
        return tuple(pane for pane in self._panes if self._placed(pane))

    def show(self, frame: Frame) -> None:
        """Hand the frame to every pane that can be seen."""
        for pane in self.panes_for(frame):
            pane.show(frame)

    def panes_for(self, frame: Frame) -> tuple[Pane, ...]:
        """The panes that the frame is to be handed to: those that can be seen."""
        self._visible = self.visible_panes()
        self.body.inspector.passes(frame)
        return self._visible

    def paint_top(self) -> None:
        """Paint the lines that say where the session is, before anything else."""
        self.paint(self.query_one(PipelineRail), self.query_one(StatusLine))

    def requests(self) -> tuple[ViewRequest, ...]:
        """What the visible panes ask for."""
        return tuple(request for pane in self.visible_panes() for request in pane.requests())

    @property
    def wants_graph(self) -> bool:
        """Whether a visible pane shows the autograd graph."""
        return any(pane.wants_graph for pane in self.visible_panes())

    def say(self, words: Words, moves: bool) -> None:
        """Another language: everything that is not shown by a frame."""
        self.query_one(KeyBar).show(words, moves)
        self.query_one(TooSmall).show(words)
        for body in self.query("#body"):
            cast("Body", body).say(words)

    def choose(self, tensor: str, aspect: str = "") -> None:
        """Show ``tensor``; ``aspect``: its value, gradient or update (empty: as before)."""
        self.layer_list.choose(tensor)
        self.tensor.choose(tensor, aspect)
        self.gradient.choose(tensor)

    def show_beside(self, tensor: str) -> None:
        """A parameter and its gradient in numbers; if they are there already, what was before."""
        shown = (self.tensor.tensor, self.tensor.aspect, self.tensor.mode)
        wanted = (tensor, "value" if self._placed(self.gradient) else "gradient", "numbers")
        if shown == wanted and self._before:
            wanted = self._before
        elif shown != wanted:
            self._before = shown
        self.tensor.mode = self.gradient.mode = wanted[2]
        self.choose(*wanted[:2])

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
            above = (w for w in self.focused.ancestors_with_self if isinstance(w, Widget))
            holders = [w for w in above if isinstance(w, Pane) or w.id == "deck"]
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

    def focus_pane(self, *names: str) -> None:
        """Focus the first of these panes that has a place in the next layout."""
        self._to_focus = names
        self.refresh(layout=True)

    def _focus(self, pane: Widget) -> None:
        for widget in (pane, *pane.query("*")):
            if isinstance(widget, Widget) and widget.focusable and self._placed(widget):
                self.set_focus(widget)
                return

    def _placed(self, widget: Widget) -> bool:
        try:
            return self.find_widget(widget).region.area > 0
        except (NoWidget, NoMatches):
            return False

    def _laid_out(self, _: Screen[None]) -> None:
        names, self._to_focus = self._to_focus, ()
        for pane in (self.query_one(f"#{name}") for name in names):
            if self._placed(pane):
                self._focus(pane)
                break
        visible = self.visible_panes()
        if visible != self._visible:
            self._visible = visible
            self._seen()
