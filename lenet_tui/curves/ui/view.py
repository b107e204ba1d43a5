"""The training view: charts over one axis of iterations, and facts, in the place of the stepper."""

from __future__ import annotations

import time
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.reactive import var
from textual.worker import Worker

from lenet_tui.curves.chart import column_of, iteration_at
from lenet_tui.curves.collected import CHARTS, LOSS, Collected
from lenet_tui.curves.runs import Followed
from lenet_tui.curves.series import Window
from lenet_tui.curves.ui.chart_pane import ChartPane
from lenet_tui.curves.ui.confusion_pane import ConfusionPane
from lenet_tui.curves.ui.facts_pane import FactsPane
from lenet_tui.curves.ui.following import Following
from lenet_tui.curves.ui.worst_pane import MOST, WorstPane
from lenet_tui.evaluation.request import Judge, Judged
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.loss_series import Losses
from lenet_tui.protocol.request import Asks

LEAST = 8
"""Iterations that a chart shows at least."""


class TrainingView(Horizontal):
    """Its panes get frames like all others. ``window`` and ``at`` are those of every chart."""

    @dataclass
    class Chosen(Message):
        """The session is to go to this iteration."""

        iteration: int

    window: var[Window] = var(Window(1, LEAST), init=False)
    at: var[int] = var(0, init=False)

    judged: var[Judged | None] = var(None, init=False)

    def __init__(self, losses: Losses, engine: Asks) -> None:
        super().__init__(id="training")
        self._engine = engine
        self._asked = -1
        """After which iteration the samples were last judged, or are to be."""
        self.collected = Collected(losses)
        self._following = Following(self.collected, engine)
        self._follower: Worker[None] | None = None
        self._zoomed: Window | None = None
        self._picked: int | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="charts"):
            for kind in CHARTS:
                pane = ChartPane(kind, self.collected, id=f"chart-{kind}")
                yield pane.data_bind(TrainingView.window, TrainingView.at)
        with Vertical(id="training-side"):
            yield FactsPane(self.collected, id="facts")
            yield ConfusionPane(id="confusion").data_bind(TrainingView.judged)
            yield WorstPane(id="worst").data_bind(TrainingView.judged)

    def take(self, frame: Frame) -> None:
        """Gather what a frame says, before the charts show it."""
        self.collected.take(frame)
        if self._picked is not None and self._picked > self.collected.last:
            self._picked = None
        self.collected.taking = True
        self._aim(frame)
        self.collected.taking = False
        self._take_turns(frame.running)
        judged = self.judged
        if judged is not None and judged.iteration > _finished(frame):
            self.judged, self._asked = None, -1  # what comes may be another future
        if self._following.take(frame):
            self._ask_length()

    def _take_turns(self, running: bool) -> None:
        """Have a run's frame draw the chart that has waited longest: all would slow the run."""
        turn = False
        for chart in sorted(self.query(ChartPane), key=lambda chart: chart.drawn_at):
            chart.may_draw = not running or (not turn and chart.waits(running))
            turn = turn or chart.may_draw

    def passes(self, iteration: int) -> None:
        """A script runs on, and the loss of this iteration has just become known."""
        self.collected.last = max(self.collected.last, iteration)
        if self._zoomed is None:
            self.window = Window(1, max(self.collected.extent, LEAST))
        self.query_one(f"#chart-{LOSS}", ChartPane).draw()

    def forget(self) -> None:
        """Another session comes."""
        self.collected.forget()
        self._zoomed = self._picked = None
        self.judged, self._asked = None, -1

    def put_beside(self, run: Followed | None) -> None:
        """Show another run beside this one, and follow it; ``None``: none any longer."""
        self._following.put(run)
        self._zoomed = None
        self._draw_others()
        if self._following.wants_length:
            self._ask_length()
        if run is not None and (self._follower is None or self._follower.is_finished):
            self._follower = self.run_worker(self._follow(), group="follow")

    def _draw_others(self) -> None:
        if self._zoomed is None:
            self.window = Window(1, max(self.collected.extent, LEAST))
        self.collected.changes += 1
        for chart in self.query(ChartPane):
            chart.draw()

    def _ask_length(self) -> None:
        async def ask() -> None:
            await self._following.ask()
            self._draw_others()

        self.run_worker(ask(), group="epoch-length", exclusive=True)

    async def _follow(self) -> None:
        """Add what other runs have written, as long as there are any and somebody looks."""
        began = time.monotonic()
        while self._following.any:
            await self._following.pause(began)
            began = time.monotonic()
            if self.display and await self._following.look():
                self._draw_others()

    def judge_again(self, frame: Frame) -> None:
        """Have each sample judged, if the model has just been evaluated and nothing runs."""
        found = frame.evaluation
        if found is None or frame.running or found.iteration == self._asked:
            return
        if found.iteration == _finished(frame) and found.accuracy is not None:
            self._asked = found.iteration
            self.run_worker(self._judge(), exclusive=True)

    async def _judge(self) -> None:
        asked = self._asked
        reply = await self._engine.ask(Judge(MOST))
        if reply.answer is None or reply.answer.iteration == asked:
            self.judged = reply.answer

    def _aim(self, frame: Frame) -> None:
        last = max(self.collected.extent, LEAST)
        self.window = self._zoomed or Window(1, last)
        self.at = frame.position.iteration if self._picked is None else self._picked

    @on(ChartPane.Go)
    def _go(self, event: ChartPane.Go) -> None:
        """Go on by columns; beyond the edge of what is seen, that moves along."""
        last, window = self.collected.last, self.window
        at = min(max(self.at, 1), last)
        column = column_of(at, window, event.cols)
        step = max(1, window.length // event.cols)
        aimed = at + event.by * step
        if column is not None and window.length >= event.cols:
            aimed = iteration_at(column + event.by, window, event.cols)
        self._pick(max(1, min(aimed, last)))

    @on(ChartPane.End)
    def _end(self, event: ChartPane.End) -> None:
        self._pick(1 if event.side < 0 else self.collected.last)

    @on(ChartPane.Zoom)
    def _zoom(self, event: ChartPane.Zoom) -> None:
        last = max(self.collected.extent, LEAST)
        length = self.window.length // 2 if event.by > 0 else self.window.length * 2
        length = max(LEAST, length)
        if length >= last:
            self._zoomed, self.window = None, Window(1, last)
            return
        first = max(1, min(self.at - length // 2, last - length + 1))
        self._zoomed = self.window = Window(first, first + length - 1)

    def _pick(self, iteration: int) -> None:
        if self.collected.last < 1:
            return
        self._picked = self.at = iteration
        window = self._zoomed
        if window is not None and not window.first <= iteration <= window.last:
            first = iteration if iteration < window.first else iteration - window.length + 1
            self._zoomed = self.window = Window(first, first + window.length - 1)
        self.query_one(FactsPane).draw()

    @on(ChartPane.Enter)
    def _enter(self) -> None:
        if self.collected.last:
            self.post_message(self.Chosen(self.at))
            self._picked = None


def _finished(frame: Frame) -> int:
    """The last iteration that has finished at a frame."""
    return frame.position.iteration - (not frame.boundary)
