"""The lab from outside: the command line, and the screen over the app."""

from __future__ import annotations

import json
from subprocess import CompletedProcess
from typing import Any

import pytest

from lenet_tui.cli import main as cli
from lenet_tui.lab.result import RunLab
from lenet_tui.lab.ui.screen import LabScreen
from lenet_tui.protocol.messages import Asked
from tests.harness.commands import run_here
from tests.harness.running_app import Running, running
from tests.harness.terminal import APP, Terminal


def as_json(*words: str) -> tuple[dict[str, Any], CompletedProcess[str]]:
    done = run_here("lab", *words, "--format", "json")
    return json.loads(done.stdout), done


def test_a_layer_as_json() -> None:
    text = "Conv2d(3, 8, (3, 5), stride=2, padding=1, dilation=2, groups=1)"
    said, done = as_json(text, "--input", "1,3,32,32")
    assert done.returncode == 0 and done.stderr == ""
    assert said == {
        "layer": text,
        "input_shape": [1, 3, 32, 32],
        "output_shape": [1, 8, 15, 13],
        "parameters": 368,
        "weight_shape": [8, 3, 3, 5],
        "formula": "H_out = floor((32 + 2*1 - 2*(3 - 1) - 1) / 2 + 1) = 15; "
        "W_out = floor((32 + 2*1 - 2*(5 - 1) - 1) / 2 + 1) = 13",
        "indices": None,
        "error": None,
    }


def test_the_indices_of_a_pool() -> None:
    said, done = as_json("MaxPool2d(2, return_indices=True)", "--input", "1,2,4,4")
    assert done.returncode == 0
    assert said["indices"] == [5, 7, 13, 15] * 2 and said["parameters"] == 0


IMPOSSIBLE = "nn.Conv2d(3, 8, 3, groups=2)"


def test_what_torch_rejects_is_one_line_and_ends_with_2() -> None:
    done = run_here("lab", IMPOSSIBLE)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "lenet-tui: in_channels must be divisible by groups\n"


def test_as_json_what_torch_rejects_is_in_the_object_too() -> None:
    said, done = as_json(IMPOSSIBLE)
    assert done.returncode == 2
    assert said["error"] == "in_channels must be divisible by groups"
    assert said["output_shape"] is None and said["parameters"] is None
    assert done.stderr == "lenet-tui: in_channels must be divisible by groups\n"


def test_a_layer_as_text_where_there_is_no_terminal() -> None:
    done = run_here(
        "lab", "MaxPool2d(3, ceil_mode=True, return_indices=True)", "--ascii", "--lang", "en"
    )
    assert done.returncode == 0 and done.stdout.isascii()
    assert "stdin is not a terminal" in done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        "MaxPool2d(3,", "input", "output", "formula", "formula", "parameters", "indices",
    ]  # fmt: skip


@pytest.mark.slow
def test_memory_is_not_the_limit() -> None:
    said, done = as_json("Linear(1000000, 1000000)", "--input", "1,1000000")
    assert done.returncode == 0 and said["parameters"] == 1_000_001_000_000
    assert "too large to run here" in done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["Conv2d(3, 8"], "cannot be read"),
        (["Conv2d(3, 8, 3, groops=2)"], "did you mean groups?"),
        (["__import__('os').system('true')"], "no layer"),
        (["Conv2d(1, 1, 1)", "--input", "1,x"], "the input shape '1,x' cannot be read"),
        (["Conv2d(1, 1, 1)", "--format", "xml"], "invalid choice: 'xml'"),
    ],
)
def test_bad_text_is_one_line(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(["lab", *words])
    said = capsys.readouterr()
    assert end.value.code == 2 and said.out == ""
    assert message in said.err and said.err.count("\n") == 1


async def asked(run: Running, count: int = 1) -> list[RunLab]:
    """Wait until torch has been asked ``count`` times."""
    for _ in range(500):
        found = run.engine.asked(RunLab)
        if len(found) >= count:
            return found
        await run.pilot.pause(0.01)
    raise AssertionError("torch was not asked")


@pytest.mark.slow
async def test_the_lab_opens_over_the_app() -> None:
    async with running() as run:
        run.engine.thinks = True
        await run.press("K")
        await asked(run)
        assert isinstance(run.app.screen, LabScreen) and "asking torch" in run.text
        [question] = run.engine.commands(Asked)
        run.engine.reply(question)
        await run.settle()
        assert "1×6×28×28" in run.text and "torch agrees" in run.text
        sent = len(run.engine.sent)
        await run.press("n", "c", "r", "L")
        assert "与 torch 一致" in run.text or "正在询问" in run.text
        await asked(run, 2)
        assert {type(c) for c in run.engine.sent[sent:]} <= {Asked}
        await run.press("escape")
        assert run.app.screen_stack == [run.app.main] and run.app.language == "zh"


@pytest.mark.slow
async def test_a_new_engine_is_asked_again() -> None:
    async with running() as run:
        await run.press("f3")
        before = len(await asked(run))
        run.engine.ready()
        assert len(await asked(run, before + 1)) == before + 1


@pytest.mark.slow
async def test_the_lab_comes_back_as_it_was_left() -> None:
    async with running() as run:
        await run.press("K", "tab", "backspace", *", stride=3)", "escape")
        assert "stride=3" in run.text and isinstance(run.app.screen, LabScreen)
        await run.press("escape", "K")
        assert "stride=3" in run.text


@pytest.mark.slow
def test_the_lab_in_a_terminal() -> None:
    command = [
        *APP,
        "lab",
        "Conv2d(4, 6, 3, padding=2, dilation=2, groups=2)",
        "--input",
        "1,4,8,8",
    ]
    with Terminal(command, size=(80, 24)) as terminal:
        terminal.wait_for("torch agrees")
        terminal.send("n")
        terminal.wait_for("output[0,0,0,1]")
        terminal.send("escape")
        terminal.wait_for("conv1")
        terminal.send("q")
        assert terminal.wait() == 0
