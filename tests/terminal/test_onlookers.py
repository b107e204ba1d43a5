"""Detached in tmux, a run is painted twice a second; else nothing changes."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lenet_tui.terminal.onlookers import LOOK_EACH, Onlookers
from tests.harness.tmux import Tmux

INSIDE = {"TMUX": "/tmp/tmux-1000/default,1,0", "TMUX_PANE": "%3"}


def looked(onlookers: Onlookers) -> bool:
    """What is known once the thread has asked."""
    onlookers.seen()
    for thread in threading.enumerate():
        if thread.name == "onlookers":
            thread.join()
    return onlookers.seen()


@pytest.mark.parametrize(
    ("answer", "seen"), [("0,0\n", False), ("0,1\n", False), ("2,1\n", True), (",0\n", False),
                         (",1\n", True), ("\n", True)],
)  # fmt: skip
def test_tmux_says_who_sees_the_window(answer: str, seen: bool) -> None:
    asked: list[str] = []

    def ask(pane: str) -> str:
        asked.append(pane)
        return answer

    assert looked(Onlookers(INSIDE, ask)) is seen
    assert asked == ["%3"]


def test_it_is_asked_rarely_and_never_waited_for() -> None:
    now, asked, answered = [0.0], [0], threading.Event()

    def ask(_: str) -> str:
        asked[0] += 1
        answered.wait(10)
        return "0,0"

    onlookers = Onlookers(INSIDE, ask, lambda: now[0])
    for _ in range(100):
        assert onlookers.seen()
        now[0] += LOOK_EACH / 10
    assert asked == [1]
    answered.set()
    assert not looked(onlookers)


@pytest.mark.parametrize("environment", [{}, {"TMUX_PANE": "%1"}, {"TMUX": "", "TMUX_PANE": "%1"}])
def test_outside_of_tmux_nothing_is_asked(environment: dict[str, str]) -> None:
    assert looked(Onlookers(environment, lambda _: pytest.fail("asked")))


def test_without_the_command_nothing_changes() -> None:
    asked = [0]

    def ask(_: str) -> str:
        asked[0] += 1
        raise FileNotFoundError("tmux")

    onlookers = Onlookers(INSIDE, ask, lambda: asked[0] * 100.0)
    assert looked(onlookers) and looked(onlookers)
    assert asked == [1]


@pytest.mark.slow
def test_a_detached_tmux_has_few_frames_until_somebody_attaches(tmp_path: Path) -> None:
    def rate(tmux: Tmux) -> float:
        """Frames a second; one that changes a colour scale brings another with it."""
        began, seen = time.monotonic(), set()
        while time.monotonic() < began + 3:
            seen.update(re.findall(r"iteration ([\d,]+)", tmux.text))
            time.sleep(0.05)
        return (len(seen) - 1) / (time.monotonic() - began)

    def comes(wanted: Callable[[float], bool]) -> bool:
        """Whether the rate is so within some time: a busy machine has the answer late."""
        return any(wanted(rate(tmux)) for _ in range(10))

    with Tmux(tmp_path, inside=True) as tmux:
        tmux.send("Enter")
        tmux.wait_for("61,706")
        tmux.send("r")
        tmux.wait_for("running")
        assert comes(lambda rate: 0 < rate < 4.7)
        master, slave = pty.openpty()
        client = subprocess.Popen(
            ["tmux", "-S", str(tmp_path / "socket"), "attach"],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env={k: v for k, v in os.environ.items() if k != "TMUX"} | {"TERM": "xterm"},
        )  # fmt: skip
        drain = threading.Thread(target=_drain, args=(master,), daemon=True)
        drain.start()
        try:
            assert comes(lambda rate: rate > 5.5)
        finally:
            client.kill()
            client.wait()
            os.close(slave)
        drain.join(5)
        tmux.send("r")
        tmux.wait_for("finished; next")


def _drain(master: int) -> None:
    try:
        while os.read(master, 65536):
            pass
    except OSError:
        pass
