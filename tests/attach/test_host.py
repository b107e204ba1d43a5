"""A script in a terminal whose session is shown by a child: what is left of it in the end."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.leaving import given_back, taken
from tests.harness.terminal import ROOT, Terminal

SCRIPT = """
import os, signal, sys, threading, time, warnings
from lenet_tui.attach.engine.host import Host
from lenet_tui.protocol.options import Options
from tests.harness.fake_session import FakeSession
def streams():
    ways = [(s.encoding, s.errors, s.line_buffering) for s in (sys.stdout, sys.stderr)]
    numbers = [os.fstat(n).st_rdev for n in range(3)]
    return numbers, ways, warnings.showwarning, len(os.listdir("/proc/self/fd"))
before = streams()
print("the script begins", flush=True)
print("left:", Host(at="script.py:9").serve(FakeSession, Options()).name, flush=True)
assert streams() == before, (streams(), before)
assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
print("threads", [t.name for t in threading.enumerate() if t.name != "QueueFeederThread"])
try:
    time.sleep({seconds})
except KeyboardInterrupt:
    print("its own Ctrl-C")
print("the script ends")
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A script that is stopped at once, and sleeps a little afterwards."""
    file = tmp_path / "script.py"
    file.write_text(SCRIPT.format(seconds=0), encoding="utf-8")
    return file


@pytest.fixture
def runtime() -> Iterator[Path]:
    """Where sockets may be: not in ``tmp_path``, whose own path may be too long for a socket's."""
    with tempfile.TemporaryDirectory(prefix="lenet-tui-") as folder:
        yield Path(folder)


@contextlib.contextmanager
def running(script: Path, **env: str) -> Iterator[Terminal]:
    with Terminal([sys.executable, str(script)], env={"PYTHONPATH": str(ROOT)} | env) as terminal:
        yield terminal


def children(of: int) -> list[int]:
    """The processes that a process has started."""
    return [*map(int, Path(f"/proc/{of}/task/{of}/children").read_text("utf-8").split())]


def screen_of(terminal: Terminal) -> int:
    """The number of the screen's process."""
    (child,) = children(terminal.process.pid)
    return child


def after(terminal: Terminal) -> str:
    """What has come since the alternate screen was left; empty: it was not."""
    _, left, rest = terminal.received.rpartition(b"\x1b[?1049l")
    return rest.decode() if left else ""


def shown(terminal: Terminal) -> None:
    terminal.wait_for("iteration 0")
    assert taken(terminal)


@pytest.mark.slow
def test_q_leaves_the_screen_and_the_program_goes_on(script: Path) -> None:
    script.write_text(SCRIPT.format(seconds=30), encoding="utf-8")
    with running(script) as terminal:
        shown(terminal)
        terminal.signal(signal.SIGINT)  # as a debugger: none of the script's business
        terminal.settle(0.2)
        terminal.send("q")
        terminal.wait_for(lambda _: "left: " in after(terminal))
        given_back(terminal)
        terminal.wait_for(lambda _: "threads ['MainThread']" in after(terminal))
        assert "left: ON" in after(terminal)
        terminal.send("ctrl+c")
        assert terminal.wait() == 0
        assert "its own Ctrl-C" in after(terminal)


@pytest.mark.slow
def test_a_screen_that_is_killed_leaves_the_terminal_to_the_program(script: Path) -> None:
    with running(script) as terminal:
        shown(terminal)
        os.kill(screen_of(terminal), signal.SIGKILL)
        assert terminal.wait() == 0
        assert "SIGKILL" in after(terminal)
        assert "left: DIED" in after(terminal)
        given_back(terminal)


TALKS = """
import sys
from lenet_tui.attach.engine.host import Host
from lenet_tui.protocol.options import Options
from tests.harness.fake_session import FakeSession
class Talks(FakeSession):
    def subscribe(self, subscription):
        print("said", "meanwhile")
        print("and", "in error", file=sys.stderr)
        return super().subscribe(subscription)
Host(keep_output={keep}).serve(Talks, Options())
print("the end")
"""


