"""The screen with its panes: which of them can be seen, which has the focus or fills it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.css.query import NoMatches
from textual.errors import NoWidget
from textual.screen import Screen
from textual.widget import Widget

from lenet_tui.app.ui.appearance import Appearance
from lenet_tui.app.ui.edge_screen import EdgeScreen
from lenet_tui.app.ui.main_layout import Body
from lenet_tui.app.ui.panes.layer_tree import LayerTree
from lenet_tui.app.ui.panes.rail import PipelineRail
from lenet_tui.app.ui.panes.status import StatusLine
from lenet_tui.explain.ui.controller import Inspection
from lenet_tui.explain.ui.explain_pane import ExplainPane
from lenet_tui.explain.ui.inspector import InspectorPane
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.protocol.loss_series import Losses
from lenet_tui.protocol.pending_requests import PendingRequests
from lenet_tui.protocol.request import A, Reply, Request
from lenet_tui.tour.ui.layout import TABS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lenet_tui.protocol.engine_api import Engine
    from lenet_tui.protocol.frame import Frame
    from lenet_tui.protocol.moves import Move
    from lenet_tui.protocol.options import Options
    from lenet_tui.tour.stop import Stop


TRAINING_PANES = (
    *("chart-loss", "chart-accuracy", "confusion", "worst", "chart-rate", "facts"),
    "chart-gradient",
)
"""The panes of the training view in the order of their number keys."""


class PaneScreen(EdgeScreen):
    """The screen of a session with its panes. ``send`` hands a command to the engine.

    ``follows``: the tensor panes show the last op's output.
    """

    CSS_PATH = "panes.tcss"
    ALLOW_IN_MAXIMIZED_VIEW = "#top, #bottom, #too-small"
    ESCAPE_TO_MINIMIZE = False
    AUTO_FOCUS = ""

    PANES = ("layers", "tensor", "gradient", "image", "output", "loss", "tabs")
    """The panes in the order of their number keys."""

    def __init__(self, engine: Engine, options: Options, moves: Sequence[Move]) -> None:
        super().__init__(options, moves)
        self.engine = engine
        self.send = engine.send
        self.pending_requests = PendingRequests(engine.send)
        self.losses = Losses()
        self.body = Body(self.losses, self)
        self.tensor, self.gradient = self.body.tensor, self.body.gradient
        self.tabs, self.log_pane = self.body.tabs, self.body.log_pane
        self.inspection = Inspection(self, self.choose, self.restore)
        self._panes: tuple[Pane, ...] = ()
        self._visible: tuple[Pane, ...] = ()
        self._summoned: Widget | None = None
        self._to_focus: tuple[str, ...] = ()
        self.follows = True
        self._before: tuple[str, str, str] | None = None
        self.explained_from: Widget | None = None

    def middle(self) -> ComposeResult:
        yield self.body.data_bind(EdgeScreen.words)

    def on_mount(self) -> None:
        """Watch every change of layout: it may show panes that were hidden."""
        self._panes = tuple(self.query(Pane))
        self.set_focus(self.query_one(LayerTree))
        self.screen_layout_refresh_signal.subscribe(self, self._laid_out)

    async def ask(self, request: Request[A]) -> Reply[A]:
        """Put a question to the engine and wait for the reply."""
        return await self.pending_requests.ask(request)

    @on(InspectorPane.Visited)
    def _visited(self, event: InspectorPane.Visited) -> None:
        self.inspection.visited(event.cell)

    def visible_panes(self) -> tuple[Pane, ...]:
        """The panes that have a place on the screen now."""
        return tuple(pane for pane in self._panes if self._placed(pane))

    def show_again(self) -> None:
        """Show the panes that can be seen the present frame."""
        if self.frame is not None:
            for pane in self.panes_for(self.frame):
                pane.show(self.frame)

    def panes_for(self, frame: Frame) -> tuple[Pane, ...]:
        """The panes that the frame is to be handed to: those that can be seen."""
        self._visible = self.visible_panes()
        self.body.inspector.passes(frame)
        self.body.training.take(frame)
        if self.body.is_training:
            self.body.training.judge_again(frame)
        return self._visible

    def paint_top(self) -> None:
        """Paint the rail and the status line before anything else."""
        self.paint(self.query_one(PipelineRail), self.query_one(StatusLine))

    def choose(self, tensor: str, aspect: str = "") -> None:
        """Show ``tensor``; ``aspect``: its value, gradient or update (empty: as before)."""
        self.body.layers_pane.choose(tensor)
        self.tensor.choose(tensor, aspect)
        self.gradient.choose(tensor)

    def show_beside(self, tensor: str) -> None:
        """Show a parameter and its gradient in numbers; if shown already, what was before."""
        shown = (self.tensor.tensor, self.tensor.aspect, self.tensor.mode)
        wanted = (tensor, "value" if self._placed(self.gradient) else "gradient", "numbers")
        if shown == wanted and self._before:
            wanted = self._before
        elif shown != wanted:
            self._before = shown
        self.tensor.mode = self.gradient.mode = wanted[2]
        self.choose(*wanted[:2])

    def action_maximize(self) -> None:
        """The focused pane fills the screen, or goes back to its place."""
        if self.maximized is not None:
            self.restore()
        elif self.focused is not None:
            above = (w for w in self.focused.ancestors_with_self if isinstance(w, Widget))
            holders = [w for w in above if isinstance(w, Pane) or w.id == "tabs"]
            if holders:
                self.maximized = holders[-1]

    def restore(self) -> None:
        """Give the pane that fills the screen its place back."""
        if self._summoned is not None:
            self._summoned.remove_class("-summoned")
            self._summoned = None
        if self.maximized is not None:
            self.minimize()

    def action_pane(self, number: int) -> None:
        """Focus a pane by its number; one that has no place here fills the screen.

        The tabs, where they have the focus already, take more room, or less again.
        """
        panes = TRAINING_PANES if self.body.is_training else self.PANES
        self._go_to(panes[number - 1])

    def _go_to(self, name: str) -> None:
        full = self.maximized is not None and self._summoned is None
        pane = self.query_one(f"#{name}")
        if pane is self.tabs and pane.has_focus_within and self.maximized is None:
            self.tabs.action_more_room()
            return
        self.restore()
        if not self._placed(pane):
            self._summoned = pane
            pane.add_class("-summoned")
            self.maximized = pane
        elif full:
            self.maximized = pane
        self.call_after_refresh(self._focus, pane)

    def action_search(self) -> None:
        """Search the layers pane; where it has no place, it fills the screen."""
        layers = self.body.layers_pane
        if self.body.is_training:
            self._leave_training("layers", self._start_search)
            return
        if not self._placed(layers):
            self._go_to("layers")
        self.call_after_refresh(self._start_search)

    def _start_search(self) -> None:
        if self._placed(self.body.layers_pane):  # another key may have hidden it meanwhile
            self.body.layers_pane.start_search()

    def _leave_training(self, name: str, then: Callable[[], object] = lambda: None) -> None:
        """Show the stepper's panes again; a pane that has no place among them fills the screen."""
        self.restore()
        self.body.remove_class("-training")
        self.call_after_refresh(self._back_from_training, name, then)

    def _back_from_training(self, name: str, then: Callable[[], object]) -> None:
        pane = self.query_one(f"#{name}")
        if self._placed(pane):
            self._focus(pane)
        else:
            self._go_to(name)
        self.call_after_refresh(then)

    @property
    def words_are_seen(self) -> bool:
        """Whether the explain pane, which speaks of the phase or op at the cursor, is seen."""
        return self._placed(self.query_one(ExplainPane))

    def show_words(self) -> None:
        """Show the explain pane; where it has no place, it fills the screen."""
        self.explained_from = self.focused
        self.tabs.open("explain")
        if self.body.is_training:
            self._leave_training("tabs")
        elif not self._placed(self.tabs):
            self._go_to("tabs")

    def show_beside_tour(self, stop: Stop | None) -> None:
        """Make room for the tour and a stop's panes; ``None``: the tour is closed."""
        panes = stop.panes if stop else ()
        self.body.beside_tour(panes if stop else None)
        self.body.set_class(not {*panes}.isdisjoint(TRAINING_PANES), "-training")
        for name in TABS.intersection(panes):
            self.tabs.open(name)
        if stop and stop.tensor:
            self.choose(stop.tensor, stop.aspect)
            self.tensor.mode = self.gradient.mode = "numbers" if stop.numbers else "heatmap"
        self.focus_pane(*panes, "layers")

    def remember(self) -> Appearance:
        """What is seen now, for ``recall``; the inspector is closed."""
        focused, filling, summoned = self.focused, self.maximized, self._summoned is not None
        explained = self.inspection.leave()
        return Appearance(
            tuple((pane, pane.remember()) for pane in self._panes),
            self.tensor.tensor,
            self.tabs.current,
            focused,
            filling,
            summoned,
            explained,
            self.follows,
            self.body.is_training,
        )

    def recall(self, before: Appearance) -> None:
        """Have everything look as it did."""
        self.follows = before.follows
        self.body.set_class(before.training, "-training")
        self.tabs.open(before.tab)
        self.body.layers_pane.choose(before.tensor)
        for pane, remembered in before.chosen:
            pane.recall(remembered)
        self.restore()
        if before.filling is not None:
            if before.summoned:
                self._summoned = before.filling
                before.filling.add_class("-summoned")
            self.maximized = before.filling
        self._to_focus = ()
        self.call_after_refresh(self._recall_focus, before)

    def _recall_focus(self, before: Appearance) -> None:
        if before.explained:
            self.inspection.open(before.explained)
        elif before.focused is not None and before.focused.is_attached:
            self.set_focus(before.focused)

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
        if self.focused is not None and not self._placed(self.focused):
            shown = TRAINING_PANES if self.body.is_training else self.PANES
            placed = (pane for name in shown if self._placed(pane := self.query_one(f"#{name}")))
            self._focus(next(placed, self.body))
        visible = self.visible_panes()
        if visible != self._visible:
            self._visible = visible
            self.show_again()
            self.post_message(Pane.RequestsChanged())
