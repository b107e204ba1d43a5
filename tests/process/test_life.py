"""Whatever befalls the app or its engine: exit status, terminal, orphans, and what was lost."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.app.test_whole import engines
from tests.harness.leaving import (
    LEFT,
    Processes,
    app,
    carry_on,
    given_back,
    gone,
    reached,
    runs,
    saved,
    taken,
)
from tests.harness.terminal import APP, Terminal

slow = pytest.mark.slow


def picture(terminal: Terminal) -> list[str]:
    """The screen's lines; a cell's two halves may be drawn either way round."""
    return [line.replace("▄", "▀") for line in terminal.screen.display]


def memory(processes: Processes) -> int:
    """Resident kilobytes of all of them."""
    total = 0
    for pid in processes():
        status = Path(f"/proc/{pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+)", status)
        total += int(found[1]) if found else 0
    return total


# Signals


@slow
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"])
def test_a_signal_while_it_runs(name: str, tmp_path: Path) -> None:
    number = signal.Signals[name]
    with app(env={"XDG_STATE_HOME": str(tmp_path)}) as (terminal, processes):
        terminal.wait_for("61,706")
        runs(terminal)
        terminal.read(1)
        seen = reached(terminal)
        began = time.monotonic()
        terminal.signal(number)
        assert terminal.wait() == 128 + number
        assert time.monotonic() - began < 2.5
        given_back(terminal)
        assert "Traceback" not in terminal.received.decode(errors="replace")
        assert gone(processes)
    iteration, _ = saved(tmp_path)
    assert iteration > 0.1 * seen  # it ran for more than a second, of which one may be lost


@slow
def test_stop_and_cont_set_the_terminal_up_again() -> None:
    with app() as (terminal, processes):
        terminal.wait_for("61,706")
        terminal.settle()
        shown = picture(terminal)
        terminal.signal(signal.SIGSTOP)
        time.sleep(0.2)
        spoil(terminal)
        terminal.signal(signal.SIGCONT)
        terminal.wait_for("61,706")
        terminal.settle()
        assert picture(terminal) == shown
        assert taken(terminal)
        terminal.send("f")
        terminal.wait_for("iteration 1 ")
        terminal.send("q")
        assert terminal.wait() == 0
        given_back(terminal)
        assert gone(processes)


def spoil(terminal: Terminal) -> None:
    """What a shell does to a terminal while a program is stopped."""
    subprocess.run(
        ["stty", "sane", "-F", f"/proc/self/fd/{terminal.slave}"],
        pass_fds=(terminal.slave,),
        check=True,
    )
    terminal.screen.reset()


@slow
def test_without_a_shell_that_could_say_fg_tstp_stops_nothing() -> None:
    with app() as (terminal, processes):
        terminal.wait_for("61,706")
        for by_key in (False, True):
            terminal.settle()
            if by_key:
                terminal.send("ctrl+z")
            else:
                terminal.signal(signal.SIGTSTP)
            terminal.settle()
            assert LEFT in terminal.received.decode(errors="replace")
            terminal.received.clear()
            assert state(terminal.process.pid) in "SR"
        terminal.send("f")
        terminal.wait_for("iteration 1 ")
        terminal.send("q")
        assert terminal.wait() == 0
        assert gone(processes)


def state(pid: int) -> str:
    """What a process does: S sleeps, R runs, T is stopped."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")
@pytest.mark.parametrize("again", ["fg", pytest.param("bg; sleep 0.5; fg", marks=slow)])
@pytest.mark.slow
def test_ctrl_z_gives_the_shell_its_terminal_and_fg_comes_back(again: str) -> None:
    shell = ["bash", "--norc", "--noprofile", "-i"]
    with app(command=shell, env={"PS1": "PROMPT "}) as (terminal, processes):
        terminal.wait_for("PROMPT")
        terminal.send("echo the screen before\r", shlex.join(APP) + "\r")
        terminal.wait_for("61,706")
        terminal.settle()
        shown = picture(terminal)
        terminal.send("ctrl+z")
        terminal.read(1)
        terminal.screen.reset()  # pyte has one screen only
        assert "T" in {state(pid) for pid in processes()}
        given_back_modes(terminal)
        terminal.send("echo typed $((20+3))\r")
        terminal.wait_for("typed 23")
        terminal.send(again + "\r")
        terminal.wait_for("61,706")
        terminal.settle()
        assert picture(terminal) == shown
        assert taken(terminal)
        terminal.send("f")
        terminal.wait_for("iteration 1 ")
        terminal.screen.reset()
        terminal.send("q")
        terminal.wait_for("PROMPT")
        given_back_modes(terminal)
        terminal.send("exit\r")
        assert terminal.wait() == 0
        assert gone(processes)


