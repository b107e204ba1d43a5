"""The tour: from stop to stop, each with the session in the stop's own state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lenet_tui.kit.ui.keys import key_name
from lenet_tui.kit.ui.pick import Choice, PickScreen
from lenet_tui.protocol.messages import Moved, Painting, Start
from lenet_tui.protocol.moves import parse_move
from lenet_tui.protocol.options import Options, resolve
from lenet_tui.stepping.ui.commands import BY_ID
from lenet_tui.stepping.ui.moves_player import Recorder
from lenet_tui.tour.request import Print
from lenet_tui.tour.ui.lab_screen import TourLabScreen
from lenet_tui.tour.ui.layout import TABS
from lenet_tui.tour.ui.pane import TourPane, TourState
from lenet_tui.tour.words_stops import PRESET, STOPS, Stop

if TYPE_CHECKING:
    from lenet_tui.app.ui.app import LenetApp
    from lenet_tui.protocol.engine_api import Engine
    from lenet_tui.protocol.frame import Frame
    from lenet_tui.protocol.loss_series import Losses
    from lenet_tui.protocol.position import Position

State = tuple["Position", Options, str]
"""What makes two states of a session the same: position, options, digest."""


@dataclass(frozen=True, slots=True)
class Own:
    """The person's own session while the tour has the engine."""

    options: Options
    recorder: Recorder
    losses: Losses


