"""Every terminal: no traceback, the sign of a number to be seen, and all as before on leaving.

A handful by default, the whole matrix with ``-m slow``.
"""

from __future__ import annotations

import itertools
import random
import re
import shutil
import signal
import time
from functools import cache
from pathlib import Path

import pyte
import pytest
import torch

from lenet_tui.training.engine.model import Net
from tests.harness.few import few
from tests.harness.leaving import given_back, quit_at_last, settings
from tests.harness.signs import Signs, differences, greys, look, signs
from tests.harness.terminal import Terminal
from tests.harness.tmux import Tmux

TERMS = ("xterm", "xterm-256color", "screen-256color", "tmux-256color", "linux")
COLOURS = {"": {}, "truecolor": {"COLORTERM": "truecolor"}, "none": {"NO_COLOR": "1"}}
LOCALES = {
    "utf-8": {},
    "C": {"LANG": "C"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "ascii": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}
SIZES = (
    (10, 3),
    (20, 5),
    (40, 10),
    (60, 15),
    (80, 24),
    (100, 30),
    (160, 50),
    (200, 60),
    (300, 100),
)
QUITS = b"q\x03\x11"
MANY = 0.3
"""A number of so much of the largest one must show its sign."""

slow = pytest.mark.slow
needs_tmux = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")


def cases() -> list[object]:
    """The whole matrix; one of it runs by default."""
    return few(itertools.product(TERMS, COLOURS, LOCALES), ("linux", "none", "ascii"), spread=True)


@cache
def weights() -> torch.Tensor:
    """conv1.weight as it is at first: (6, 5, 5)."""
    torch.manual_seed(0)
    return Net().conv1.weight.detach()[:, 0]


def check_signs(found: Signs) -> None:
    """Each sign that is seen is right, and that of each large number is seen."""
    values = weights()
    assert len(found) >= 50
    for place, sign in found.items():
        value = values[place].item()
        assert sign in (0, 1 if value > 0 else -1), (place, value)
        assert sign or abs(value) < MANY * values.abs().max().item(), (place, value)
    assert {1, -1} <= set(found.values())


def has_marks(screen: pyte.Screen) -> bool:
    """Whether signs are said by marks, not by colour alone."""
    return any(re.search("[+][░▒▓█.:*#].*[−-][░▒▓█.:*#]", line) for line in screen.display)


@pytest.mark.parametrize(("term", "colour", "locale"), cases())
def test_a_terminal(term: str, colour: str, locale: str) -> None:
    env = COLOURS[colour] | LOCALES[locale]
    with Terminal(term=term, env=env, size=(100, 30)) as terminal:  # where tiles have names
        before = settings(terminal)
        terminal.wait_for("61,706")
        terminal.wait_for("conv1.weight  6×1×5×5")
        terminal.settle(0.3)
        check_signs(signs(terminal.screen))
        if colour == "none":
            assert has_marks(terminal.screen)
            assert greys(terminal.screen)
        elif "256color" not in term and not colour:
            assert has_marks(terminal.screen)
        terminal.send("f")
        terminal.wait_for("iteration 1 ")
        terminal.send("q")
        assert terminal.wait() == 0
        assert "Traceback" not in terminal.received.decode(errors="replace")
        given_back(terminal)
        assert settings(terminal) == before


@pytest.mark.slow
@needs_tmux
@pytest.mark.parametrize(
    ("term", "colour", "locale"),
    [
        pytest.param(term, colour, locale, marks=() if case == 9 else slow)
        for case, ((term, colour), locale) in enumerate(
            zip(itertools.product(TERMS, COLOURS), itertools.cycle(LOCALES), strict=False)
        )
    ],
)
def test_in_tmux(tmp_path: Path, term: str, colour: str, locale: str) -> None:
    env = COLOURS[colour] | LOCALES[locale]
    with Tmux(tmp_path, term=term, env=env, size=(100, 30)) as tmux:  # where tiles have names
        flags = tmux.flags
        tmux.send("Enter")
        tmux.wait_for("61,706")
        tmux.wait_for("conv1.weight  6×1×5×5")
        tmux.settle()
        check_signs(signs(tmux.screen))
        assert tmux.flags["alternate_on"] == tmux.flags["mouse_any_flag"] == "1"
        assert tmux.flags["cursor_flag"] == "0"
        tmux.send("r")
        tmux.wait_for(re.compile(r"iteration \d[\d,]"))
        for size in ((10, 3), (300, 100), (80, 24)):
            tmux.resize(*size)
            time.sleep(0.2)
        tmux.send("r")
        tmux.wait_for("finished; next")
        tmux.send("q")
        text = tmux.wait_for("the screen after")
        assert "the screen before" in text
        assert "Traceback" not in text
        assert tmux.flags == flags
        assert (tmp_path / "status").read_text() == "0\n"
        assert without_size(tmp_path / "after") == without_size(tmp_path / "before")


def without_size(file: Path) -> str:
    return re.sub(r"rows \d+; columns \d+;", "", file.read_text())


@slow
@pytest.mark.parametrize("size", SIZES)
def test_a_size(size: tuple[int, int]) -> None:
    with Terminal(size=size) as terminal:
        terminal.wait_for(re.compile(r"\w"))
        terminal.settle()
        terminal.send(*"nfsSNr")
        terminal.read(0.5)
        terminal.send("r")
        for opened in ("?", "ctrl+p", "w", "o", "K", "t", "m", "e", "x"):
            terminal.send(opened)
            terminal.read(0.2)
            for _ in range(3):  # from a field of the lab to its picture, and home
                terminal.send("escape")
                terminal.read(0.2)
        assert terminal.process.poll() is None
        assert quit_at_last(terminal) == 0
        given_back(terminal)
        assert "Traceback" not in terminal.received.decode(errors="replace")


@slow
@pytest.mark.parametrize("seed", range(6))
def test_a_storm_of_sizes_while_it_runs(seed: int) -> None:
    random_ = random.Random(seed)
    with Terminal() as terminal:
        terminal.wait_for("61,706")
        terminal.send("r")
        for _ in range(15 if seed == 0 else 200):
            terminal.resize(random_.randint(10, 300), random_.randint(3, 100))
            terminal.read(random_.choice((0.0, 0.01, 0.05)))
        terminal.resize(120, 40)
        terminal.wait_for(re.compile(r"iteration \d[\d,]"))
        terminal.send("r")
        terminal.wait_for("finished; next")
        terminal.settle(4)  # on a busy machine the app is still at the sizes of a while ago
        shown = look(terminal.screen)
        terminal.resize(119, 40)
        terminal.settle(1)
        terminal.resize(120, 40)
        try:
            terminal.wait_for(lambda _: look(terminal.screen) == shown)
        except AssertionError:
            left_over = differences(look(terminal.screen), shown)
            raise AssertionError(f"the storm left something over: {left_over}") from None
        terminal.send("q")
        assert terminal.wait() == 0
        given_back(terminal)
        assert "Traceback" not in terminal.received.decode(errors="replace")


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=slow) for n in range(1, 20))])
@slow
def test_bytes_that_are_no_keys(seed: int, tmp_path: Path) -> None:
    """A slip of the line, a file sent by mistake: not even what is no UTF-8 ends it."""
    random_ = random.Random(seed)
    with Terminal(cwd=tmp_path) as terminal:
        terminal.wait_for("61,706")
        terminal.type(b"\xe9")
        for _ in range(10 if seed == 0 else 100):
            data = bytes(random_.choices(range(256), k=100))
            terminal.type(bytes(b for b in data if b not in QUITS))
            terminal.read(0.03)
        for _ in range(4):  # from the deepest dialog
            terminal.send("escape")
            terminal.read(0.3)
        assert terminal.process.poll() is None, terminal.text
        terminal.signal(signal.SIGTERM)
        assert terminal.wait() == 143
        given_back(terminal)
