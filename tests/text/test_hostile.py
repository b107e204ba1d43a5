"""Strings that would take over a terminal are shown as text, wherever they come from."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.commands import run_here
from tests.harness.hostile_models import C1, CLICK, CLOSING, ESCAPE, EVERYTHING, MARKUP, RAW
from tests.harness.leaving import app, given_back, gone, quit_at_last
from tests.harness.terminal import APP, ROOT, Terminal, environment

OURS = re.compile(
    rb"\x1b\[[0-9;]*[mHJKC]"  # colours, and where to write
    rb"|\x1b\[[?<>=][0-9;]*\$?[hlupc]"  # modes
    rb"|\x1b\[5n"  # whether all is well
    rb"|\x1b\]22;[a-z-]*\x07"  # the pointer's shape
)
"""All that we send on purpose."""

SOURCE = '''
import torch
from torch import nn
{base}

class Net({parent}):
    """{hostile}"""

    def forward(self, x):  # {hostile}
        return {returned}
'''
FOLDED = r"\x1b[6;7;8m"


@pytest.fixture
def raw_model(tmp_path: Path) -> Path:
    """Where ``raw_model:Net`` is: hostile, and so is its source."""
    base, returned = "from tests.harness.hostile_models import Hostile", "super().forward(x)"
    source = SOURCE.format(base=base, parent="Hostile", hostile=EVERYTHING, returned=returned)
    (tmp_path / "raw_model.py").write_text(source)
    return tmp_path


def harmless(terminal: Terminal) -> None:
    """Nothing that was sent is a control character but those of our own sequences."""
    sent = bytes(terminal.received)
    assert not [part for part in RAW if part in sent]
    left = OURS.sub(b"", sent).decode(errors="replace")
    assert set(re.findall("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", left)) <= {
        "\r",
        "\n",
    }


def press(terminal: Terminal, *keys: str) -> None:
    for key in keys:
        terminal.send(key)
        terminal.settle(0.12)
        assert terminal.process.poll() is None, terminal.text


WALK = (
    ("f", "s", "s", "s", "s", "]", "s", "s", "s", "]", "]", "n", "n"),
    ("1", "down", "down", "down", "down", "enter", "v", "v", "a", "a", "e", "escape"),
    ("1", "down", "down", "enter", "2", "enter", "enter", "i", "D", "escape"),
    ("w", *"norm(", "down", "enter", "escape"),
    ("?", "escape", "P", "escape", "d", "escape", "o", "escape", "p", "escape", "B", "escape"),
    ("x", "enter", "ctrl+s", "enter", "K", "escape", "escape", "escape"),
    ("t", "t", "escape", "L", "f", "]", "]", "L", "m", "m", "1", "m", "m", "N", "S"),
)


@pytest.mark.slow
def test_the_app_shows_a_hostile_model_as_text(raw_model: Path) -> None:
    """All panes, dialogs and screens, in a real terminal."""
    env = {"PYTHONPATH": f"{ROOT}:{raw_model}", "LENET_TUI_TRACEBACK": "1"}
    command = [sys.executable, "-m", "tests.harness.planted_app", "hostile"]
    with app(command=command, env=env, size=(200, 60), cwd=raw_model) as (terminal, processes):
        terminal.wait_for("next: forward")
        terminal.settle()
        for shown in (ESCAPE, MARKUP, CLICK, CLOSING, C1):
            assert escaped(shown) in terminal.text, shown
        row, line = next((y, x) for y, x in enumerate(terminal.screen.display) if CLICK in x)
        column = line.index(CLICK) + len("[@click=app_quit()]")
        terminal.send(f"\x1b[<0;{column + 1};{row + 1}M", f"\x1b[<0;{column + 1};{row + 1}m")
        for keys in WALK:
            press(terminal, *keys)
        press(terminal, "ctrl+p", *"watch")
        terminal.send("escape")
        terminal.read(0.3)
        assert quit_at_last(terminal) == 0
        harmless(terminal)
        given_back(terminal)
        assert gone(processes)


def escaped(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


@pytest.mark.slow
def test_an_error_is_one_line_of_text() -> None:
    command = [sys.executable, "-m", "tests.harness.planted_app", "raising"]
    with app(command=command, size=(200, 60)) as (terminal, _):
        terminal.wait_for(re.compile("next: forward|gone|lenet-tui: "))
        terminal.settle()
        terminal.send("n", "1", "]", "]", "]")
        terminal.wait_for(escaped(ESCAPE))
        terminal.settle()
        harmless(terminal)
        assert quit_at_last(terminal) == 0


@pytest.mark.slow
def test_a_crash_of_the_app_says_where_in_plain_text(tmp_path: Path) -> None:
    env = {"LENET_TUI_TRACEBACK": "1", "XDG_STATE_HOME": str(tmp_path)}
    with app(command=[sys.executable, "-m", "tests.harness.planted_app", "handler"], env=env) as (
        term,
        _,
    ):
        term.wait_for("61,706")
        term.send("a")
        assert term.wait() == 1
        assert b"\x1b[31m [red]" not in term.received


# The command line


def run(*words: str, path: str = "", text: str = "") -> subprocess.CompletedProcess[bytes]:
    env = environment()
    env["PYTHONPATH"] += f":{path}"
    return subprocess.run(
        [sys.executable, *words], env=env, input=text.encode(), capture_output=True, check=False
    )


def plain(done: subprocess.CompletedProcess[bytes] | subprocess.CompletedProcess[str]) -> str:
    """What was said, on both streams; only lines of text."""
    streams = (done.stdout, done.stderr)
    said = "".join(s.decode() if isinstance(s, bytes) else s for s in streams)
    assert not re.search("[^\n\t -~\xa0-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]", said)
    assert "Traceback" not in said
    return said


@pytest.mark.parametrize(
    ("words", "status", "shown"),
    [
        (("trace", "--ops"), 0, True),
        pytest.param(("trace", "--format", "jsonl", "--ops"), 0, False, marks=pytest.mark.slow),
        (("explain", f"{CLOSING}.weight[0,0]", "--iteration", "1"), 2, False),
        (("explain", f"{ESCAPE}.nothing[0]"), 2, True),
        (("export", "--output", "-"), 1, True),
    ],
)
def test_commands_print_a_hostile_model_as_text(
    words: tuple[str, ...], status: int, shown: bool, raw_model: Path
) -> None:
    done = run("-m", "tests.harness.planted_command", "raw_model:Net", *words, path=str(raw_model))
    said = plain(done)
    assert done.returncode == status, said
    assert FOLDED in done.stdout.decode() + (said if status else "") or not shown


@pytest.mark.slow
def test_a_source_that_a_terminal_acts_on_is_not_exported(tmp_path: Path) -> None:
    source = SOURCE.format(base="", parent="nn.Linear", hostile="x", returned="x.view(-1, 1024)")
    init = "\n    def __init__(self):  # {}\n        super().__init__(1024, 10)\n"
    source += "".join((init, "\n    def forward(self, x):\n"))
    source += "        return super().forward(x.flatten(1))\n"
    for name, comment in (("good_model", "a plain ❤️ remark"), ("bad_model", EVERYTHING)):
        (tmp_path / f"{name}.py").write_text(source.replace("{}", comment))
    words = ("export", "--output", "-")
    good = run("-m", "tests.harness.planted_command", "good_model:Net", *words, path=str(tmp_path))
    assert (good.returncode, "❤️" in good.stdout.decode()) == (0, True), good.stderr.decode()
    bad = run("-m", "tests.harness.planted_command", "bad_model:Net", *words, path=str(tmp_path))
    assert bad.returncode == 1
    assert "a terminal would act on" in plain(bad)


NAME = f"x{EVERYTHING}.npz".replace("/", "_")


BAD_WORDS = [
    (("trace", "--data", NAME), ""),
    (("trace", "--moves", NAME), ""),
    (("trace", "--moves", "-"), f"phase {EVERYTHING}\n"),
    (("trace", "--moves", "-"), f"watch {EVERYTHING} < 1\n"),
    (("trace", "--device", ESCAPE), ""),
    (("trace", "--lr", EVERYTHING), ""),
    (("trace", "--preset", EVERYTHING), ""),
    ((EVERYTHING,), ""),
    (("lab", EVERYTHING, "--format", "text"), ""),
    (("lab", f"Conv2d({EVERYTHING})", "--format", "text"), ""),
    (("tour", EVERYTHING), ""),
    (("export", "--output", f"no{EVERYTHING}/x.py"), ""),
    (("explain", EVERYTHING), ""),
    (("--resume", NAME), ""),
]


@pytest.mark.parametrize(("words", "text"), BAD_WORDS)
def test_bad_words_get_a_line_of_text(
    words: tuple[str, ...], text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / NAME).write_bytes(os.urandom(50) + EVERYTHING.encode())
    here = run_here(*words, given=text)
    assert plain(here)
    assert here.returncode in (1, 2)


@pytest.mark.slow
@pytest.mark.parametrize(("words", "text"), BAD_WORDS)
def test_bad_words_in_a_pipe_too(
    words: tuple[str, ...], text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / NAME).write_bytes(os.urandom(50) + EVERYTHING.encode())
    done = run("-m", "lenet_tui", *words, text=text)
    assert plain(done)
    assert done.returncode in (1, 2)


@pytest.mark.slow
@pytest.mark.parametrize("words", [("--data", NAME), ("--moves", NAME), ("--resume", NAME)])
def test_bad_words_in_a_terminal_too(words: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(EVERYTHING)
    with Terminal([*APP, *words], cwd=tmp_path) as terminal:
        assert terminal.wait() == 2
        harmless(terminal)
        assert "lenet-tui: " in terminal.text
        assert FOLDED in terminal.text.replace("\n", "")
