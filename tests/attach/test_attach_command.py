"""``lenet-tui attach`` without a terminal: which sessions there are, and what cannot be."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lenet_tui.attach.engine.door import Door
from lenet_tui.attach.wire import Welcome
from lenet_tui.protocol.options import Options
from tests.harness.commands import run_here


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder with a path that leaves room for a socket's."""
    with tempfile.TemporaryDirectory(prefix="lenet-tui-") as folder:
        yield Path(folder)


@pytest.fixture
def opened(short: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Door]]:
    """Opens the door of a session of that name, in this process."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short))
    monkeypatch.setenv("XDG_STATE_HOME", str(short / "state"))
    monkeypatch.setenv("TMPDIR", str(short))
    doors: list[Door] = []

    def open_door(name: str) -> Door:
        name = f"{name}-{os.getpid()}"
        about = Welcome(name, "t", f"/a/{name}.py", os.getpid(), "t.py:57", 0.0, Options())
        doors.append(Door(name, lambda: about, lambda line: line.close()))
        return doors[-1]

    yield open_door
    for door in doors:
        door.close()


def test_where_there_is_none_one_line_says_so(opened: Callable[[str], Door]) -> None:
    done = run_here("attach")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "lenet-tui: no program waits with a session here\n"


def test_several_are_listed_and_one_is_named(opened: Callable[[str], Door]) -> None:
    opened("train")
    opened("other")
    pid = os.getpid()
    done = run_here("attach")
    assert (done.returncode, done.stderr) == (0, "")
    head, *rows, last = done.stdout.splitlines()
    assert head.split() == ["NAME", "SCRIPT", "PID", "AT", "SINCE"]
    assert [row.split()[:4] for row in rows] == [
        [f"{name}-{pid}", f"{name}-{pid}.py", str(pid), "t.py:57"] for name in ("other", "train")
    ]
    assert last == f"choose one: lenet-tui attach other-{pid}"
    done = run_here("attach", "mine")
    assert done.returncode == 2
    assert done.stderr == (
        f"lenet-tui: no session is called 'mine'; there are: other-{pid}, train-{pid}\n"
    )
    done = run_here("attach", "tr")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "attach needs a terminal" in done.stderr


def test_a_socket_that_others_may_open_is_refused_with_a_line(
    opened: Callable[[str], Door],
) -> None:
    door = opened("train")
    door.path.chmod(0o666)
    done = run_here("attach")
    assert (done.returncode, done.stdout) == (2, "")
    assert "is open to others (mode 0666, should be 0600): refused" in done.stderr
    assert done.stderr.count("\n") == 1
