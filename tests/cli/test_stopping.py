"""What ends a training early: signals, once or twice, and an output that nobody reads."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from lenet_tui.cli import stopping, streams
from lenet_tui.cli.stopping import Stops
from lenet_tui.sessions.store import read
from tests.harness.commands import run_here
from tests.harness.terminal import APP, Terminal


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_once_and_its_handler_comes_back(number: signal.Signals) -> None:
    stopped: list[None] = []
    before = signal.getsignal(number)
    with Stops(lambda: stopped.append(None)) as stops:
        assert not stops
        os.kill(os.getpid(), number)
        os.kill(os.getpid(), number)  # as ``timeout`` does, and a shell that ends
        assert stops and stops.number == number
    assert stopped == [None] and signal.getsignal(number) is before


def test_a_signal_that_comes_again_later_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopping, "HURRY", 0)
    with Stops(lambda: None) as stops:
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGHUP)
        assert stops.number == signal.SIGHUP
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_a_signal_ignored_from_outside_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Stops(lambda: pytest.fail("stopped")) as stops:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not stops
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize(
    ("form", "error", "status"),
    [("jsonl", BrokenPipeError(), 141), ("text", OSError(5, "Input/output error"), 1)],
)
def test_what_nobody_reads_stops_it_and_its_checkpoint_is_written(
    form: str, error: OSError, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = {"jsonl": "stdout", "text": "stderr"}[form]
    gone: list[int] = []
    monkeypatch.setattr(streams, "_nowhere", gone.append)
    lines: list[str] = []
    raised: list[str] = []

    def write(text: str) -> int:
        lines.append(text)
        if not raised and ("evaluation" in text or "epoch 1" in text):
            raised.append(text)
            raise error
        return len(text)

    begin = stopping.Stops.__enter__

    def entered(stops: Stops) -> Stops:
        monkeypatch.setattr(getattr(sys, name), "write", write)
        return begin(stops)

    monkeypatch.setattr(stopping.Stops, "__enter__", entered)
    file = tmp_path / "x.session"
    words = ("--batch-size", "96", "--epochs", "1000", "--format", form)
    done = run_here("train", *words, "--checkpoint", str(file))
    assert done.returncode == status and "Traceback" not in done.stderr
    assert 15 <= read(file).snapshot.position.iteration < 15_000
    assert any("stopped" in line for line in lines)


@pytest.mark.slow
def test_a_terminal_that_is_closed_leaves_a_checkpoint(tmp_path: Path) -> None:
    file = tmp_path / "x.session"
    command = [*APP, "train", "--epochs", "100000", "--checkpoint", str(file)]
    with Terminal(command, env={"XDG_STATE_HOME": str(tmp_path)}) as terminal:
        terminal.wait_for("of 360")
        os.close(terminal.slave)
        os.close(terminal.master)
        assert terminal.process.wait(60) == 128 + signal.SIGHUP
    assert read(file).snapshot.position.iteration >= 90
