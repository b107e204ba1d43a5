"""How much is on the way to the terminal: by its answers, or by how long writing takes."""

from __future__ import annotations

import pytest

from lenet_tui.terminal.flow_control import ASK_AGAIN, AT_ONCE, LATE, WINDOW, WRITES, FlowControl

FRAME = 2_300
"""Characters of a run's frame."""


class Clock:
    """The time, which passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Far:
    """A terminal whose answers come when the test lets them."""

    def __init__(self, *, knows: bool = True) -> None:
        self.clock = Clock()
        self.flow = FlowControl(self.clock)
        self.queries = 0
        self.flow.start(self._query)
        self.wait(0.4)
        if knows:
            self.answer()

    def _query(self) -> None:
        self.queries += 1

    def write(self, count: int = FRAME) -> None:
        self.flow.wrote(count)
        self.flow.handed(count, 0.0)
        self.flow.painted()

    def frame(self) -> None:
        self.write()
        self.flow.mark()

    def answer(self) -> None:
        self.queries -= 1
        self.flow.read()
        self.flow.answered()

    def wait(self, seconds: float) -> None:
        self.clock.now += seconds


def test_without_a_terminal_nothing_waits() -> None:
    flow = FlowControl()
    flow.wrote(10**6)
    flow.painted()
    flow.mark()
    assert not (flow.behind or flow.full or flow.waiting)


def test_a_frame_is_behind_until_the_answer() -> None:
    far = Far()
    assert not far.flow.behind
    far.frame()
    assert far.queries >= 1 and far.flow.behind and not far.flow.full
    while far.queries:
        assert far.flow.behind
        far.answer()
    assert not far.flow.behind


def test_where_answers_come_at_once_the_next_frame_goes_before_them() -> None:
    far = Far()
    far.frame()
    far.wait(0.02)
    far.answer()
    for _ in range(100):
        far.frame()
        assert not far.flow.behind
        far.wait(0.033)
        assert not far.flow.behind
        far.answer()
    far.frame()
    far.wait(AT_ONCE + 0.01)
    assert far.flow.behind  # the line has become slow
    far.answer()
    far.frame()
    assert far.flow.behind


def test_small_paints_have_few_queries_and_go_out_until_the_window_is_full() -> None:
    far = Far()
    painted = 0
    while not far.flow.full:
        far.write(300)
        painted += 300
    assert WINDOW < painted <= WINDOW + 300
    assert far.queries == 3
    far.answer()
    assert not far.flow.full


def test_many_tiny_paints_never_fill_the_queue_of_textual() -> None:
    far = Far()
    written = 0
    while not far.flow.full:
        far.write(10)
        written += 1
    assert written == WRITES + 1
    while far.queries:
        far.answer()
    assert not far.flow.full


def test_a_stall_lets_nothing_out_and_ends_with_its_answers() -> None:
    far = Far()
    far.frame()
    asked = far.queries
    for _ in range(150):
        far.wait(0.1)
        assert far.flow.behind
    assert far.queries == asked + 1
    while far.queries:
        far.answer()
    assert not far.flow.behind
    far.frame()
    assert far.flow.behind


def test_an_hour_of_stall_asks_a_few_times() -> None:
    far = Far()
    far.frame()
    for _ in range(3_600):
        far.wait(1)
        assert far.flow.behind
    assert far.queries < 12


def test_a_lost_answer_is_given_up_when_a_later_one_has_come() -> None:
    far = Far()
    far.frame()
    far.queries = 0  # lost
    far.wait(ASK_AGAIN + 1)
    assert far.flow.behind and far.queries == 1
    far.wait(0.4)
    far.answer()
    far.wait(LATE + 0.1)
    assert not far.flow.behind


def test_a_terminal_that_sends_keys_and_no_answers_has_ceased_to_answer() -> None:
    far = Far()
    far.frame()
    far.wait(ASK_AGAIN + 1)
    assert far.flow.behind
    far.flow.read()
    far.wait(LATE + 0.1)
    assert not far.flow.behind
    far.frame()
    assert not far.flow.behind


def test_keys_that_were_typed_in_a_stall_come_just_before_the_answers() -> None:
    far = Far()
    far.frame()
    far.wait(ASK_AGAIN + 5)
    assert far.flow.behind
    far.flow.read()
    far.wait(0.5)
    assert far.flow.behind


@pytest.mark.parametrize("rate", [8_000, 30_000])
def test_a_line_that_answers_nothing_is_not_outrun_for_long(rate: int) -> None:
    """Frames flat out into a buffer of 21 kB that is sent at a rate."""
    far = Far(knows=False)
    stored, lags = 0.0, []
    for _ in range(60 * 30):
        far.wait(1 / 30)
        stored = max(stored - rate / 30, 0)
        if not far.flow.behind:
            far.flow.wrote(FRAME)
            over = max(stored + FRAME - 21_000, 0)
            far.wait(over / rate)
            stored = min(stored + FRAME, 21_000)
            far.flow.handed(FRAME, over / rate)
            far.flow.mark()
        lags.append(stored / rate)
    late = sorted(lags[5 * 30 :])
    assert far.queries == 1
    assert late[len(late) // 2] < 1
    assert late[int(len(late) * 0.9)] < 2


def test_a_line_that_answers_nothing_and_never_waits_has_every_frame() -> None:
    far = Far(knows=False)
    for _ in range(100):
        far.frame()
        assert not far.flow.behind and not far.flow.full
    assert far.queries == 1


def test_what_the_thread_that_writes_has_not_written_is_behind() -> None:
    far = Far(knows=False)
    far.frame()
    far.flow.wrote(FRAME)
    assert far.flow.behind
    far.flow.handed(FRAME, 0.01)
    assert not far.flow.behind
