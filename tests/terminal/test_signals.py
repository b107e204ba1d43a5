"""Whatever ends the app, the terminal is as it was, and the exit status tells."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lenet_tui.terminal.textual_version import PLAIN
from tests.harness.leaving import app, given_back, gone
from tests.harness.terminal import Terminal


@contextlib.contextmanager
def tiny(kind: str, **env: str) -> Iterator[Terminal]:
    with Terminal(
        [sys.executable, "-m", "tests.harness.tiny_app", kind], size=(80, 24), env=env
    ) as term:
        yield term


@pytest.mark.parametrize(
    "name",
    [
        "SIGTERM",
        "SIGHUP",
        *(pytest.param(n, marks=pytest.mark.slow) for n in ("SIGINT", "SIGQUIT")),
    ],
)
def test_signals_restore_the_terminal(name: str) -> None:
    number = signal.Signals[name]
    with tiny("stay") as terminal:
        terminal.wait_for("here is stay")
        began = time.monotonic()
        terminal.signal(number)
        assert terminal.wait() == 128 + number
        assert time.monotonic() - began < 2
        given_back(terminal)
        assert "Traceback" not in terminal.text


@pytest.mark.slow
def test_an_app_that_does_not_heed_is_forced() -> None:
    with tiny("stuck") as terminal:
        terminal.wait_for("here is stuck")
        terminal.send("x")
        terminal.wait_for("stuck now")
        time.sleep(0.4)
        began = time.monotonic()
        terminal.signal(signal.SIGTERM)
        assert terminal.wait() == 143
        assert time.monotonic() - began < 4
        given_back(terminal)


@pytest.mark.slow
def test_a_stalled_terminal_does_not_hold_it_up() -> None:
    with tiny("stay") as terminal:
        terminal.wait_for("here is stay")
        stalled = os.open(os.ttyname(terminal.slave), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
        with contextlib.suppress(BlockingIOError):  # nobody reads: the terminal's buffer fills up
            while os.write(stalled, b" " * 4096):
                pass
        terminal.signal(signal.SIGTERM)
        assert terminal.process.wait(5) == 143
        assert termios.tcgetattr(terminal.slave) == terminal.attributes
        os.close(stalled)


@pytest.mark.slow
def test_a_terminal_that_goes_away_ends_it() -> None:
    with tiny("stay") as terminal:
        terminal.wait_for("here is stay")
        os.close(terminal.slave)
        os.close(terminal.master)
        assert terminal.process.wait(5) == 129


def test_quitting_leaves_nothing() -> None:
    with tiny("quit") as terminal:
        terminal.wait_for("here is quit")
        terminal.send("x")
        assert terminal.wait() == 0
        given_back(terminal)
        after = terminal.received.decode().rpartition("\x1b[?1049l")[2]
        assert re.sub(r"\x1b\[[^a-z]*[a-z]", "", after) == ""


@pytest.mark.parametrize(
    ("kind", "status", "line", "env"),
    [
        ("crash", 1, r"the screen broke: ZeroDivisionError: by [red]zero", {}),
        ("broken", 1, r"the screen broke: ValueError: no app\x1b[31m", {}),
        pytest.param(
            "crash",
            1,
            r"the screen broke: ZeroDivisionError: by [red]zero",
            {PLAIN: "1"},
            marks=pytest.mark.slow,
        ),
        ("fail", 2, "device cuda:9 is not available", {}),
    ],
)
def test_the_end_is_one_line(kind: str, status: int, line: str, env: dict[str, str]) -> None:
    with tiny(kind, **env) as terminal:
        if kind != "broken":
            terminal.wait_for(f"here is {kind}")
            terminal.send("x")
        assert terminal.wait() == status
        assert f"lenet-tui: {line}" in terminal.text
        assert "Traceback" not in terminal.text
        assert len(terminal.text.strip().splitlines()) <= 2  # one line, wrapped
        assert termios.tcgetattr(terminal.slave) == terminal.attributes


@pytest.mark.slow
def test_where_it_crashed_is_told_if_asked() -> None:
    with tiny("crash", LENET_TUI_TRACEBACK="1") as terminal:
        terminal.wait_for("here is crash")
        terminal.send("x")
        assert terminal.wait() == 1
        assert "tiny_app.py" in terminal.received.decode(errors="replace")


# The app itself


@pytest.mark.slow
@pytest.mark.parametrize("ended_by", ["SIGKILL", "q"])
def test_nothing_is_left_of_the_app(ended_by: str) -> None:
    with app() as (terminal, processes):
        terminal.wait_for("61,706")
        terminal.send("r")  # flat out, so that the engine is at work
        terminal.wait_for(lambda text: re.search(r"iteration \d[\d,]", text))
        assert len(processes()) >= 3
        if ended_by == "q":
            terminal.send("q")
            assert terminal.wait() == 0
            given_back(terminal)
        else:
            terminal.signal(signal.SIGKILL)
            assert terminal.wait() == -9
        assert gone(processes)


@pytest.mark.slow
def test_a_device_that_is_not_here_is_told_after_the_screen_has_gone() -> None:
    with app("--device", "cuda:99") as (terminal, processes):
        assert terminal.wait() == 2
        given_back(terminal)
        last = terminal.received.decode().rpartition("\x1b[?1049l")[2]
        assert "lenet-tui: device cuda:99 is not available" in last
        assert "Traceback" not in last
        assert gone(processes)


SLOW_TORCH = """
import sys, time

class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            time.sleep(2)

sys.meta_path.insert(0, Slow())
"""


@pytest.mark.slow
def test_the_screen_and_its_keys_do_not_wait_for_torch(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(SLOW_TORCH)
    with Terminal(env={"PYTHONPATH": str(tmp_path)}) as terminal:
        terminal.wait_for("loading torch")
        terminal.send("n", "n")
        text = terminal.wait_for("next: zero_grad")
        assert "loading torch" not in text
