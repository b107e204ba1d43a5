"""The tour: from stop to stop, each with the session in the stop's own state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lenet_tui.kit.ui.key_names import key_name
from lenet_tui.kit.ui.pick import Choice, PickScreen
from lenet_tui.protocol.engine_api import Engine
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.messages import FrameUpdate, Moved, Start
from lenet_tui.protocol.moves import parse_move
from lenet_tui.protocol.options import Options, resolve
from lenet_tui.protocol.position import Position
from lenet_tui.stepping.ui.commands import BY_ID
from lenet_tui.stepping.ui.moves_player import MovesRecorder
from lenet_tui.text.words import Words
from lenet_tui.tour.request import Print
from lenet_tui.tour.stop import Stop
from lenet_tui.tour.stops import PRESET, STOPS
from lenet_tui.tour.ui.host import Host, Own
from lenet_tui.tour.ui.lab_screen import TourLabScreen
from lenet_tui.tour.ui.pane import TourPane, TourState

State = tuple[Position, Options, str]
"""What makes two states of a session the same: position, options, digest."""


class Tour:
    """``number``: of the stop, from 0.

    Every stop is reached by starting a session of the tour's own anew and making the stop's moves:
    whatever was done before, its state is the same to the bit. A session that was there first is
    set aside and taken up again when the tour is left, and everything then looks as it did. Until
    its first frame is there the tour stays on the screen.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self.on = False
        self.number = 0
        self._options = Options()
        self._alone = self._fresh = False
        self._own: Own | None = None
        self._before: Any = None
        self._returning = False
        self._waits: Callable[[], None] | None = None
        self._starting = 0
        self._ahead = 0
        self._going = False
        self._home: State | None = None
        self._digests: dict[int, str] = {}
        self._printed = ""

    # What the person asks for

    def open(self, number: int | None = None, *, fresh: bool = False) -> None:
        """Open the tour at a stop, or where it was left. ``fresh``: the app was started for it."""
        if not self.on:
            if not self._returning:
                self._before = None if fresh else self._host.remember()
            self._returning = False
            self.on, self._digests = True, {}
            self._alone = self._fresh = fresh
            given = self._host.present_options
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
                self._host.notify(self._host.words("touring.end"))

    def back(self) -> None:
        """The page before, or the stop before."""
        if not self.on:
            self.open()
        elif not self._pane.turn_back():
            if self.number:
                self.go(self.number - 1)
            else:
                self._host.notify(self._host.words("touring.first"))

    def here(self) -> None:
        """The stop's own state again."""
        if self.on:
            self.go(self.number)
        else:
            self.open()

    def stops(self) -> None:
        """Choose a stop from a list."""
        words, here = self._host.words, self.number if self.on else -1
        choices = [Choice(str(n), _listed(n, words), here=n == here) for n in range(len(STOPS))]

        self._host.open(PickScreen("tour", choices), lambda chosen: self.open(int(chosen)))

    def go(self, number: int) -> None:
        """To a stop: its words and panes now, its state as soon as no move is under way."""
        host = self._host
        self.number = number
        host.stop()
        host.restore()
        if isinstance(host.app.screen, TourLabScreen):
            host.app.screen.dismiss(None)
        self._show_stop(STOPS[number])
        self._going, self._home, self._printed = True, None, ""
        self._when_idle(self._travel)
        self.show()

    def leave(self) -> None:
        """Close the tour; the person's own session comes back."""
        if not self.on:
            return
        host = self._host
        self.on = self._going = False
        host.stop()
        self._returning = True
        if self._own is None:
            self._waits = None
            self._close()
            key = key_name(BY_ID["tour-next"].keys[0])
            host.notify(host.words("touring.left", key=key))
        else:
            host.notify(host.words("touring.returning"))
            self._when_idle(self._resume_own)

    def _close(self) -> None:
        """Take the tour off the screen."""
        host, before = self._host, self._before
        self._returning, self._before = False, None
        host.restore()
        host.show_beside_tour(None)
        if before is not None:
            host.recall(before)

    # What the app reports

    @property
    def starting(self) -> bool:
        """Whether frames still come from a session that is no longer wanted."""
        return self._starting > 0

    def started(self) -> None:
        """The engine has begun a session."""
        self._starting = max(0, self._starting - 1)

    def session_shown(self) -> None:
        """From now on another session is seen: the person's own, if the tour has been left."""
        if self._returning and self._own is None:
            self._close()
            self._host.notify(self._host.words("touring.own"))

    def lost(self) -> None:
        """The engine is gone, and with it what was under way."""
        self._starting, self._going = 0, False
        waits, self._waits = self._waits, None
        if waits == self._resume_own:
            waits()
        self.show()

    def shows(self, report: Moved | FrameUpdate) -> bool:
        """Take in a frame; return whether to show it: on the way to a stop none is shown."""
        pending = self._host.queue.pending
        if pending is None and self._waits is not None:
            waits, self._waits = self._waits, None
            waits()
            return False
        if not self._going or self._waits is not None:
            self._ask(report.frame)
            return True
        self._ahead -= isinstance(report, Moved)
        if self._ahead > 0 and pending is not None:
            return False
        self._going = False
        if self._ahead <= 0:
            self._arrived(report.frame)
        self._ask(report.frame)
        return True

    def show(self) -> None:
        """Show where the tour is, in every pane that shows it."""
        if self.on:
            language = self._host.words.language
            state = TourState(self.number, self._progress, language, self._printed)
            for screen in self._host.app.screen_stack:
                for pane in screen.query(TourPane):
                    pane.show_state(state)

    # How it is done

    @property
    def _pane(self) -> TourPane:
        """The pane that is read now: the lab's, or the main screen's."""
        main, *over = self._host.app.screen_stack
        shown = over[-1] if over and isinstance(over[-1], TourLabScreen) else main
        return shown.query_one(TourPane)

    @property
    def _progress(self) -> str:
        frame = self._host.frame
        if self._going:
            return "going"
        if STOPS[self.number].lab and not isinstance(self._host.app.screen, TourLabScreen):
            return "lab"
        return "here" if frame is not None and _state(frame) == self._home else "away"

    def _ask(self, frame: Frame) -> None:
        """Have the engine print what the stop's code prints, as things are now."""
        prints = STOPS[self.number].prints
        if self.on and prints and not frame.running:
            self._host.run_worker(self._print(prints))

    async def _print(self, names: tuple[str, ...]) -> None:
        number = self.number
        reply = await self._host.ask(Print(names))
        if number == self.number and not self._going:
            self._printed = "\n".join(text for text in reply.answer or () if text)
            self.show()

    def _show_stop(self, stop: Stop) -> None:
        self._host.show_beside_tour(stop)
        if stop.lab:
            lab = TourLabScreen(self._host, stop.lab, stop.lab_input)
            self._host.app.push_screen(lab, lambda _: self.show())

    def _when_idle(self, do: Callable[[], None]) -> None:
        """Do it now, or when the move under way is over: only then are sessions changed."""
        if self._host.queue.pending is None:
            self._waits = None
            do()
        else:
            self._waits = do

    def _travel(self) -> None:
        """Start anew, and make the stop's moves."""
        host = self._host
        self._starting = int(host.ready is None)
        there = self._fresh and host.frame is None and not STOPS[self.number].options
        self._fresh = False
        if not there:
            if host.is_dead:
                host.restart()
                self._starting += 1
            self._begin()
        lines = STOPS[self.number].moves
        self._going, self._ahead = True, len(lines)
        for line in lines:
            host.move(parse_move(line))

    def _begin(self) -> None:
        """Start a new session of the tour in the engine."""
        host, options = self._host, STOPS[self.number].session(self._options)
        aside = self._own is None and not self._alone

        def start(engine: Engine) -> None:
            if aside:
                engine.set_aside()
            engine.send(Start(options))

        if aside:
            self._own = Own(host.options, host.recorder, host.session_losses.copy())
        host.recorder = MovesRecorder()
        self._starting += 1
        host.change_session(options, start)

    def _resume_own(self) -> None:
        """Resume the person's own session."""
        host, own = self._host, self._own
        if own is None:
            return
        self._own = None
        self._starting = 1
        host.recorder = own.recorder
        host.change_session(own.options, lambda engine: engine.restore(), own.losses)

    def _arrived(self, frame: Frame) -> None:
        """Note the stop's state; one that differs from the last time is a divergence."""
        self._home = _state(frame)
        self._host.know_evaluations()
        known = self._digests.setdefault(self.number, frame.digest)
        if frame.digest != known:
            what = f"{frame.digest[:8]}, not {known[:8]}"
            self._host.notify(self._host.words("log.divergence", what=what), severity="error")


def _listed(number: int, words: Words) -> str:
    """A stop in the list; one of the second part has that before its title."""
    stop = STOPS[number]
    part = words("tour.learning") if stop.options else ""
    return f"{number + 1:>2}  {part}{words(f'tour.{stop.key}.title')}"


def _options(given: Options) -> Options:
    """The tour's options, on the device, seed and memory that are given."""
    asked = {"device": given.device, "seed": given.seed, "threads": given.threads}
    return replace(resolve(PRESET, **asked), history_mb=given.history_mb, tape_mb=given.tape_mb)


def _state(frame: Frame) -> State:
    return frame.position, frame.options, frame.digest
