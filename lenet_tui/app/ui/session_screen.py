"""The screen in conversation with the engine: moves and subscriptions go out, reports come in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from textual import on
from textual.message import Message

from lenet_tui.app.engine_state import Activity, Busy, Dead, EngineState, Restarting
from lenet_tui.app.ui.frame_scheduler import FrameScheduler
from lenet_tui.app.ui.pane_screen import PaneScreen
from lenet_tui.app.ui.panes.footer import HintLine
from lenet_tui.app.ui.panes.layers import LayersPane
from lenet_tui.app.ui.panes.rail import gone_words
from lenet_tui.evaluation.request import ListEvaluations
from lenet_tui.export.ui.dialog import Exporter
from lenet_tui.history.request import ListRates
from lenet_tui.kit.ui.dialog import Dialog
from lenet_tui.kit.ui.messages import FrameCame, SomethingToShow
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.protocol.engine_api import Engine
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.loss_series import Losses
from lenet_tui.protocol.messages import FrameAcknowledged, Passing, Subscription
from lenet_tui.protocol.moves import AddWatch, Continue, Forward, KillEngine, Move, ToOp
from lenet_tui.protocol.options import AUTO, Options
from lenet_tui.protocol.phases import SCHEDULE
from lenet_tui.protocol.position import SEARCHING
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.stepping.ui.autorun import AutoRun
from lenet_tui.stepping.ui.move_queue import MoveQueue
from lenet_tui.stepping.ui.moves_player import MovesPlayer, MovesRecorder
from lenet_tui.terminal.onlookers import Onlookers
from lenet_tui.text.notice import Notice
from lenet_tui.tour.ui.controller import Tour

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel


T = TypeVar("T")
RATES = 512
"""Learning rates that are asked for, of those that no frame has brought: more than columns."""


class SessionScreen(PaneScreen):
    """Sends moves and subscriptions; ``kit.ui.port.Port`` declares what features use of it.

    ``saved``: the session that is being resumed. ``shows_something``: a frame has been shown, or
    none will come. ``looks``: another screen makes the moves. ``passing``: how far a script is.
    """

    @dataclass
    class SpeedChosen(Message):
        """The person wants runs at the speed of that ``name``."""

        name: str

    def __init__(self, engine: Engine, options: Options, moves: Sequence[Move]) -> None:
        super().__init__(engine, options, moves)
        self.recorder = MovesRecorder()
        self.exporter = Exporter(self)
        self.queue = MoveQueue(engine.send)
        self.runner = AutoRun(self, self.queue, self.show_activity)
        self.player = MovesPlayer(self, self.queue, moves, self.show_moves)
        self.tour = Tour(self)
        self.scheduler = FrameScheduler(
            self,
            panes_for=self.panes_for,
            shown=self._all_shown,
            acknowledge=lambda: self.send(FrameAcknowledged()),
            running=lambda: self.queue.running,
            flow=lambda: self.flow,
            seen=Onlookers().seen,
        )
        self.saved: SavedSession | None = None
        self.looks = False
        self.passing: Passing | None = None
        self._session = self._shown_session = 0
        self._next_losses: Losses | None = None
        self.shows_something = False
        self._subscription: Subscription | None = None
        self._subscribing = False

    def on_mount(self) -> None:
        """From now on frames are shown."""
        self.run_worker(self.scheduler.run())
        self.show_moves()

    # What is asked of the engine

    def move(self, move: Move) -> None:
        """Make a move as soon as its turn has come."""
        if self.is_dead and not isinstance(move, KillEngine):
            self.say_gone()
        elif not self.queue.ask(move):
            self.notify(self.words("waiting.full"), severity="warning")
        self.show_activity()
        self.paint_top()

    def stop(self) -> None:
        """Stop what runs and forget what waits."""
        self.player.stop()
        self.queue.waiting.clear()
        self.runner.stop()
        self.show_activity()

    @property
    def is_dead(self) -> bool:
        """Whether the engine has ended and is not being replaced."""
        return isinstance(self.state, Dead)

    def say_gone(self) -> None:
        """Say that there is no engine to do what was asked for."""
        state = self.state
        said = self.words("gone.hint")
        if isinstance(state, Dead) and state.final:
            said = gone_words(state, self.words)
        self.notify(said, severity="error")

    @property
    def present_options(self) -> Options:
        """The options in force at the cursor."""
        return self.frame.options if self.frame else self.options

    @property
    def first_options(self) -> Options:
        """The options that the session began with; ``auto`` is the device that it chose."""
        if self.options.device != AUTO or self.ready is None:
            return self.options
        return replace(self.options, device=self.ready.device.name)

    def restart(self, why: Notice | None = None) -> None:
        """End the engine, whatever it does, and carry on from history in a new one.

        ``why``: how it has ended by itself.
        """
        if refusal := self.engine.refusal("restart"):
            self.notify(self.words.say(refusal), severity="warning")
            return
        self.stop()
        self.forget_pending()
        self.state = Restarting(why)
        self.app.clear_notifications()
        self.log_pane.add("note", self.words("log.restart"))
        self.engine.restart()
        self.show_activity()

    def change_session(
        self, options: Options, use: Callable[[Engine], None], losses: Losses | None = None
    ) -> None:
        """Go over to another session, which ``use`` has the engine start or resume.

        ``losses``: those that are known of it. What is seen stays of the session before until the
        first frame of this one.
        """
        self.options, self._subscription = options, None
        self.outcome = None
        self._session += 1
        self._next_losses = losses or Losses()
        use(self.engine)
        self._send_subscription()

    def _all_shown(self) -> None:
        """All panes show the newest frame."""
        self._say_shown()
        self.subscribe()

    def _say_shown(self) -> None:
        if not self.shows_something:
            self.shows_something = True
            self.post_message(SomethingToShow())

    @on(Pane.RequestsChanged)
    def subscribe(self) -> None:
        """Ask the engine for what the visible panes show, once the layout has settled."""
        if not self._subscribing:
            self._subscribing = True
            self.call_after_refresh(self._send_subscription)

    def _send_subscription(self) -> None:
        self._subscribing = False
        panes = self.visible_panes()
        requests = tuple(request for pane in panes for request in pane.requests())
        graph = any(pane.wants_graph for pane in panes)
        curves = self.body.is_training
        tape = graph or bool(requests) or not curves
        subscription = Subscription(requests, graph, norms=curves, tape=tape)
        if subscription != self._subscription:
            self._subscription = subscription
            self.send(subscription)

    # What is shown of it

    def open(self, dialog: Dialog[T], use: Callable[[T], object]) -> None:
        """Open a dialog; ``use`` is called with what it gives back, if it gives anything."""

        def take(answer: T | None) -> None:
            if answer is not None:
                use(answer)

        self.app.push_screen(dialog, take)

    @on(FrameCame)
    def _frame_came(self, message: FrameCame) -> None:
        """Show where the session is, which is painted before the first pane.

        The first frame of another session is shown everywhere at once.
        """
        if message.session == self._shown_session:
            self.frame = message.frame
            self.show_activity()
        else:
            self._shown_session = message.session
            with self.app.batch_update():
                self._show_other_session(message.frame)
        self.scheduler.take(message.frame, message.answer)

    def _show_other_session(self, frame: Frame) -> None:
        losses, self._next_losses = self._next_losses, None
        if losses is not None:
            self.losses.put(losses)
        for pane in self.query(Pane):
            pane.forget()
        self.body.training.forget()
        self.tour.session_shown()
        self.frame = frame
        self.show_activity()
        self.show_again()

    def know_evaluations(self) -> None:
        """Have the curves, if they are seen, show every evaluation of the session."""
        if self.body.is_training and not self.is_dead:
            self.run_worker(self._know_evaluations())

    async def _know_evaluations(self) -> None:
        reply = await self.ask(ListEvaluations())
        rates = await self.ask(ListRates(RATES))
        collected = self.body.training.collected
        collected.know(reply.answer or ())
        collected.know_rates(rates.answer or ())
        self.show_again()

    @property
    def session_losses(self) -> Losses:
        """The losses of the session that the engine has."""
        return self.losses if self._next_losses is None else self._next_losses

    def watch_words(self) -> None:
        """Show everything in another language; what is bound to the words does so by itself."""
        self.show_moves()
        self.show_activity()
        self.show_again()

    def show_moves(self) -> None:
        """The hint line: the next line of the file of moves."""
        self.query_one(HintLine).show(self.player.moves, self.player.done, self.words)

    def show_activity(self) -> None:
        """Rail and status line; what they show of moves and runs may have changed."""
        self.activity = Activity(
            self._run_words(),
            self._phase_under_way(),
            len(self.queue.waiting),
            self.runner.on,
            self.looks,
            passing=self.passing,
        )
        self.tour.show()

    def _phase_under_way(self) -> str:
        """The phase that torch is in at this moment, as far as it is known; else empty."""
        state, pending, frame = self.state, self.queue.pending, self.frame
        if isinstance(state, Busy):
            return "" if state.op.what == SEARCHING else state.op.position.phase
        if pending is None or frame is None or not isinstance(pending.move, Forward):
            return ""
        return frame.next_phase if frame.position.op is None else frame.position.phase

    def _run_words(self) -> str:
        """What runs by itself now, in words; empty if nothing does."""
        words, pending = self.words, self.queue.pending
        if self.runner.on:
            flat = self.runner.speed.flat_out
            return words("run.flat") if flat else words("run.at", speed=self.speed_words)
        if pending is not None and pending.pausable:
            if pending.paused or pending.move is None:
                return words("run.pausing")
            if isinstance(pending.move, Continue):
                return words("run.until" if self.has_watchpoint else "run.until.none")
            return words("run.to", move=pending.move.brief)
        return words("run.playing") if self.player.on else ""

    @property
    def speed_words(self) -> str:
        """The speed of a run, in words."""
        speed = self.runner.speed
        kind = "flat" if speed.flat_out else speed.unit
        one = ".one" if speed.rate == "1" and not speed.flat_out else ""
        return self.words(f"speed.{kind}{one}", rate=speed.rate)

    @property
    def has_watchpoint(self) -> bool:
        """Whether a watchpoint is set, or will be when the moves that wait are made."""
        added = any(isinstance(move, AddWatch) for move in self.queue.moves)
        return added or bool(self.frame and self.frame.watches)

    @on(LayersPane.Chosen)
    def _chosen(self, message: LayersPane.Chosen) -> None:
        """Another tensor is to be seen; one that was chosen by hand stays."""
        self.follows = self.follows and self.tensor.tensor in ("", message.tensor)
        self.choose(message.tensor)

    @on(LayersPane.OpWanted)
    def _op_wanted(self, message: LayersPane.OpWanted) -> None:
        self.move(ToOp(message.name))

    def follow(self, frame: Frame) -> None:
        """Show the output of the op that the cursor passed last."""
        settings = frame.entry is not None and frame.entry.phase == SCHEDULE.name
        if frame.entry is not None and frame.entry.name and not settings:
            self.choose(frame.entry.name)

    def watch_state(self, before: EngineState, state: EngineState) -> None:
        """The phase that torch is in is known from an op that takes long."""
        if isinstance(before, Busy) or isinstance(state, Busy):
            self.show_activity()
        if isinstance(state, Dead):
            self._say_shown()

    def announce(self, kind: str, text: str, severity: SeverityLevel = "information") -> None:
        """Add a line to the log pane, and show it for a few seconds."""
        self.log_pane.add(kind, text)
        self.notify(text, severity=severity)

    def say_unwatched(self, *, back: bool) -> None:
        """No watchpoint is set, so that a run to the next one, or ``back``, will find none."""
        script = ".script" if self.engine.refusal("reverse-continue") else ""
        key = "watch.unwatched.back" if back else f"watch.unwatched{script}"
        self.announce("note", self.words(key))

    def forget_pending(self) -> None:
        """Nothing is under way in an engine that is gone."""
        if self.queue.forget():
            self.recorder.lost()
        self.pending_requests.cancel()
        self.tour.lost()
