"""A full disk, a home that cannot be written, an exception: what is said, and what was lost."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.harness.leaving import LEFT, app, carry_on, given_back, gone, planted, saved
from tests.harness.terminal import APP

slow = pytest.mark.slow


# Disks


unshare = pytest.mark.skipif(
    subprocess.run(
        ["sh", "-c", "unshare -rm mount -t tmpfs tmpfs /tmp"], capture_output=True, check=False
    ).returncode
    != 0,
    reason="no file system can be mounted here",
)


def mounted(folder: Path, options: str, then: str) -> list[str]:
    """The app in ``folder``, where a file system of its own is mounted; ``then`` it is listed."""
    place = shlex.quote(str(folder))
    script = (
        f"mount -t tmpfs -o {options} tmpfs {place} && cd {place} && {then}"
        f" && {shlex.join(APP)}; echo $?; ls -AR"
    )
    return ["unshare", "-rm", "sh", "-c", script]


@unshare
@slow
def test_a_full_disk_is_said_and_stops_nothing(tmp_path: Path) -> None:
    full = mounted(tmp_path, "size=64k", "! cat /dev/zero >big 2>&-")
    with app(command=full, env={"XDG_STATE_HOME": str(tmp_path)}) as (terminal, processes):
        terminal.wait_for("61,706")
        terminal.send("f")
        terminal.wait_for("the session is not being saved: No space left on device")
        terminal.send("x")
        terminal.wait_for("Export the session")
        terminal.send("enter")
        terminal.wait_for("No space left on device")
        terminal.send("escape")
        terminal.wait_for(lambda text: "Export the session" not in text)
        terminal.send("ctrl+s")
        terminal.wait_for("Save the moves")
        terminal.send("enter")
        terminal.wait_for("No space left on device")
        terminal.send("escape")
        terminal.wait_for(lambda text: "Save the moves" not in text)
        terminal.send("f")
        terminal.wait_for("iteration 2 ")
        terminal.send("q")
        assert terminal.wait() == 0
        assert gone(processes)
        left = terminal.received.decode().rpartition(LEFT)[2]
        files = re.sub(r"\x1b\[[^a-zA-Z]*[a-zA-Z]", "", left).split()
        assert files[0] == "0"
        assert not [name for name in files if re.search("part$|py$|moves$|session$", name)]


@slow
@unshare
def test_a_home_that_is_read_only_is_said_and_stops_nothing(tmp_path: Path) -> None:
    env = {"XDG_STATE_HOME": "", "HOME": str(tmp_path)}
    with app(command=mounted(tmp_path, "ro", "true"), env=env) as (terminal, processes):
        terminal.wait_for("61,706")
        terminal.send("f")
        terminal.wait_for("the session is not being saved: Read-only file system")
        terminal.send("f")
        terminal.wait_for("iteration 2 ")
        terminal.send("x")
        terminal.wait_for("Export the session")
        terminal.send("enter")
        terminal.wait_for("cannot be written to")
        terminal.send("escape")
        terminal.wait_for(lambda text: "Export the session" not in text)
        terminal.send("q")
        assert terminal.wait() == 0
        given_back(terminal)
        assert gone(processes)


# Planted exceptions


@slow
@pytest.mark.parametrize("kind", ["handler", "pane", "thread"])
def test_an_exception_in_the_app_is_one_line_and_nothing_is_lost(kind: str, tmp_path: Path) -> None:
    env = {"XDG_STATE_HOME": str(tmp_path)}
    with app(command=planted(kind), env=env) as (terminal, processes):
        terminal.wait_for("61,706")
        terminal.send("f")
        terminal.wait_for("iteration 1 ")
        terminal.send("f")
        terminal.wait_for("iteration 2 ")
        terminal.settle()
        terminal.send("a")
        assert terminal.wait() == 1
        last = terminal.received.decode().rpartition("\x1b[0m")[2]
        assert last.startswith(
            r"lenet-tui: the screen broke: RuntimeError: planted\x1b[31m [red]here"
        )
        assert last.count("\n") == 1
        given_back(terminal)
        assert gone(processes)
    assert saved(tmp_path) == (2, "update")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("failing", "the weights"),
        ("exiting", "exit status 3"),
        ("babbling", "makes no sense: pickle data was"),
        ("save", r"planted\x1b[31m"),
    ],
)
@slow
def test_an_exception_in_the_engine_or_beside_it_is_said_and_the_app_goes_on(
    kind: str, said: str, tmp_path: Path
) -> None:
    flag = tmp_path / "exit"
    env = {"XDG_STATE_HOME": str(tmp_path), "EXIT": str(flag)}
    with app(command=planted(kind), env=env, size=(160, 40)) as (terminal, processes):
        terminal.wait_for("next: forward")
        terminal.settle()
        if kind in ("failing", "exiting"):
            terminal.send("f")
            terminal.wait_for("iteration 1 ")
            terminal.wait_for("finished; next")
        if kind == "exiting":
            flag.touch()
        terminal.send("r" if kind == "failing" else "f")
        terminal.wait_for(said)
        if kind in ("exiting", "babbling"):
            carry_on(terminal)
        if kind == "exiting":
            terminal.wait_for("finished; next")
            terminal.send("f")
            terminal.wait_for("iteration 2 ")
        terminal.send("N")
        terminal.settle()
        assert "Traceback" not in terminal.received.decode(errors="replace") or kind == "failing"
        terminal.send("q")
        assert terminal.wait() == 0
        given_back(terminal)
        assert gone(processes)
