"""The app: reports come in, one frame is shown, commands go out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import SystemCommand
from textual.binding import BindingType
from textual.events import Key
from textual.reactive import var
from textual.screen import Screen

from lenet_tui.app.all_words import words as words_of
from lenet_tui.app.ui.main_screen import MainScreen
from lenet_tui.app.ui.panes.footer import HintLine
from lenet_tui.app.ui.panes.rail import PipelineRail, RailState
from lenet_tui.app.ui.panes.status import Status, StatusLine
from lenet_tui.kit.ui.glyphs import ASCII, UNICODE
from lenet_tui.kit.ui.keys import key_name
from lenet_tui.kit.ui.messages import FrameCame, Reported
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.stepping.ui.commands import BY_ID, COMMANDS, bindings
from lenet_tui.terminal.ui.type_ahead import TypeAheadApp
from lenet_tui.text.words import Words

if TYPE_CHECKING:
    from lenet_tui.app.ui.frame_scheduler import Showing
    from lenet_tui.app.ui.panes.layers import LayersPane
    from lenet_tui.export.ui.dialog import Exporter
    from lenet_tui.protocol.engine_api import Engine, MakeEngine
    from lenet_tui.protocol.frame import Frame, Shape
    from lenet_tui.protocol.loss_series import Losses
    from lenet_tui.protocol.messages import Busy, Command, Look, Ready, Report
    from lenet_tui.protocol.moves import Move
    from lenet_tui.protocol.options import Options
    from lenet_tui.protocol.pending_requests import PendingRequests
    from lenet_tui.protocol.request import A, Reply, Request
    from lenet_tui.protocol.saved_session import SavedSession
    from lenet_tui.sessions.ui.resume import Lost
    from lenet_tui.stepping.ui.autorun import Runner
    from lenet_tui.stepping.ui.move_queue import Control
    from lenet_tui.stepping.ui.moves_player import Player, Recorder
    from lenet_tui.tour.ui.controller import Tour


class LenetApp(TypeAheadApp[None]):
    """The screen of a session. ``failure``: why the engine could not start, after the end.

    ``moves``: lines to be played by a key. ``ascii``: draw with ASCII characters only. ``first``:
    what to open over the main screen. ``lost``: saved sessions, of which one may be taken up.
    """

    TITLE = "lenet-tui"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]
    ALLOW_SELECT = False

    language: var[str] = var("en", init=False)
    busy: var[Busy | None] = var(None, init=False)

    if TYPE_CHECKING:  # given by ``stage.furnish``
        losses: Losses
        requests: PendingRequests
        recorder: Recorder
        exporter: Exporter
        control: Control
        runner: Runner
        showing: Showing
        player: Player
        tour: Tour
        tried: tuple[str, Shape | None]
        saved: SavedSession | None

    def __init__(
        self,
        make_engine: MakeEngine,
        options: Options,
        *,
        lang: str = "en",
        ascii: bool = False,
        moves: Sequence[Move] = (),
        first: Callable[[LenetApp], None] | None = None,
        lost: Sequence[Lost] = (),
    ) -> None:
        super().__init__()
        self.words: Words = words_of(lang, ascii)
        self.set_reactive(LenetApp.language, lang)
        self.ascii = ascii
        self.glyphs = ASCII if ascii else UNICODE
        self.options = options
        self.frame: Frame | None = None
        self.ready: Ready | None = None
        self.failure = ""
        self.gone = ""
        self.ended, self.alive = "", False
        self.follows = True
        self.main = MainScreen(self._paint_first, self._seen)
        self.furnished = False
        self._moves = moves
        self._first = first
        self._lost = tuple(lost)
        self._make_engine = make_engine
        self._engine: Engine | None = None
        self._early: list[Report] = []
        self._early_keys: list[str] = []
        self._asked: Look | None = None
        self._looking = False

    # Life

    def get_default_screen(self) -> Screen[None]:
        return self.main

    def on_mount(self) -> None:
        """Before anything is painted."""
        self.set_class(self.ascii, "-ascii")

    def _paint_first(self) -> None:
        """Paint first; then start the engine, and import what the panes need."""
        self._say_words()
        self.main.call_after_refresh(self._begin)

    async def _begin(self) -> None:
        from lenet_tui.protocol.messages import Start  # noqa: PLC0415 - after the first picture

        self._engine = self._make_engine(self._heard)
        if not self._lost:  # else the engine starts when one has been chosen
            self.send(Start(self.options))
        self.run_worker(self._furnish())

    async def _furnish(self) -> None:
        """Import the rest on a thread, so that keys are heard; then handle what has come."""
        await asyncio.to_thread(import_module, "lenet_tui.app.ui.loading")
        from lenet_tui.app.ui import loading as stage  # noqa: PLC0415 - imported just now

        await stage.furnish(self, self._moves)
        self.furnished = True
        self._say_words()
        for report in self._early:
            stage.handle(self, report)
        if self._first is not None:
            self._first(self)
        if self._lost:
            stage.offer(self, self._lost)
        for name in self._early_keys:
            self.action_command(name)

    def _heard(self, report: Report) -> None:
        """Called by the engine's thread."""
        self.post_message(Reported(report))

    def on_unmount(self) -> None:
        """Take the engine along."""
        if self._engine is not None:
            self._engine.close()

    # Commands

    def action_command(self, name: str) -> None:
        """Do a command of the table; all but the last wait until the panes are there."""
        if self.furnished:
            from lenet_tui.app.ui import loading as stage  # noqa: PLC0415 - not before the first picture

            stage.do_command(self, BY_ID[name])
        elif name == "quit":
            self.exit()
        else:
            self._early_keys.append(name)

    def on_key(self, event: Key) -> None:
        """Any key that does nothing else takes over from what runs by itself."""
        if not self.furnished or self.screen is not self.main:
            return
        if event.key not in self.active_bindings:
            self.player.stop()
            self.runner.stop()

    def action_open_tab(self, name: str) -> None:
        """Show a pane of the deck (its name was clicked)."""
        self.main.deck.open(name)

    def action_command_palette(self) -> None:
        """Textual's own key for the palette: only where nothing else is open."""
        if self.screen is self.main:
            self.action_command("palette")

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette's lines, from the one table."""
        for command in COMMANDS:
            title, more = (
                self.words(f"cmd.{command.id}.title"),
                self.words(f"cmd.{command.id}.help"),
            )
            more = f"{key_name(command.keys[0])}  {more}".rstrip()
            yield SystemCommand(title, more, lambda name=command.id: self.action_command(name))

    def send(self, command: Command) -> None:
        """Tell the engine."""
        if self._engine is not None:
            self._engine.send(command)

    async def ask(self, request: Request[A]) -> Reply[A]:
        """Put a question to the engine and wait for the reply."""
        return await self.requests.ask(request)

    def move(self, move: Move) -> None:
        """Make a move as soon as its turn has come."""
        from lenet_tui.protocol.moves import KillEngine  # noqa: PLC0415 - after the first picture

        if self.gone and not isinstance(move, KillEngine):
            self.tell(self.words("gone.hint"), "error")
        elif not self.control.ask(move):
            self.tell(self.words("waiting.full"), "warning")
        self.show_state()
        self.main.paint_top()

    def stop(self) -> None:
        """Stop what runs and forget what waits."""
        self.player.stop()
        self.control.waiting.clear()
        self.runner.stop()
        self.show_state()

    def restart(self) -> None:
        """End the engine, whatever it does, and carry on from history in a new one."""
        self.stop()
        if self.control.forget():
            self.recorder.lost()
        self.requests.cancel()
        self.tour.lost()
        self.busy, self.gone, self.alive = None, "", False
        self.hush()
        self.main.log_pane.add("note", self.words("log.restart"))
        if self._engine is not None:
            self._engine.restart()
        self.show_state()

    def change_session(self, options: Options, use: Callable[[Engine], None]) -> None:
        """Go over to another session, which ``use`` has the engine start or take up."""
        self.options, self._asked = options, None
        if self._engine is not None:
            use(self._engine)
        self._look()

    @on(Reported)
    def _reported(self, message: Reported) -> None:
        if not self.is_running:  # on the way out: there are no panes any longer
            return
        if self.furnished:
            from lenet_tui.app.ui import loading as stage  # noqa: PLC0415 - not before the first picture

            stage.handle(self, message.report)
        else:
            self._early.append(message.report)

    # Showing

    @on(FrameCame)
    def _frame_came(self, message: FrameCame) -> None:
        if self.is_running:
            self.showing.take(message.frame, message.answer)

    def watch_busy(self) -> None:
        """The rail says how long an op has run."""
        self.show_rail()

    def watch_language(self, language: str) -> None:
        """Say everything anew."""
        self.words = words_of(language, self.ascii)
        self._say_words()

    @property
    def present_options(self) -> Options:
        """The options in force at the cursor."""
        return self.frame.options if self.frame else self.options

    def on_layers_pane_chosen(self, message: LayersPane.Chosen) -> None:
        """Another tensor is to be seen; one that was chosen by hand stays."""
        shown = self.main.tensor.tensor
        self.follows = self.follows and shown in ("", message.tensor)
        self.main.choose(message.tensor)

    @on(Pane.LookChanged)
    def _look_changed(self) -> None:
        self.look()

    def look(self) -> None:
        """Ask the engine for what is looked at now, once the layout has settled."""
        if not self._looking:
            self._looking = True
            self.main.call_after_refresh(self._look)

    def _look(self) -> None:
        from lenet_tui.protocol.messages import Look  # noqa: PLC0415 - as above

        self._looking = False
        look = Look(self.main.requests(), self.main.wants_graph)
        if look != self._asked and self._engine is not None:
            self._asked = look
            self.send(look)

    def _seen(self) -> None:
        """Other panes have become visible."""
        if self.frame is not None:
            self.main.show(self.frame)
        if self.furnished:
            self.look()

    def _say_words(self) -> None:
        self.main.say(self.words, bool(self._moves))
        if self.furnished:
            self.show_moves()
        self.show_state()
        self._seen()

    def show_moves(self) -> None:
        """The hint line: the next line of the file of moves."""
        self.main.query_one(HintLine).show(self.player.moves, self.player.done, self.words)

    def show_state(self) -> None:
        """Rail and status line; what they show may have changed."""
        run = ""
        if self.furnished:
            from lenet_tui.app.ui import loading as stage  # noqa: PLC0415 - not before the first picture

            run = stage.run_words(self)
            self.tour.show()
        self.show_rail()
        status = Status(self.options, self.ready, self.frame, run)
        self.main.query_one(StatusLine).show(status, self.words, self.glyphs)

    def show_rail(self) -> None:
        """The rail alone."""
        waiting, runs = 0, ""
        if self.furnished:
            from lenet_tui.app.ui import loading as stage  # noqa: PLC0415 - not before the first picture

            waiting, runs = len(self.control.waiting), stage.phase_under_way(self)
        starting = self.ready is not None and not self.alive and not self.gone
        rail = RailState(self.frame, self.busy, self.gone, waiting, starting, runs)
        self.main.query_one(PipelineRail).show(rail, self.words, self.glyphs)