class Tour:
    """``number``: of the stop, from 0.

    Every stop is reached by starting a session of the tour's own anew and making the stop's moves:
    whatever was done before, its state is the same to the bit. A session that was there first is
    set aside and taken up again when the tour is left.
    """

    def __init__(self, app: LenetApp) -> None:
        self._app = app
        self.on = False
        self.number = 0
        self._options = Options()
        self._alone = self._fresh = False
        self._own: Own | None = None
        self._waits: Callable[[], None] | None = None
        self._starting = 0
        self._ahead = 0
        self._going = False
        self._home: State | None = None
        self._digests: dict[int, str] = {}
        self._printed = ""

    # What the person asks for

    def open(self, number: int | None = None, *, fresh: bool = False) -> None:
        """Open it at a stop, or where it was left. ``fresh``: the app was started for it."""
        if not self.on:
            self.on, self._digests = True, {}
            self._alone = self._fresh = fresh
            given = self._app.present_options
            self._options = given if fresh else _options(given)
        self.go(self.number if number is None else number)

    def next(self) -> None:
        """The text's next page, or the next stop; opens the tour where it is not."""
        if not self.on:
            self.open()
        elif not self._pane.turn():
            if self.number + 1 < len(STOPS):
                self.go(self.number + 1)
            else:
                self._app.tell(self._app.words("touring.end"))

    def back(self) -> None:
        """The page before, or the stop before."""
        if not self.on:
            self.open()
        elif not self._pane.turn_back():
            if self.number:
                self.go(self.number - 1)
            else:
                self._app.tell(self._app.words("touring.first"))

    def here(self) -> None:
        """The stop's own state again."""
        if self.on:
            self.go(self.number)
        else:
            self.open()

    def stops(self) -> None:
        """Choose a stop from a list."""
        words, here = self._app.words, self.number if self.on else -1
        choices = [
            Choice(str(n), f"{n + 1:>2}  {words(f'tour.{stop.key}.title')}", here=n == here)
            for n, stop in enumerate(STOPS)
        ]

        def go(chosen: str | None) -> None:
            if chosen is not None:
                self.open(int(chosen))

        self._app.push_screen(PickScreen("tour", choices), go)

    def go(self, number: int) -> None:
        """To a stop: its words and panes now, its state as soon as no move is under way."""
        app = self._app
        self.number = number
        app.stop()
        app.main.restore()
        if isinstance(app.screen, TourLabScreen):
            app.screen.dismiss(None)
        self._show_stop(STOPS[number])
        self._going, self._home, self._printed = True, None, ""
        self._when_idle(self._travel)
        self.show()

    def leave(self) -> None:
        """Close it; the person's own session comes back."""
        if not self.on:
            return
        app = self._app
        self.on = self._going = False
        app.stop()
        app.main.body.beside_tour(None)
        app.main.focus_pane("layers")
        if self._own is None:
            key = key_name(BY_ID["tour-next"].keys[0])
            app.tell(app.words("touring.left", key=key))
            self._waits = None
        else:
            self._when_idle(self._take_up)

    # What the app tells

    @property
    def starting(self) -> bool:
        """Whether frames still come from a session that is no longer wanted."""
        return self._starting > 0

    def started(self) -> None:
        """The engine has begun a session."""
        self._starting = max(0, self._starting - 1)

    def lost(self) -> None:
        """The engine is gone, and with it what was under way."""
        self._starting, self._going = 0, False
        waits, self._waits = self._waits, None
        if waits == self._take_up:
            waits()
        self.show()

    def shows(self, report: Moved | Painting) -> bool:
        """Take in a frame; whether it is to be shown: on the way to a stop none is."""
        flight = self._app.control.flight
        if flight is None and self._waits is not None:
            waits, self._waits = self._waits, None
            waits()
            return False
        if not self._going or self._waits is not None:
            self._ask(report.frame)
            return True
        self._ahead -= isinstance(report, Moved)
        if self._ahead > 0 and flight is not None:
            return False
        self._going = False
        if self._ahead <= 0:
            self._arrived(report.frame)
        self._ask(report.frame)
        return True

    def show(self) -> None:
        """Say where the tour is, wherever that is seen."""
        if self.on:
            state = TourState(self.number, self._standing, self._app.language, self._printed)
            for screen in self._app.screen_stack:
                for pane in screen.query(TourPane):
                    pane.tell(state)

    # How it is done

    @property
    def _pane(self) -> TourPane:
        """The pane that is read now: the lab's, or the main screen's."""
        screen = self._app.screen
        return (screen if isinstance(screen, TourLabScreen) else self._app.main).query_one(TourPane)

    @property
    def _standing(self) -> str:
        frame = self._app.frame
        if self._going:
            return "going"
        if STOPS[self.number].lab and not isinstance(self._app.screen, TourLabScreen):
            return "lab"
        return "here" if frame is not None and _state(frame) == self._home else "away"

    def _ask(self, frame: Frame) -> None:
        """Have the engine print what the stop's code prints, as things are now."""
        prints = STOPS[self.number].prints
        if self.on and prints and not frame.running:
            self._app.run_worker(self._print(prints))

    async def _print(self, names: tuple[str, ...]) -> None:
        number = self.number
        reply = await self._app.ask(Print(names))
        if number == self.number and not self._going:
            self._printed = "\n".join(text for text in reply.answer or () if text)
            self.show()

    def _show_stop(self, stop: Stop) -> None:
        main = self._app.main
        main.body.beside_tour(stop.look)
        for name in TABS.intersection(stop.look):
            main.deck.open(name)
        if stop.tensor:
            main.choose(stop.tensor, stop.aspect)
            main.tensor.mode = main.gradient.mode = "numbers" if stop.numbers else "heatmap"
        main.focus_pane(*stop.look, "layers")
        if stop.lab:
            lab = TourLabScreen(self._app, stop.lab, stop.lab_input)
            self._app.push_screen(lab, lambda _: self.show())

    def _when_idle(self, do: Callable[[], None]) -> None:
        """Do it now, or when the move under way is over: only then are sessions changed."""
        if self._app.control.flight is None:
            self._waits = None
            do()
        else:
            self._waits = do

    def _travel(self) -> None:
        """Start anew, and make the stop's moves."""
        app = self._app
        self._starting = int(app.ready is None)
        if self._fresh and app.frame is None:
            self._fresh = False
        else:
            if app.gone:
                app.restart()
                self._starting += 1
            self._begin()
        lines = STOPS[self.number].moves
        self._going, self._ahead = True, len(lines)
        for line in lines:
            app.move(parse_move(line))

    def _begin(self) -> None:
        """A new session of the tour in the engine."""
        app, options = self._app, self._options
        aside = self._own is None and not self._alone

        def start(engine: Engine) -> None:
            if aside:
                engine.set_aside()
            engine.send(Start(options))

        if aside:
            self._own = Own(app.options, app.recorder, app.losses.taken())
        app.recorder = Recorder()
        self._starting += 1
        app.change_session(options, start)

    def _take_up(self) -> None:
        """The person's own session again."""
        app, own = self._app, self._own
        if own is None:
            return
        self._own = None
        self._starting = 1
        app.recorder = own.recorder
        app.losses.put(own.losses)
        app.change_session(own.options, lambda engine: engine.take_up())
        app.tell(app.words("touring.own"))

    def _arrived(self, frame: Frame) -> None:
        """At the stop's state: the same as the last time."""
        self._home = _state(frame)
        known = self._digests.setdefault(self.number, frame.digest)
        if frame.digest != known:
            what = f"{frame.digest[:8]}, not {known[:8]}"
            self._app.tell(self._app.words("log.drift", what=what), "error")


def _options(given: Options) -> Options:
    """The tour's options, on the device, seed and memory that are given."""
    kept = {"device": given.device, "seed": given.seed, "threads": given.threads}
    return replace(resolve(PRESET, **kept), history_mb=given.history_mb)


def _state(frame: Frame) -> State:
    return frame.position, frame.options, frame.digest
