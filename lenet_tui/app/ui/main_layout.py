"""The body of the main screen: all panes and their places."""

from __future__ import annotations

from collections.abc import Collection

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.reactive import Initialize, var

from lenet_tui.app.ui.panes.autograd import AutogradPane
from lenet_tui.app.ui.panes.code import CodePane
from lenet_tui.app.ui.panes.glance import GlancePane
from lenet_tui.app.ui.panes.input import ImagePane
from lenet_tui.app.ui.panes.layers import LayersPane
from lenet_tui.app.ui.panes.log import LogPane
from lenet_tui.app.ui.panes.loss import LossPane
from lenet_tui.app.ui.panes.output import OutputPane
from lenet_tui.curves.ui.view import TrainingView
from lenet_tui.explain.ui.explain_pane import ExplainPane
from lenet_tui.explain.ui.inspector import InspectorPane
from lenet_tui.kit.ui.settings import words_of
from lenet_tui.kit.ui.tabs import TabbedPanes
from lenet_tui.protocol.loss_series import Losses
from lenet_tui.protocol.messages import Ready
from lenet_tui.protocol.request import Asks
from lenet_tui.tensors.regions import Highlight
from lenet_tui.tensors.ui.gradient_pane import GradientPane
from lenet_tui.tensors.ui.tensor_pane import TensorPane
from lenet_tui.text.words import Words
from lenet_tui.tour.ui.layout import ALL, CONTAINERS, TWO, placed, stacked
from lenet_tui.tour.ui.pane import TourPane

WHOLE_GLANCE = 24
"""Rows from which the glance has room for its picture."""


class Body(Horizontal):
    """Where the panes are; ``panes.tcss`` decides which are visible at which size."""

    words: var[Words] = var(Initialize(words_of), init=False)
    highlights: var[tuple[Highlight, ...]] = var((), init=False, always_update=True)
    sample: var[int] = var(0, init=False)
    """Which sample of the batch is shown."""
    position: var[int] = var(-1, init=False)
    """Which position of a sequence's outputs is shown; -1: the last."""

    def __init__(self, losses: Losses, engine: Asks) -> None:
        super().__init__(id="body")
        self.inspector = InspectorPane(engine, id="inspector")
        self.layers_pane = LayersPane(id="layers")
        self.tensor, self.gradient = TensorPane(id="tensor"), GradientPane(id="gradient")
        self.code, self.explain = CodePane(id="code"), ExplainPane(id="explain")
        self.log_pane = LogPane(id="log")
        in_tabs = (self.code, self.explain, AutogradPane(id="autograd"), self.log_pane)
        self.tabs = TabbedPanes(in_tabs, id="tabs")
        self.glance = GlancePane(losses, id="glance")
        self.training = TrainingView(losses, engine)
        self._losses = losses
        self._panes: Collection[str] | None = None

    def compose(self) -> ComposeResult:
        yield self.inspector
        with Vertical(id="work"):
            with Horizontal(id="upper"):
                yield self.layers_pane
                with Vertical(id="tensors"):
                    yield self.tensor.data_bind(Body.highlights, Body.sample)
                    yield self.gradient.data_bind(Body.highlights, Body.sample)
                    yield self.glance.data_bind(Body.sample, Body.position)
            yield self.tabs.data_bind(Body.words)
        with Vertical(id="side"):
            yield ImagePane(id="image").data_bind(Body.highlights, Body.sample, Body.position)
            yield OutputPane(id="output").data_bind(Body.sample, Body.position)
            yield LossPane(self._losses, id="loss")
        yield self.training
        yield TourPane(id="tour")

    def beside_tour(self, panes: Collection[str] | None) -> None:
        """Make room for the tour, and show the panes in ``panes``; ``None``: it is closed."""
        self._panes = panes
        self._make_room()

    def on_resize(self) -> None:
        """More or fewer panes have a place beside the tour; the glance may have to be lower."""
        self.set_class(self.app.size.height < WHOLE_GLANCE, "-short")
        if self._panes is not None:
            self._make_room()

    def _make_room(self) -> None:
        size, panes = self.app.size, self._panes
        touring = panes is not None
        seen = placed(panes, size.width, size.height) if panes is not None else ALL
        self.set_class(touring, "-touring")
        self.set_class(touring and size.width < TWO, "-one-column")
        self.set_class(touring and stacked(frozenset(seen), size.width), "-stacked")
        for name in (*ALL, *CONTAINERS):
            widget = self.query_one(f"#{name}")
            widget.set_class(touring and name in seen, "-in")
            widget.set_class(touring and name not in seen, "-out")

    @on(InspectorPane.Highlighted)
    def _highlighted(self, event: InspectorPane.Highlighted) -> None:
        event.stop()
        samples = [first[0] for tensor, first, _ in event.highlights if tensor == "input" and first]
        if samples:
            self.sample = samples[0]
        self.highlights = event.highlights

    @property
    def is_training(self) -> bool:
        """Whether the training view is in the place of the stepper's panes."""
        return self.has_class("-training")

    def know(self, ready: Ready) -> None:
        """Take what the engine reports of its model."""
        self.inspector.know(frozenset(p.name for p in ready.parameters))
        self.layers_pane.know(ready.parameters)
        self.explain.know(ready.parameters)
        self.code.know(ready.source, ready.line, ready.options.model)
