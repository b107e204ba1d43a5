"""An op that hangs: it is said, it can be ended, and the session is where it was."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.harness.terminal import ROOT, Terminal


@pytest.mark.slow
def test_a_hanging_op_is_said_and_ended(tmp_path: Path) -> None:
    flag = tmp_path / "hang"
    env = {"HANG": str(flag), "PYTHONPATH": str(ROOT)}
    with Terminal([sys.executable, "-m", "tests.harness.hang_app"], env=env) as terminal:
        terminal.wait_for("next: forward")
        terminal.send("f")
        terminal.wait_for("finished; next")
        flag.touch()
        terminal.send("n")
        terminal.wait_for(re.compile(r"escape"))
        terminal.wait_for(re.compile(r"[2-9](\.\d)? s"))
        terminal.send("escape")
        terminal.wait_for(re.compile(r"forward 1 of 4"))
        flag.unlink()
        terminal.send("n")
        terminal.wait_for("forward done")
        terminal.send("f")
        terminal.wait_for("iteration 2 ")
        terminal.wait_for("finished; next")
        terminal.send("q")
        assert terminal.wait() == 0
