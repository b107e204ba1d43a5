"""MoveQueue, runner's speeds, player and recorder: what is sent when, without a screen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.loss_series import WRITTEN, Losses, chart
from lenet_tui.protocol.messages import Command, DoMove, Pause, RunFree
from lenet_tui.protocol.moves import Back, Continue, Forward, Goto, Move, Run
from lenet_tui.stepping.ui.move_queue import WAITING_LIMIT, MoveQueue, PendingMove
from lenet_tui.stepping.ui.moves_player import MovesRecorder
from tests.harness.driving import Drive

PHASE, FRAME = Forward("phase"), Drive().frame()


def queue() -> tuple[MoveQueue, list[Command]]:
    sent: list[Command] = []
    return MoveQueue(sent.append), sent


def test_one_move_at_a_time() -> None:
    made, sent = queue()
    assert made.ask(PHASE)
    assert made.ask(Back("op"))
    assert sent == [DoMove(1, PHASE)]
    assert made.answered(1) == PendingMove(1, PHASE)
    assert sent == [DoMove(1, PHASE), DoMove(2, Back("op"))]
    assert made.answered(2) and made.pending is None


def test_answer_to_something_else_changes_nothing() -> None:
    made, _ = queue()
    made.ask(PHASE)
    assert made.answered(7) is None
    assert made.pending == PendingMove(1, PHASE)


def test_every_one_of_a_hundred_fast_keys_counts() -> None:
    made, sent = queue()
    for _ in range(50):
        assert made.ask(Back("phase"))
    for _ in range(50):
        assert made.ask(PHASE)
    for number in range(1, 101):
        made.answered(number)
    moves = [c.move for c in sent if isinstance(c, DoMove)]
    assert moves == [Back("phase")] * 50 + [PHASE] * 50


def test_waiting_is_bounded() -> None:
    made, _ = queue()
    asked = [made.ask(PHASE) for _ in range(WAITING_LIMIT + 2)]
    assert asked == [True] * (WAITING_LIMIT + 1) + [False]


def test_a_run_is_paused_once_before_a_move() -> None:
    made, sent = queue()
    made.ask(None)
    assert made.running
    made.ask(PHASE)
    made.ask(PHASE)
    assert sent == [RunFree(1), Pause()]
    made.answered(1)
    assert sent[2:] == [DoMove(2, PHASE)]


@pytest.mark.parametrize("move", [None, Continue(), Run(1000), Goto(1000)])
def test_what_runs_for_long_can_be_paused(move: Move | None) -> None:
    made, sent = queue()
    made.ask(move)
    assert made.running
    made.pause()
    assert sent[1:] == [Pause()]
    assert made.answered(1) == PendingMove(1, move, paused=True)


def test_a_key_typed_ahead_does_not_cut_a_move_with_an_end_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, sent = queue()
    made.ask(Goto(12))
    made.ask(PHASE)
    assert sent == [DoMove(1, Goto(12))]
    monkeypatch.setattr("lenet_tui.stepping.ui.move_queue.TYPED_AHEAD", 0)
    made.ask(PHASE)
    assert sent[1:] == [Pause()]


def test_a_step_is_not_paused() -> None:
    made, sent = queue()
    made.ask(PHASE)
    made.pause()
    assert sent == [DoMove(1, PHASE)]


def test_forget_leaves_nothing_under_way() -> None:
    made, sent = queue()
    made.ask(PHASE)
    made.ask(PHASE)
    made.forget()
    assert made.answered(1) is None
    assert made.ask(PHASE) and sent[-1] == DoMove(2, PHASE)


def at(iteration: int, op: int | None = None) -> Frame:
    return replace(FRAME, position=replace(FRAME.position, iteration=iteration, op=op))


def recorded(*pending_moves: tuple[PendingMove, Frame, str]) -> list[str]:
    recorder = MovesRecorder()
    for pending, frame, stopped in pending_moves:
        recorder.note(pending, frame, bool(stopped))
    return recorder.text.splitlines()


def test_runs_are_recorded_by_where_they_ended() -> None:
    assert recorded((PendingMove(1, PHASE), at(1), "")) == ["phase"]
    assert recorded((PendingMove(1, None, True), at(812), "paused")) == ["goto 812"]
    assert recorded((PendingMove(1, Continue(), True), at(40), "paused")) == ["goto 40"]
    assert recorded((PendingMove(1, Goto(99), True), at(40), "paused")) == ["goto 40"]
    assert recorded((PendingMove(1, Continue()), at(40, 3), "loss < 1")) == ["continue"]
    assert recorded((PendingMove(1, None), at(40, 3), "loss is NaN")) == ["goto 39", "continue 2"]
    assert recorded((PendingMove(1, None), at(1, 3), "loss is NaN")) == ["continue 2"]
    assert recorded((PendingMove(1, Run(3)), at(3), "")) == ["run 3"]


def test_a_death_is_recorded_by_where_the_session_takes_up_again() -> None:
    recorder = MovesRecorder()
    recorder.seen(at(3))
    recorder.lost()
    recorder.seen(at(309))
    recorder.seen(at(310))
    assert recorder.text == "goto 309\n"


def test_losses_gather_and_are_cut_where_history_is() -> None:
    drive, one_by_one, losses = Drive(), Drive(), Losses()
    expected = [one_by_one.frame("finish").loss for _ in range(10)]
    drive("goto 30")
    losses.take(drive.moved.frame)
    assert len(losses.values) == 31
    np.testing.assert_array_equal(losses.values[1:11], expected)
    drive("goto 10", "phase", "skip loss")
    losses.take(drive.moved.frame)
    assert len(losses.values) == 11 and losses.values[10] == expected[9]


def test_what_is_written_of_a_long_run_is_its_end() -> None:
    losses = Losses.read(np.arange(WRITTEN + 10.0).astype("<f8").tobytes())
    data, first = losses.written()
    assert (len(data), first) == (8 * WRITTEN, 10)
    again = Losses.read(data, first).values
    assert np.isnan(again[:10]).all()
    np.testing.assert_array_equal(again[10:], losses.values[10:])


def test_chart_is_monotone_and_fills_its_height() -> None:
    (top, *_, bottom) = chart(np.linspace(0, 1, 100), 10, 3)
    assert top[-1] == 8 and top[0] == 0
    assert bottom[0] == 1 and bottom[-1] == 8
    heights = np.array(chart(np.linspace(0, 1, 100), 10, 3)).sum(axis=0)
    assert (np.diff(heights) > 0).all()


def test_chart_of_odd_numbers() -> None:
    assert chart(np.array([]), 3, 1) == [[0, 0, 0]]
    assert chart(np.array([np.nan, 2.0, np.inf]), 3, 1) == [[0, 5, 0]]
    assert chart(np.array([1.0]), 0, 1) == []
    assert chart(np.array([1e-4, 1e-2, 1.0]), 3, 1, log=True) == [[1, 5, 8]]
    assert chart(np.array([0.0, 1.0]), 2, 1, log=True)[0][0] == 0