def given_back_modes(terminal: Terminal) -> None:
    """The shell has its own line discipline; the rest is as it was."""
    sent = terminal.received.decode(errors="replace")
    assert sent.rfind(LEFT) > sent.rfind("\x1b[?1049h")
    assert sent.rfind("\x1b[?25h") > sent.rfind("\x1b[?25l")
    assert sent.rfind("\x1b[?1003l") > sent.rfind("\x1b[?1003h")
    assert sent.count("\x1b[<u") >= sent.count("\x1b[>")


# The terminal goes, or is not read


@slow
@pytest.mark.parametrize("ours", [True, False])
def test_a_terminal_that_closes_ends_it_and_nothing_is_lost(ours: bool, tmp_path: Path) -> None:
    """Also one that is not the session's own, from which no HUP comes."""
    words = APP if ours else ["setsid", "--wait", *APP]
    with app(command=words, env={"XDG_STATE_HOME": str(tmp_path)}) as (terminal, processes):
        terminal.wait_for("61,706")
        terminal.send("f", "n", "n")
        terminal.wait_for("loss done")
        os.close(terminal.slave)
        os.close(terminal.master)
        assert not ours or terminal.process.wait(10) == 129
        assert gone(processes)
    assert saved(tmp_path) == (2, "loss")


@pytest.mark.parametrize("seconds", [pytest.param(s, marks=slow) for s in (1.0, 10.0)])
def test_a_line_that_is_not_read(seconds: float, tmp_path: Path) -> None:
    with app("--history-mb", "4", env={"XDG_STATE_HOME": str(tmp_path)}) as (terminal, processes):
        terminal.wait_for("61,706")
        runs(terminal)
        terminal.read(2)
        before, was = memory(processes), reached(terminal)
        time.sleep(seconds)
        assert memory(processes) < before + 20_000
        assert state(terminal.process.pid) in "SR"
        terminal.wait_for(lambda _: reached(terminal) > was)
        terminal.send("r")
        terminal.wait_for("finished; next")
        there = reached(terminal)
        terminal.send("f")
        terminal.wait_for(f"iteration {there + 1:,} ")
        terminal.send("q")
        assert terminal.wait() == 0
        given_back(terminal)
        assert gone(processes)
    assert saved(tmp_path) == (there + 1, "update")


@pytest.mark.parametrize("name", [pytest.param(n, marks=slow) for n in ("SIGTERM", "SIGHUP")])
def test_a_signal_while_the_line_is_not_read(name: str, tmp_path: Path) -> None:
    """It ends all the same; what waited gives way to what gives the terminal back."""
    number = signal.Signals[name]
    with app(env={"XDG_STATE_HOME": str(tmp_path)}) as (terminal, processes):
        terminal.wait_for("61,706")
        runs(terminal)
        time.sleep(2)
        began = time.monotonic()
        terminal.signal(number)
        assert terminal.process.wait(10) == 128 + number
        assert time.monotonic() - began < 3
        terminal.settle()
        given_back(terminal)
        assert gone(processes)
    assert saved(tmp_path)[0] > 20


# Kill -9


@pytest.mark.slow  # test_whole kills one too
def test_kill_9_of_the_engine_loses_nothing_that_is_finished(tmp_path: Path) -> None:
    with app(env={"XDG_STATE_HOME": str(tmp_path)}) as (terminal, processes):
        terminal.wait_for("61,706")
        for number in range(1, 4):
            terminal.send("f")
            terminal.wait_for(f"iteration {number} ")
        terminal.send("n", "s")
        terminal.wait_for("loss done")
        terminal.settle()
        rail = terminal.screen.display[3]
        loss = re.search(r"loss \d\.\d+", terminal.text)
        for _ in range(2):
            for pid in engines(terminal.process.pid):
                os.kill(pid, signal.SIGKILL)
            carry_on(terminal)
            terminal.wait_for("iteration 4 ")
            terminal.settle()
            assert terminal.screen.display[3] == rail
            assert loss and loss[0] in terminal.text
        terminal.send("q")
        assert terminal.wait() == 0
        given_back(terminal)
        assert gone(processes)
    assert saved(tmp_path) == (4, "loss")


@pytest.mark.slow
def test_kill_9_of_the_app_loses_an_iteration_at_most(tmp_path: Path) -> None:
    with app(env={"XDG_STATE_HOME": str(tmp_path)}) as (terminal, processes):
        terminal.wait_for("61,706")
        for number in range(1, 5):
            terminal.send("f")
            terminal.wait_for(f"iteration {number} ")
            if number == 3:
                time.sleep(1)
        terminal.signal(signal.SIGKILL)
        assert terminal.wait() == -9
        assert gone(processes)
    assert saved(tmp_path, killed=True)[0] >= 3
