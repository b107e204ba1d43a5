"""The body of the main screen: all panes and their places."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from lenet_tui.app.ui.panes.autograd import AutogradPane
from lenet_tui.app.ui.panes.code import CodePane
from lenet_tui.app.ui.panes.input import ImagePane
from lenet_tui.app.ui.panes.layers import LayersPane
from lenet_tui.app.ui.panes.log import LogPane
from lenet_tui.app.ui.panes.loss import LossPane
from lenet_tui.app.ui.panes.output import OutputPane
from lenet_tui.explain.ui.controller import Guide
from lenet_tui.explain.ui.explain_pane import ExplainPane
from lenet_tui.explain.ui.inspector import InspectorPane
from lenet_tui.kit.ui.glyphs import Glyphs
from lenet_tui.kit.ui.tabs import Deck
from lenet_tui.protocol.loss_series import Losses
from lenet_tui.protocol.messages import Ready
from lenet_tui.protocol.request import Asks
from lenet_tui.tensors.ui.gradient import GradientPane
from lenet_tui.tensors.ui.tensor_pane import TensorPane
from lenet_tui.text.words import Words
from lenet_tui.tour.ui.layout import ALL, CONTAINERS, TWO, placed, stacked
from lenet_tui.tour.ui.pane import TourPane

if TYPE_CHECKING:
    from lenet_tui.app.ui.app import LenetApp
    from lenet_tui.app.ui.main_screen import MainScreen


class Body(Horizontal):
    """Where the panes are; ``panes.tcss`` says which have a place at which size."""

    def __init__(self, losses: Losses, engine: Asks) -> None:
        self._losses = losses
        self._engine = engine
        self._look: Collection[str] | None = None
        super().__init__(id="body")

    def compose(self) -> ComposeResult:
        yield InspectorPane(self._engine, id="inspector")
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
        yield TourPane(id="tour")

    def beside_tour(self, look: Collection[str] | None) -> None:
        """Make room for the tour, and show the panes in ``look``; ``None``: it is closed."""
        self._look = look
        self._make_room()

    def on_resize(self) -> None:
        """More or fewer panes have a place beside the tour."""
        if self._look is not None:
            self._make_room()

    def _make_room(self) -> None:
        size, look = self.app.size, self._look
        touring = look is not None
        seen = placed(look, size.width, size.height) if look is not None else ALL
        self.set_class(touring, "-touring")
        self.set_class(touring and size.width < TWO, "-one-column")
        self.set_class(touring and stacked(frozenset(seen), size.width), "-stacked")
        for name in (*ALL, *CONTAINERS):
            widget = self.query_one(f"#{name}")
            widget.set_class(touring and name in seen, "-in")
            widget.set_class(touring and name not in seen, "-out")

    def on_mount(self) -> None:
        """The other panes follow the inspector."""
        self.guide = Guide(cast("MainScreen", self.screen))

    @property
    def inspector(self) -> InspectorPane:
        return self.query_one(InspectorPane)

    @on(TensorPane.CellChosen)
    def _cell_chosen(self, event: TensorPane.CellChosen) -> None:
        event.stop()
        cast("LenetApp", self.app).action_command("explain")

    @on(InspectorPane.Visited)
    def _visited(self, event: InspectorPane.Visited) -> None:
        event.stop()
        if event.cell is None:
            self.guide.close()
        elif self.guide.is_open:
            self.guide.visited(event.cell)

    @on(InspectorPane.Lit)
    def _lit(self, event: InspectorPane.Lit) -> None:
        event.stop()
        self.guide.light(event.found if self.guide.is_open else None, event.operand)

    def know(self, ready: Ready, glyphs: Glyphs) -> None:
        """The engine has made its model."""
        self.inspector.know(frozenset(p.name for p in ready.parameters), glyphs)
        self.query_one(LayersPane).know(ready.parameters, glyphs)
        self.query_one(ExplainPane).know(ready.parameters)
        self.query_one(CodePane).know(ready.source, ready.options.model, glyphs)
        self.query_one(AutogradPane).know(glyphs)
        self.query_one(LossPane).glyphs = glyphs

    def say(self, words: Words) -> None:
        """Another language: everything that is not shown by a frame."""
        self.query_one(Deck).say(words)
