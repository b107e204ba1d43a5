"""One session and several screens: whose moves are made, and what each of them sees."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from lenet_tui.attach.client import AttachedEngine
from lenet_tui.attach.engine.door import pair
from lenet_tui.attach.engine.hub import Hub
from lenet_tui.attach.engine.left import Left
from lenet_tui.attach.engine.seat import Seat
from lenet_tui.attach.wire import Welcome, connection
from lenet_tui.process.engine.server import Server
from lenet_tui.protocol.loss_series import Losses
from lenet_tui.protocol.messages import (
    Answered,
    Asked,
    Busy,
    Command,
    DoMove,
    Ended,
    EndProgram,
    Failed,
    FrameUpdate,
    Keys,
    Moved,
    Pause,
    Ready,
    Remark,
    Report,
    RunFree,
    Start,
    Subscription,
    TakeKeys,
)
from lenet_tui.protocol.moves import KillEngine, Run, Set, parse_move
from lenet_tui.protocol.options import Options, resolve
from lenet_tui.protocol.session_api import MakeSession
from lenet_tui.protocol.views import ViewRequest
from lenet_tui.text.notice import notice
from tests.harness.fake_session import FakeSession

R = TypeVar("R", bound=Report)
DEADLINE = 30.0


class Screen:
    """A screen's end of a line, with what has been reported to it."""

    def __init__(self, place: Place, own: bool = False) -> None:
        self.reports: list[Report] = []
        self.losses = Losses()
        self._queue: queue.SimpleQueue[Report] = queue.SimpleQueue()
        ours, theirs = pair()
        place.hub.join(Seat(ours, own))
        welcome = Welcome("t-1", "t", "t.py", os.getpid(), "", 0.0, place.options)
        self.engine = AttachedEngine(connection(theirs), welcome, self._queue.put)

    def send(self, command: Command) -> None:
        self.engine.send(command)

    def until(self, kind: type[R]) -> R:
        while True:
            try:
                report = self._queue.get(timeout=DEADLINE)
            except queue.Empty:
                raise AssertionError(f"no {kind.__name__}; so far {self.reports}") from None
            self.reports.append(report)
            if isinstance(report, (Moved, FrameUpdate)):
                self.losses.take(report.frame)
            if isinstance(report, kind):
                return report

    def start(self) -> FrameUpdate:
        self.send(Start(Options()))
        self.until(Ready)
        self.send(Subscription())
        return self.until(FrameUpdate)


class Place:
    """A host's engine at work in a thread."""

    def __init__(self, make: MakeSession = FakeSession, **given: object) -> None:
        self.options = resolve(**given) if given else Options()  # type: ignore[arg-type]
        self.alone = threading.Event()
        self.hub = Hub(self.options, self.alone.set)
        self.server = Server(self.hub, self, lambda: make)
        self.thread = threading.Thread(target=self.server.serve, daemon=True)
        self.thread.start()

    def new_lines(self) -> tuple[()]:
        return ()

    def ends(self) -> Left | None:
        self.thread.join(DEADLINE)
        assert not self.thread.is_alive()
        return self.hub.left


@pytest.fixture
def place() -> Iterator[Place]:
    place = Place()
    yield place
    place.hub.end(Left.ON)
    place.ends()
    place.server.end()
    place.hub.close(notice("attach:goes-on"))


def test_the_first_makes_the_moves_and_the_second_sees_them(place: Place) -> None:
    first, second = Screen(place), Screen(place)
    assert first.until(Keys).yours
    assert not second.until(Keys).yours
    first.start()
    second.start()
    first.send(DoMove(1, Run(7)))
    assert first.until(Moved).frame.position.iteration == 7
    while second.until(FrameUpdate).frame.position.iteration != 7:
        pass
    second.send(DoMove(1, Run(5)))
    refused = second.until(Moved)
    assert (refused.number, str(refused.error)) == (1, str(notice("attach:read-only")))
    assert refused.frame.position.iteration == 7
    second.send(EndProgram())
    assert second.until(Remark).notice == notice("attach:read-only")
    second.send(TakeKeys())
    assert second.until(Keys).yours
    second.send(DoMove(2, Run(5)))
    assert second.until(Moved).frame.position.iteration == 12
    first.send(DoMove(2, Run(1)))
    assert first.until(Moved).error == notice("attach:read-only")


def test_questions_are_answered_to_the_one_that_asked(place: Place) -> None:
    from lenet_tui.evaluation.request import ListEvaluations  # noqa: PLC0415

    first, second = Screen(place), Screen(place)
    first.start()
    second.start()
    second.send(Asked(1, ListEvaluations()))
    assert second.until(Answered).number == 1
    first.send(Asked(1, ListEvaluations()))
    assert first.until(Answered).number == 1
    assert not any(isinstance(r, Answered) for r in second.reports[-1:-3:-1][1:])


def test_keys_pass_on_and_the_last_one_s_leaving_lets_the_program_go_on(place: Place) -> None:
    first, second = Screen(place), Screen(place)
    first.start()
    second.start()
    first.engine.leave()
    while not second.until(Keys).yours:
        pass
    second.send(DoMove(1, Run(3)))
    assert second.until(Moved).frame.position.iteration == 3
    assert place.hub.left is None
    second.engine.leave()
    assert place.ends() is Left.ON


