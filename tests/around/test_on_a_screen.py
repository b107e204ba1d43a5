"""A script in a terminal, stopped with the screen, and let go."""

from __future__ import annotations

import contextlib
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.around.scripts import SCRIPTS
from tests.harness.leaving import given_back
from tests.harness.terminal import ROOT, Terminal


@contextlib.contextmanager
def stopped(
    folder: Path, script: str, *words: str, waits: str = "looked at, not run"
) -> Iterator[Terminal]:
    """``lenet-tui run`` of a script in a terminal, with its screen open."""
    file = folder / "script.py"
    file.write_text(SCRIPTS[script])
    command = [sys.executable, "-m", "lenet_tui", "run", *words, "--", str(file), "weights.pt"]
    with Terminal(command, cwd=folder, env={"PYTHONPATH": str(ROOT)}) as terminal:
        terminal.wait_for(waits)
        yield terminal


def after(terminal: Terminal) -> str:
    """What has come since the alternate screen was left."""
    return terminal.received.rpartition(b"\x1b[?1049l")[2].decode()


@pytest.mark.slow
def test_it_is_looked_at_goes_on_from_the_screen_and_ends_by_itself(tmp_path: Path) -> None:
    with stopped(tmp_path, "plain", "--at", "3") as terminal:
        terminal.wait_for("iteration 3")
        terminal.wait_for("optimizer.step()")  # the script's own lines
        terminal.send("N")
        terminal.wait_for("next: update")
        terminal.send("z")
        terminal.wait_for("not here: what")
        terminal.send("escape", "f", "f")
        terminal.wait_for("iteration 4")
        terminal.send("f")
        terminal.wait_for("step of iteration 5")
        terminal.send("q")
        assert terminal.wait() == 0
        given_back(terminal)
        numbers = re.findall(r"(?:^|[\nl])(\d) \d\.\d", after(terminal))
        assert numbers == ["2", "3", "4", "5", "6"], "the first one came under the screen"
    assert (tmp_path / "weights.pt").exists()


@pytest.mark.slow
def test_a_step_of_tensors_alone_is_stepped_through(tmp_path: Path) -> None:
    with stopped(tmp_path, "tensors", "--at", "2") as terminal:
        terminal.wait_for("net_weights_1           6×2")
        terminal.send("N")
        terminal.wait_for("zero_grad done; next: own code")
        terminal.send("f")
        terminal.wait_for("finished; next: your step of iteration 3")
        terminal.send("f")
        terminal.wait_for("finished; next: your step of iteration 4")
        terminal.send("q")
        assert terminal.wait() == 0
        given_back(terminal)
    assert (tmp_path / "weights.pt").exists()


@pytest.mark.slow
def test_its_findings_are_asked_for_there_in_the_language_that_is_asked_for(tmp_path: Path) -> None:
    with stopped(
        tmp_path, "plain", "--at", "2", "--lang", "zh", waits="查看记录，不重新运行"
    ) as terminal:
        terminal.send("!")
        terminal.wait_for("从第 2 次迭代起检查；脚本继续")
        terminal.wait_for("试验需要可重新运行的一步")
        terminal.send("q", "q")
        assert terminal.wait() == 0
        given_back(terminal)
    assert (tmp_path / "weights.pt").exists()


@pytest.mark.slow
def test_past_its_end_the_screen_says_so_and_stays(tmp_path: Path) -> None:
    with stopped(tmp_path, "exits", "--at", "7") as terminal:
        assert "the screen opens after update 7" in terminal.received.decode()
        terminal.send("f")
        terminal.wait_for("the script ended after iteration 7")
        terminal.wait_for("the script has ended: nothing comes after it")
        terminal.send("g")
        terminal.wait_for("The script has ended")
        terminal.wait_for("Kept to be looked at: 7;")
        terminal.send("escape")
        terminal.wait_for(lambda text: "Go to an iteration" not in text)
        terminal.send("q")
        assert terminal.wait() == 3
        given_back(terminal)


@pytest.mark.slow
def test_an_exception_opens_the_screen_and_then_is_the_scripts_own(tmp_path: Path) -> None:
    with stopped(tmp_path, "fails", "--at", "4") as terminal:
        terminal.wait_for("iteration 4")
        terminal.send("q")
        assert terminal.wait() == 1
        given_back(terminal)
        assert "RuntimeError: mat1 and mat2 shapes" in after(terminal)
        assert "lenet_tui/" not in after(terminal)


@pytest.mark.slow
def test_a_script_let_go_says_on_the_screen_what_it_raised(tmp_path: Path) -> None:
    with stopped(tmp_path, "fails", "--at", "2") as terminal:
        terminal.send("c")
        terminal.wait_for("the script raised RuntimeError: mat1")
        terminal.send("q")
        assert terminal.wait() == 1
        given_back(terminal)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["Q", "interrupt"])
def test_a_person_ends_the_script(tmp_path: Path, how: str) -> None:
    with stopped(tmp_path, "plain", "--at", "2") as terminal:
        if how == "Q":
            terminal.send("Q")
            terminal.wait_for("End the program?")
            terminal.send("left", "enter")
        else:
            terminal.send("q")
            terminal.wait_for(lambda _: after(terminal) != "")
        status = terminal.wait()
        given_back(terminal)
        assert status == (-signal.SIGINT if how == "Q" else 0)
        assert ("KeyboardInterrupt" in after(terminal)) == (how == "Q")