@pytest.mark.slow
@pytest.mark.parametrize("keep", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_what_the_program_prints_goes_to_the_log(script: Path, keep: bool) -> None:
    script.write_text(TALKS.format(keep=keep), encoding="utf-8")
    with running(script) as terminal:
        shown(terminal)
        terminal.send("7", "]")
        terminal.send("]", "]")
        terminal.wait_for("said meanwhile")
        terminal.wait_for("and in error")
        terminal.send("q")
        assert terminal.wait() == 0
        assert ("said meanwhile\r\n" in after(terminal)) == keep
        assert after(terminal).endswith("the end\r\n")


@pytest.mark.slow
def test_output_that_goes_elsewhere_goes_on_there(script: Path, tmp_path: Path) -> None:
    script.write_text(TALKS.format(keep=False), encoding="utf-8")
    out = tmp_path / "out.txt"
    with Terminal(["sh", "-c", f"{sys.executable} {script} > {out}"]) as terminal:
        shown(terminal)
        terminal.send("q")
        assert terminal.wait() == 0
    said = out.read_text("utf-8").splitlines()
    assert said[-1] == "the end"
    assert set(said[:-1]) == {"said meanwhile"}


@pytest.mark.slow
def test_q_with_a_capital_ends_the_program(script: Path) -> None:
    with running(script) as terminal:
        shown(terminal)
        terminal.send("Q")
        terminal.wait_for("End the program?")
        terminal.send("left", "enter")
        assert terminal.wait() == 0
        assert "left: QUIT" in after(terminal)
        given_back(terminal)


@pytest.mark.slow
def test_a_program_that_is_killed_is_said_to_have_ended(script: Path, tmp_path: Path) -> None:
    """The terminal stays the screen's where a shell without jobs waits for the program."""
    command = ["sh", "-c", f"{sys.executable} {script}; sleep 60"]
    with Terminal(command, env={"PYTHONPATH": str(ROOT)}) as terminal:
        shown(terminal)
        (program,) = children(terminal.process.pid)
        os.kill(program, signal.SIGKILL)
        terminal.wait_for("the program has ended")
        terminal.send("q")
        terminal.wait_for(lambda _: after(terminal))
        terminal.settle(0.3)
        given_back(terminal)


@pytest.mark.slow
def test_a_shell_gets_the_terminal_back_for_ctrl_z_and_after_a_kill(script: Path) -> None:
    with Terminal(["bash", "--norc", "-i"], env={"PYTHONPATH": str(ROOT)}) as terminal:
        terminal.send(f"{sys.executable} {script}\r")
        shown(terminal)
        terminal.send("ctrl+z")
        terminal.wait_for(lambda _: "Stopped" in after(terminal))
        terminal.send("echo the she''ll\r")
        terminal.wait_for(lambda _: "the shell" in after(terminal))
        terminal.send("fg\r")
        terminal.wait_for(lambda _: taken(terminal))
        terminal.settle(0.5)
        terminal.send("n")
        terminal.settle(0.5)
        assert taken(terminal)
        program = children(terminal.process.pid)[0]
        os.kill(program, signal.SIGKILL)
        terminal.wait_for(lambda _: after(terminal))
        terminal.settle(1)
        terminal.send("echo once mo''re\r")
        terminal.wait_for(lambda _: "once more" in after(terminal))
        assert not children(terminal.process.pid)


@pytest.mark.slow
def test_the_screen_opens_on_another_terminal(script: Path) -> None:
    master, slave = os.openpty()
    with Terminal(["sleep", "60"]) as other:
        before = termios.tcgetattr(other.slave)
        with running(script, LENET_TUI_TTY=os.ttyname(other.slave)) as terminal:
            shown(other)
            assert "iteration" not in terminal.text
            other.send("q")
            terminal.wait_for("left: ON")
            assert termios.tcgetattr(other.slave) == before
            assert terminal.wait() == 0
    os.close(master)
    os.close(slave)


@pytest.mark.slow
def test_a_program_waits_for_its_screen_in_another_terminal(script: Path, runtime: Path) -> None:
    home = {"XDG_RUNTIME_DIR": str(runtime), "PYTHONPATH": str(ROOT)}
    attach = [sys.executable, "-m", "lenet_tui", "attach"]
    with running(script, LENET_TUI_TTY="mine", **home) as terminal:
        name = f"mine-{terminal.process.pid}"
        terminal.wait_for(f"lenet-tui attach {name}")
        with Terminal(attach, env=home) as first:
            shown(first)
            with Terminal([*attach, name], env=home) as second:
                shown(second)
                second.wait_for("read-only")
                second.send("n")
                second.wait_for("another screen makes the moves")
                first.process.kill()
                second.wait_for("the keys are yours")
                second.process.send_signal(signal.SIGHUP)  # a terminal that is closed: no leaving
                second.wait()
        terminal.wait_for("waits for another")
        with Terminal([*attach, "mine"], env=home) as third:
            shown(third)
            third.send("q")
            assert third.wait() == 0
        terminal.wait_for("left: ON")
        assert terminal.wait() == 0
    assert not list((runtime / "lenet-tui").iterdir())


def test_ctrl_c_while_it_waits_is_the_program_s_own(script: Path, runtime: Path) -> None:
    with running(script, LENET_TUI_TTY="wait", XDG_RUNTIME_DIR=str(runtime)) as terminal:
        terminal.wait_for("lenet-tui attach script-")
        time.sleep(0.1)
        terminal.send("ctrl+c")
        assert terminal.wait() == -signal.SIGINT
        assert "KeyboardInterrupt" in terminal.text
    assert not list((runtime / "lenet-tui").iterdir())
