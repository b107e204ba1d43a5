"""Subcommands that take few options: what their help lists, and what they refuse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lenet_tui.cli.limited import LIMITED, split
from tests.harness.commands import run_here


@pytest.mark.parametrize(
    ("command", "own"),
    [("run", {"--at", "--when", "--moves", "--tape-mb"}), ("attach", set()), ("info", set())],
)
def test_help_lists_what_is_taken_with_an_example(command: str, own: set[str]) -> None:
    shown = run_here(command, "--help").stdout
    listed, examples = shown.split("examples:")
    listed = listed.partition("options:")[2]
    assert set(re.findall(r"^  (?:-h, )?(--[a-z-]+)", listed, re.MULTILINE)) == {
        *own, *("--help", "--lang", "--theme", "--ascii")
    }  # fmt: skip
    assert f"lenet-tui {command}" in examples
    assert command in LIMITED


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("run --lr 0.1 -- train.py", "run -- train.py --lr"),
        ("run --lr 0.1 train.py", "run -- train.py --lr"),
        ("--seed 3 run -- train.py", "run does not take --seed"),
        ("run --resume -- train.py", "run does not take --resume"),
        ("run --input 1,2 -- train.py", "run does not take --input:"),
        ("attach --batch-size 3", "lenet-tui attach [NAME]"),
        ("attach --resume", "does not take --resume"),
        ("attach --moves x", "does not take --moves"),
        ("info --lr 1", "lenet-tui info [FILE]"),
        ("run --hidden 3 -- train.py", "no option --hidden"),
    ],
)
def test_another_option_is_refused_in_one_line_that_says_what_would_work(
    words: str, said: str
) -> None:
    done = run_here(*words.split())
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not done.stdout


def test_what_follows_a_script_s_name_is_the_script_s(tmp_path: Path) -> None:
    assert split(["run", "--at", "3", "train.py", "--lr", "1"]) == (
        ["run", "--at", "3"], ["--", "train.py", "--lr", "1"]
    )  # fmt: skip
    assert split(["--lang", "zh", "run", "-m", "run", "--", "x"]) == (
        ["--lang", "zh", "run", "-m"], ["--", "run", "--", "x"]
    )  # fmt: skip
    assert split(["run", "--at=3", "--", "train.py"])[1] == ["--", "train.py"]
    assert split(["check", "-m", "charlm", "--steps", "5"])[1] == ["--", "charlm", "--steps", "5"]
    assert split(["check", "--model", "run", "--iterations", "5"])[1] == []
    assert split(["trace", "run", "x"]) == (["trace", "run", "x"], [])
    assert split(["--moves", "run", "trace"]) == (["--moves", "run", "trace"], [])
