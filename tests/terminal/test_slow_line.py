"""A line of 8 kB a second and 200 ms each way is not outrun: a key's effect is seen soon."""

from __future__ import annotations

import fcntl
import struct
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from lenet_tui.terminal.flow_control import FlowControl
from lenet_tui.terminal.textual_version import PLAIN, private_ok
from tests.harness.slow_line import SlowLine

SOON = 4.0
"""Seconds: 0.5 to 1.3 on a quiet machine; one that is outrun is late by minutes."""
HELP = "─ Keys ─"
DUMB: dict[str, Any] = {"answers": {}, "stores": 0}
"""The terminal answers nothing, and what it has not taken waits in the pseudo-terminal."""
slow = pytest.mark.slow


@contextmanager
def started(**line: Any) -> Iterator[SlowLine]:
    """The app at the near end of a line, which is fast while it starts."""
    with SlowLine(rate=1e6, **line) as terminal:
        terminal.wait_for("61,706")
        terminal.settle()
        terminal.rate = 8_000
        yield terminal


def seconds(terminal: SlowLine, key: str, wanted: str | Callable[[str], Any]) -> float:
    """How long it takes from a key until its effect is seen."""
    began = time.monotonic()
    terminal.send(key)
    terminal.wait_for(wanted)
    return time.monotonic() - began


def run(terminal: SlowLine, long: float, each: float = 3) -> None:
    """Run flat out for some time; what is seen moves on, after ``each`` seconds at most."""
    terminal.send("r")
    terminal.wait_for("running")
    until, before = time.monotonic() + long, terminal.text
    while time.monotonic() < until:
        terminal.read(each)
        assert terminal.text != before
        before = terminal.text


def unread(terminal: SlowLine) -> int:
    """Bytes that the shell would take for keys."""
    return int(struct.unpack("i", fcntl.ioctl(terminal.slave, termios.FIONREAD, b"\0" * 4))[0])


@pytest.mark.parametrize(
    ("long", "line"),
    [
        pytest.param(3, {}, id="answers"),
        pytest.param(20, {}, marks=slow, id="answers-long"),
        pytest.param(20, DUMB, marks=slow, id="dumb-long"),
    ],
)
@pytest.mark.slow
def test_a_key_is_answered_soon_after_a_long_run(long: float, line: dict[str, Any]) -> None:
    late = SOON if line is not DUMB else 2 * SOON
    with started(**line) as terminal:
        run(terminal, long, each=3 if line is not DUMB else 6)
        assert seconds(terminal, "r", "finished; next") < late
        terminal.settle()
        run(terminal, long, each=3 if line is not DUMB else 6)
        assert seconds(terminal, "?", HELP) < late
        assert seconds(terminal, "escape", lambda text: HELP not in text) < 2 * late
        terminal.send("q")
        assert terminal.wait() == 0
        terminal.read(1)
        assert unread(terminal) == 0


@slow
def test_by_public_means_of_textual_frames_wait_too() -> None:
    """They are ten times as large, so that one takes seconds."""
    with started(env={PLAIN: "1"}) as terminal:
        run(terminal, 20, each=20)
        assert len(terminal.stored) < 150_000
        terminal.rate = 1e6
        assert seconds(terminal, "r", "finished; next") < SOON


@slow
def test_it_goes_on_after_a_stall() -> None:
    with started() as terminal:
        run(terminal, 3)
        terminal.stalled = True
        terminal.read(15)
        assert len(terminal.stored) < 40_000
        terminal.stalled = False
        assert seconds(terminal, "r", "finished; next") < 3 * SOON
        run(terminal, 5)
        assert seconds(terminal, "r", "finished; next") < SOON


@slow
@pytest.mark.parametrize("key", ["j", "n"])
def test_a_held_key_does_not_outrun_it_either(key: str) -> None:
    with started() as terminal:
        for _ in range(300):
            terminal.send(key)
            terminal.read(1 / 30)
            assert len(terminal.stored) < 16_000
        if key == "j":  # of n, moves wait for the engine too
            assert seconds(terminal, "?", HELP) < 2 * SOON


@pytest.mark.skipif(not private_ok(), reason="the answer is heard by private means")
def test_answers_are_no_keys_also_in_parts() -> None:
    from lenet_tui.terminal.ui.private.driver import ANSWER, Parser  # noqa: PLC0415

    heard: list[None] = []
    parser = Parser(False, lambda: heard.append(None))
    for pieces in ([ANSWER], [*ANSWER], ["x" + ANSWER[:2], ANSWER[2:] + "y"], [ANSWER * 3]):
        events = [event for piece in pieces for event in parser.feed(piece)]
        assert [getattr(event, "key", event) for event in events] == (
            ["x", "y"] if pieces[0][0] == "x" else []
        )
    assert len(heard) == 6
    assert not FlowControl().behind
