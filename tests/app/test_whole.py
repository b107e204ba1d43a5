"""The whole program, once, in a real pseudo-terminal: keys in, the screen read back."""

from __future__ import annotations

import os
import re
import signal
import statistics
import sys
import time
from pathlib import Path

import pytest

from tests.harness.terminal import Terminal

NOTEBOOK = [sys.executable, "-m", "lenet_tui", "--preset", "notebook"]
LOSS = re.compile(r"loss (\d\.\d+)")
STEP_BYTES = 15_000


def loss_at(terminal: Terminal, iteration: int) -> str:
    """The loss on the screen once ``iteration`` is finished there."""
    terminal.wait_for(re.compile(rf"iteration {iteration} .*next: forward"))
    terminal.settle()
    found = LOSS.search(terminal.text.splitlines()[0])
    assert found, terminal.text
    return found[1]


def engines(app: int) -> list[int]:
    """The engine processes of an app: children of its template, the forkserver."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    templates = [pid for pid, parent in parents.items() if parent == app]
    return [pid for pid, parent in parents.items() if parent in templates]


def test_a_session_is_stepped_killed_and_carried_on() -> None:
    with Terminal(NOTEBOOK, own_torch=True) as terminal:
        terminal.wait_for("61,706 parameters")
        terminal.send("n")
        terminal.wait_for("forward done")
        terminal.send("n", "n")
        terminal.wait_for("zero_grad done")
        terminal.wait_for("None")
        terminal.send("n", "n")
        first = loss_at(terminal, 1)
        terminal.send("f")
        second = loss_at(terminal, 2)
        assert float(second) < float(first)
        for pid in engines(terminal.process.pid):
            os.kill(pid, signal.SIGKILL)
        terminal.wait_for("the engine has ended (SIGKILL)")
        assert loss_at(terminal, 2) == second
        terminal.send("F")
        assert loss_at(terminal, 1) == first
        terminal.send("f")
        assert loss_at(terminal, 2) == second
        terminal.send("q")
        assert terminal.wait() == 0


@pytest.mark.slow
def test_fifty_steps_back_and_forth_show_the_same_loss() -> None:
    with Terminal([sys.executable, "-m", "lenet_tui"]) as terminal:
        terminal.wait_for("61,706 parameters")
        terminal.send("r")
        terminal.wait_for(re.compile(r"iteration [2-9]\d"))
        terminal.send("r")
        terminal.wait_for(re.compile(r"finished; next"))
        terminal.settle()
        here = terminal.text.splitlines()[3]
        loss = LOSS.findall(terminal.text.splitlines()[0])
        for key in ("N", "n"):
            for _ in range(50):
                terminal.send(key)
                terminal.read(0.02)
            terminal.settle()
        terminal.wait_for(here.strip().split("  ")[0])
        terminal.settle()
        assert terminal.text.splitlines()[3] == here
        assert loss
        assert LOSS.findall(terminal.text.splitlines()[0]) == loss


@pytest.mark.slow
def test_a_step_sends_few_bytes() -> None:
    with Terminal(NOTEBOOK) as terminal:
        terminal.wait_for("61,706 parameters")
        terminal.settle()
        sizes = []
        for _ in range(10):
            terminal.send("n")
            sizes.append(len(terminal.settle(0.15)))
        assert statistics.median(sizes) < STEP_BYTES, sizes


@pytest.mark.slow
def test_the_first_frame_comes_before_torch() -> None:
    with Terminal(NOTEBOOK) as terminal:
        terminal.wait_for("loading torch")
        first = time.monotonic() - terminal.started
        terminal.wait_for("61,706 parameters")
        ready = time.monotonic() - terminal.started
    assert first < ready
