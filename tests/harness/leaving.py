"""What is to be seen of an app that has ended: the terminal as before, and nothing that runs."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from uuid import uuid4

from lenet_tui.sessions.store import read
from tests.harness.terminal import APP, ROOT, Terminal

MODES_OFF = ("1049l", "25h", "1000l", "1003l", "1006l", "2004l", "1004l")

Processes = Callable[[], list[int]]


def given_back(terminal: Terminal) -> None:
    """The line discipline is the one before; each mode that was set is unset, in the end."""
    assert termios.tcgetattr(terminal.slave) == terminal.attributes
    sent = terminal.received.decode(errors="replace")
    for off in MODES_OFF:
        assert sent.rfind(f"\x1b[?{off}") > sent.rfind(f"\x1b[?{_on(off)}"), off
    assert sent.count("\x1b[<u") >= sent.count("\x1b[>")


def taken(terminal: Terminal) -> bool:
    """Whether the app has the terminal: each mode was set last, and keys come one by one."""
    sent = terminal.received.decode(errors="replace")
    raw = not termios.tcgetattr(terminal.slave)[3] & (termios.ICANON | termios.ECHO)
    return raw and all(
        sent.rfind(f"\x1b[?{_on(off)}") > sent.rfind(f"\x1b[?{off}") for off in MODES_OFF
    )


def settings(terminal: Terminal) -> str:
    """The line discipline as ``stty -a`` tells it."""
    command = ["stty", "-a", "-F", f"/proc/self/fd/{terminal.slave}"]
    done = subprocess.run(
        command, pass_fds=(terminal.slave,), capture_output=True, text=True, check=True
    )
    return done.stdout


def quit_at_last(terminal: Terminal) -> int:
    """Press ``q`` until the app ends: after escape, a slow machine takes it for ``alt+q``."""
    for _ in range(10):
        terminal.read(0.5)
        terminal.send("q")
        with contextlib.suppress(AssertionError):
            return terminal.wait(3)
    raise AssertionError(f"q does not end it; the screen:\n{terminal.text}")


@contextlib.contextmanager
def app(
    *words: str,
    command: Sequence[str] = APP,
    env: Mapping[str, str] | None = None,
    size: tuple[int, int] = (120, 40),
    cwd: Path = ROOT,
) -> Iterator[tuple[Terminal, Processes]]:
    """The app in a terminal, and what finds the processes it has started (itself too)."""
    mark = str(uuid4())

    def processes() -> list[int]:
        found = []
        for file in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if f"LENET_TEST_MARK={mark}".encode() in file.read_bytes():
                    found.append(int(file.parent.name))
        return found

    marked = {"LENET_TEST_MARK": mark} | dict(env or {})
    with Terminal([*command, *words], env=marked, size=size, cwd=cwd, own_torch=True) as terminal:
        yield terminal, processes


def gone(processes: Processes, seconds: float = 5) -> bool:
    """Whether nothing that the app has started runs any longer."""
    until = time.monotonic() + seconds
    while processes() and time.monotonic() < until:
        time.sleep(0.05)
    return not processes()


def _on(off: str) -> str:
    """The mode's other setting."""
    return off[:-1] + ("l" if off[-1] == "h" else "h")


LEFT = "\x1b[?1049l"
"""What leaves the alternate screen."""
ITERATION = re.compile(r"iteration ([\d,]+)")


def planted(kind: str) -> list[str]:
    return [sys.executable, "-m", "tests.harness.planted_app", kind]


def reached(terminal: Terminal) -> int:
    found = ITERATION.search(terminal.text)
    return int(found[1].replace(",", "")) if found else -1


def saved(home: Path, killed: bool = False) -> tuple[int, str]:
    """Iteration and phase of the one session that is saved; nothing lies about beside it.

    ``killed``: perhaps in the middle of a save.
    """
    (path,) = (home / "lenet-tui").glob("*.session")
    assert killed or not list((home / "lenet-tui").glob(".*"))
    position = read(path).snapshot.position
    return position.iteration, position.phase


def runs(terminal: Terminal, beyond: int = 20) -> None:
    """Start a run and let it come some way."""
    terminal.send("r")
    terminal.wait_for(lambda _: reached(terminal) > beyond)


def carry_on(terminal: Terminal) -> None:
    """Where the engine has gone: a new one starts by itself, or the rail says by which key."""
    terminal.settle(0.5)
    if "ctrl+r starts" in terminal.text:
        terminal.send("ctrl+r")
    terminal.wait_for(re.compile("carries on|no engine|started again"))
