"""Options that scripts do not take: refused in one line, and named in the help."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lenet_tui.cli import limited
from lenet_tui.cli.options import CommandError, make_parser
from lenet_tui.cli.subcommands import add_all
from lenet_tui.cli.twins_command import asked
from tests.harness.commands import run_here

VALUES = {
    "--model": "torch.nn:Linear", "--weights": __file__,
    "--preset": "digits", "--device": "cpu", "--input": "2,3", "--data": "random", "--lr": "0.1",
    "--augment": "shift=2", "--loss": "mse", "--optimizer": "sgd", "--schedule": "warmup:2",
}  # fmt: skip
"""A value of each option; of the others: 2."""


@pytest.fixture
def script(tmp_path: Path) -> str:
    file = tmp_path / "a.py"
    file.write_text("import torch\nx = torch.ones(1)\nx.backward()\n", "utf-8")
    return str(file)


def options_of_a_session(command: str) -> tuple[set[str], str]:
    """The options that the help lists as the session's, and what it says of them all."""
    shown = run_here(command, "--help").stdout
    session = shown.partition("\nsession:\n")[2].partition("\ndisplay:\n")[0]
    said = " ".join(session.partition("\n\n")[0].split())
    return set(re.findall(r"^  (--[a-z-]+)", session, re.MULTILINE)), said


def is_taken(*words: str) -> bool:
    parser, add = make_parser()
    add_all(add, lambda args, first=None: 0)
    ours, theirs = limited.split(words)
    args = parser.parse(ours)
    args.words = theirs[1:] or vars(args).pop("words", [])
    if not args.words:
        del args.words
    try:
        limited.check(args)
        if args.command == "twins":
            asked(args)
    except CommandError as error:
        assert words[1] in str(error)
        return False
    return True


@pytest.mark.parametrize("command", ["check", "twins"])
def test_the_help_names_the_only_options_of_a_session_that_scripts_take(
    command: str, script: str
) -> None:
    options, said = options_of_a_session(command)
    assert len(options) > 15
    scripts = ["--", script] if command == "check" else ["--", script, script]
    taken = {o for o in options if is_taken(command, o, VALUES.get(o, "2"), *scripts)}
    of_scripts = next(part for part in said.split(";") if "script" in part)
    assert taken == set(re.findall(r"--[a-z-]+", of_scripts))
    if command == "twins":
        without_dashes = scripts[1:]
        assert taken == {
            o for o in options if is_taken(command, o, VALUES.get(o, "2"), *without_dashes)
        }


def test_the_help_names_the_only_options_of_a_session_that_a_mistake_takes() -> None:
    options, said = options_of_a_session("twins")
    taken = {o for o in options if is_taken("twins", o, VALUES.get(o, "2"), "detached")}
    assert taken == set(re.findall(r"--[a-z-]+", said.partition("a mistake")[2]))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("check --lr 0.1 -- {a}", "check -- train.py --lr"),
        ("check --seed 3 {a}", "--seed is not for a script"),
        ("check --at 3", "--at is of a script"),
        ("check -m --lr 1", "-m is of a script"),
        ("check --model.x 3 -- {a}", "--model.ARG is not"),
        ("twins --lr 0.1 -- {a} {a}", "--lr is not for scripts"),
        ("twins detached --lr 0.1", "--lr is not for a mistake"),
    ],
)
def test_what_is_not_taken_is_refused_in_one_line(words: str, said: str, script: str) -> None:
    done = run_here(*words.format(a=script).split())
    assert done.returncode == 2 and not done.stdout
    assert said in done.stderr and done.stderr.count("\n") == 1
