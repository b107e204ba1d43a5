"""``lenet-tui --resume``: a session that was lost comes back, in a real pseudo-terminal."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from lenet_tui.protocol.messages import Snapshot
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.position import Position
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.sessions.file_format import encode
from lenet_tui.sessions.store import SaveFile, read
from tests.harness.terminal import APP, Terminal, environment

ITERATION = re.compile(r"iteration ([\d,]+)")


def saves(home: Path) -> list[Path]:
    return sorted((home / "lenet-tui").glob("*.session"))


def reached(terminal: Terminal) -> int:
    found = ITERATION.search(terminal.text)
    return int(found[1].replace(",", "")) if found else 0


@pytest.mark.slow
def test_a_running_session_that_was_killed_is_offered_and_comes_back(tmp_path: Path) -> None:
    env = {"XDG_STATE_HOME": str(tmp_path)}
    with Terminal(env=env) as terminal:
        terminal.wait_for("61,706")
        terminal.send("r")
        terminal.wait_for(lambda text: reached(terminal) > 100)
        time.sleep(1.2)
        terminal.read(0.1)
        seen = reached(terminal)
        terminal.signal(signal.SIGKILL)
        terminal.wait()
    saved = read(saves(tmp_path)[0]).snapshot.position
    per_second = seen  # it ran for longer than a second
    assert seen - saved.iteration < per_second
    assert saved.iteration > 100
    with Terminal([*APP, "--resume"], env=env) as terminal:
        terminal.wait_for("Sessions that can be resumed")
        assert f"iteration {saved.iteration:,}," in terminal.text
        terminal.send("enter")
        terminal.wait_for("the saved session carries on")
        terminal.wait_for(f"iteration {saved.iteration:,} ")
        terminal.send("n")
        terminal.wait_for(f"iteration {saved.iteration + 1:,} ")
        terminal.send("N")
        terminal.wait_for(f"iteration {saved.iteration:,} ")
        terminal.send("q")
        assert terminal.wait() == 0
    assert len(saves(tmp_path)) == 1


@pytest.mark.slow
def test_a_terminal_that_a_killed_app_left_raw_is_put_right(tmp_path: Path) -> None:
    env = {"XDG_STATE_HOME": str(tmp_path)}
    with Terminal(env=env) as terminal:
        terminal.wait_for("61,706")
        terminal.send("n", "n")
        terminal.wait_for("loss done")
        terminal.signal(signal.SIGHUP)
        terminal.wait()
    command = ["sh", "-c", 'stty raw -echo; exec "$@"', "sh", *APP, "--resume"]
    with Terminal(command, env=env) as terminal:
        terminal.wait_for("Sessions that can be resumed")
        began = terminal.received.index(b"\x1b[?1049h")
        assert b"\x1b[?1003l" in terminal.received[:began]
        terminal.send("enter")
        terminal.wait_for("the saved session carries on")
        terminal.send("q")
        assert terminal.wait() == 0
        local = termios.tcgetattr(terminal.slave)[3]
        assert local & termios.ICANON and local & termios.ECHO and local & termios.ISIG


@pytest.mark.slow
def test_a_hang_up_loses_no_phase(tmp_path: Path) -> None:
    env = {"XDG_STATE_HOME": str(tmp_path)}
    with Terminal([*APP, "--preset", "notebook"], env=env) as terminal:
        terminal.wait_for("61,706")
        terminal.send("f", "n", "n")
        terminal.wait_for("loss done")
        terminal.signal(signal.SIGHUP)
        assert terminal.wait() == 129
    (path,) = saves(tmp_path)
    saved = read(path)
    assert (saved.snapshot.position.iteration, saved.snapshot.position.phase) == (2, "loss")
    assert saved.snapshot.digest
    with Terminal([*APP, "--resume", str(path), "--lang", "zh"], env=env) as terminal:
        terminal.wait_for("第 2 次迭代  loss 完成")
        terminal.send("q")
        assert terminal.wait() == 0


def resume(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = environment(env={"XDG_STATE_HOME": str(home)})
    command = [*APP, "--resume", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def in_terminal(home: Path, *words: str) -> tuple[int, str]:
    """Exit status, and what was said."""
    with Terminal([*APP, "--resume", *words], env={"XDG_STATE_HOME": str(home)}) as terminal:
        status = terminal.wait()
        return status, terminal.text.strip()


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"", b"lenet-tui session 4\n" + b"x" * 99, b"\x1b]52;c;x\x07"])
def test_a_damaged_save_gets_one_line(tmp_path: Path, content: bytes) -> None:
    folder = tmp_path / "lenet-tui"
    folder.mkdir()
    (folder / "a.session").write_bytes(content)
    status, said = in_terminal(tmp_path)
    assert status == 2
    assert said.startswith("lenet-tui: session ")
    assert "cannotberesumed:itis" in "".join(said.split())
    assert "Traceback" not in said


@pytest.mark.slow
def test_a_save_that_does_not_fit_ends_in_one_line_and_stays(tmp_path: Path) -> None:
    folder = tmp_path / "lenet-tui"
    folder.mkdir()
    snapshot = Snapshot(Position(1, "update", None, 60), 4, (1, 4, float("inf")))
    data = encode(SavedSession(Options(device="cpu"), snapshot, {0: b"\x02" + b"\0" * 7 + b"{}"}))
    (folder / "a.session").write_bytes(data)
    with Terminal([*APP, "--resume"], env={"XDG_STATE_HOME": str(tmp_path)}) as terminal:
        terminal.wait_for("Sessions that can be resumed")
        terminal.send("enter")
        assert terminal.wait() == 2
        assert "the saved session" in terminal.text
        assert "Traceback" not in terminal.text
    assert (folder / "a.session").read_bytes() == data


@pytest.mark.slow
def test_nothing_to_resume_and_no_terminal_are_said(tmp_path: Path) -> None:
    status, said = in_terminal(tmp_path)
    assert (status, "no session to resume" in said) == (2, True)
    held = SaveFile(tmp_path / "lenet-tui")
    held.write([b"whatever"])
    pipe = held.path.with_name("pipe.session")
    os.mkfifo(pipe)
    pipe.with_name("link.session").symlink_to(pipe)
    status, said = in_terminal(tmp_path, str(pipe))
    assert (status, "it is not a file" in " ".join(said.split())) == (2, True)
    status, said = in_terminal(tmp_path)
    assert (status, "in use by another lenet-tui" in " ".join(said.split())) == (2, True)
    held.close()
    status, said = in_terminal(tmp_path, "--lr", "0.1")
    assert (status, "leave out --lr" in said) == (2, True)
    piped = resume(tmp_path)
    assert (piped.returncode, piped.stdout) == (2, "")
    assert "--resume needs a terminal" in piped.stderr


def test_resume_imports_no_torch(tmp_path: Path) -> None:
    code = "import sys, lenet_tui.cli.resume; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
