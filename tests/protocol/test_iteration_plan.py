"""What was asked of one iteration."""

from __future__ import annotations

from lenet_tui.protocol.iteration_plan import INIT, Change, IterationPlan, Segment, regular
from lenet_tui.protocol.moves import Set
from lenet_tui.protocol.phases import TURN

SKIPPED = IterationPlan(
    (Segment("forward"), Segment("loss"), Segment("zero_grad", "skip"), Segment("forward", "do"))
)
REGULAR = regular(())
EXTRA = REGULAR.with_segment(Segment("update", "do"))
LR = [Set("lr", n / 10) for n in range(5)]


def test_the_phase_next_in_turn() -> None:
    assert [REGULAR.next_phase(n) for n in range(6)] == [*TURN, "forward"]
    assert [SKIPPED.next_phase(n) for n in range(5)] == [
        *("forward", "loss", "zero_grad", "backward", "backward")
    ]
    assert SKIPPED.next_phase() == "backward"
    assert IterationPlan().next_phase() == "forward"
    assert EXTRA.next_phase() == "forward"
    assert INIT.next_phase() == "forward"


def test_what_is_done_out_of_turn_is_no_turn() -> None:
    assert SKIPPED.next_phase() == "backward"
    assert [REGULAR.finished(n) for n in range(6)] == [False] * 5 + [True]
    assert not SKIPPED.finished()
    assert EXTRA.finished() and EXTRA.finished(5) and not EXTRA.finished(4)
    assert INIT.finished() and not IterationPlan().finished()


def test_the_first_boundary_stands_before_the_extras() -> None:
    assert REGULAR.boundary() == EXTRA.boundary() == 5
    assert INIT.boundary() == INIT.with_segment(Segment("forward", "do")).boundary() == 1
    assert SKIPPED.boundary() == 4
    early = IterationPlan((Segment("zero_grad", "do"), *REGULAR.segments))
    assert early.boundary() == 6


def test_plain_is_what_need_not_be_remembered() -> None:
    assert REGULAR.plain
    assert not SKIPPED.plain and not EXTRA.plain and not INIT.plain and not IterationPlan().plain
    assert not REGULAR.with_change(Change(0, 3, LR[0])).plain


def test_cut_keeps_what_was_set_up_to_the_place() -> None:
    plan = REGULAR
    for place, move in zip([(0, 3), (0, None), (2, 4), (2, 7), (4, None)], LR, strict=True):
        plan = plan.with_change(Change(*place, move))

    def kept(segment: int, done: int | None) -> tuple[int, list[float]]:
        cut = plan.cut(segment, done)
        return len(cut.segments), [c.move.value for c in cut.changes]

    assert kept(0, 2) == (1, [])
    assert kept(0, 3) == (1, [0.0])
    assert kept(0, None) == (1, [0.0, 0.1])
    assert kept(1, None) == (2, [0.0, 0.1])
    assert kept(2, 4) == (3, [0.0, 0.1, 0.2])
    assert kept(2, 6) == (3, [0.0, 0.1, 0.2])
    assert kept(2, 7) == kept(2, None) == (3, [0.0, 0.1, 0.2, 0.3])
    assert kept(4, 9) == (5, [0.0, 0.1, 0.2, 0.3])
    assert plan.cut(4, None) == plan


def test_changes_at_a_place_come_in_order() -> None:
    plan = REGULAR
    for move in LR:
        plan = plan.with_change(Change(2, None, move))
    assert list(plan.changes_at(2, None)) == LR
    assert not list(plan.changes_at(2, 3))