def test_a_line_that_is_cut_is_taken_up_again_where_it_was(place: Place) -> None:
    first = Screen(place)
    first.start()
    first.send(DoMove(1, Run(20)))
    first.until(Moved)
    first.engine.hang_up()
    assert place.alone.wait(DEADLINE)
    assert place.hub.left is None
    again = Screen(place)
    assert again.start().frame.position.iteration == 20
    assert again.reports[0] == Keys(yours=True, screens=1)
    again.send(DoMove(1, Run(1)))
    assert again.until(Moved).frame.position.iteration == 21


def test_a_run_is_paused_over_the_line_and_ends_where_nobody_is_left(place: Place) -> None:
    first = Screen(place)
    first.start()
    first.send(RunFree(1))
    first.until(FrameUpdate)
    first.send(Pause())
    here = first.until(Moved).frame.position.iteration
    assert here > 0
    first.send(RunFree(2))
    first.until(FrameUpdate)
    first.engine.hang_up()
    assert place.alone.wait(DEADLINE)
    time.sleep(0.05)
    again = Screen(place)
    there = again.start().frame
    assert there.position.iteration >= here
    time.sleep(0.05)
    again.send(Subscription((), graph=False, norms=True))
    assert again.until(FrameUpdate).frame.position == there.position, "it runs on"


def test_the_own_screen_s_death_ends_the_stop_and_another_s_does_not(place: Place) -> None:
    own, other = Screen(place, own=True), Screen(place)
    own.start()
    other.start()
    own.engine.hang_up()
    while not other.until(Keys).yours:
        pass
    assert place.hub.left is None
    other.engine.hang_up()
    assert place.alone.wait(DEADLINE)
    last = Screen(place, own=True)
    last.start()
    last.engine.hang_up()
    assert place.ends() is Left.DIED


def test_the_engine_is_not_killed_and_the_program_ends_as_asked(place: Place) -> None:
    first = Screen(place)
    first.start()
    first.send(DoMove(1, KillEngine()))
    assert first.until(Moved).error == notice("attach:own-process")
    first.send(DoMove(2, Set("data", "raise")))
    assert "too much" in str(first.until(Moved).error)
    first.send(EndProgram())
    assert place.ends() is Left.QUIT
    place.hub.close(notice("attach:interrupted"))
    assert first.until(Ended).error == notice("attach:interrupted")


def test_a_screen_is_told_when_there_is_no_session() -> None:
    place = Place(device="nowhere")
    first = Screen(place, own=True)
    first.send(Start(Options()))
    assert "device nowhere is not here" in str(first.until(Failed).error)
    first.engine.hang_up()
    assert place.ends() is Left.FAILED
    place.server.end()


def test_every_screen_has_all_losses_and_its_own_views() -> None:
    from lenet_tui.history.engine.session import Session  # noqa: PLC0415

    place = Place(Session, device="cpu", preset="notebook")
    first = Screen(place)
    first.start()
    first.send(Subscription((ViewRequest("", "fc1.bias"),)))
    first.send(DoMove(1, parse_move("run 6")))
    known = first.until(Moved).frame
    second = Screen(place)
    second.send(Start(Options()))
    second.until(Ready)
    second.send(Subscription((ViewRequest("", "conv1.bias"),)))
    frame = second.until(FrameUpdate).frame  # of what the first looks at
    while {view.request.tensor for view in frame.views} != {"fc1.bias", "conv1.bias"}:
        frame = second.until(FrameUpdate).frame
    assert len(second.losses.values) == 7
    assert np.array_equal(second.losses.values[1:], first.losses.values[1:])
    assert frame.rows == known.rows
    first.send(DoMove(2, parse_move("goto 2")))
    first.until(Moved)
    first.send(DoMove(3, parse_move("run 1")))
    last = first.until(Moved).frame
    while second.until(FrameUpdate).frame.position != last.position:
        pass
    assert len(second.losses.values) == 7, "what is ahead is still recorded"
    assert np.array_equal(second.losses.values[1:], first.losses.values[1:])
    first.engine.leave()
    second.engine.leave()
    assert place.ends() is Left.ON
    place.server.end()


class Deed:
    """Pickled as a call that would leave a file behind."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self._file),)


def test_a_stranger_s_objects_are_not_made_and_its_line_is_cut(
    place: Place, tmp_path: Path
) -> None:
    first = Screen(place)
    first.start()
    ours, theirs = pair()
    place.hub.join(Seat(ours, own=False))
    with connection(theirs) as stranger:
        first.until(Keys)
        stranger.send(Deed(tmp_path / "done"))
        while first.until(Keys).screens != 1:
            pass
        while stranger.poll(1):
            try:
                stranger.recv_bytes()
            except EOFError:
                break
        else:
            raise AssertionError("the line holds")
    assert not (tmp_path / "done").exists()
    assert "mkdir" in str(place.hub.broke)
    first.send(DoMove(1, Run(2)))
    assert first.until(Moved).frame.position.iteration == 2


@pytest.mark.slow
def test_a_program_that_answers_nothing_is_said_to_be_silent(place: Place) -> None:
    first = Screen(place)
    first.start()
    first.send(DoMove(1, Set("data", "spin 1.6")))
    while not first.until(Busy).silent:
        pass
    assert first.until(Moved).number == 1
