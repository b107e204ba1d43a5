"""A file of moves brings the options of its session."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.harness.commands import run_here
from tests.harness.terminal import APP, ROOT, environment

HEADED = "# lenet-tui 0.2 --preset notebook --seed 7 --device cpu --lr 0.5\n# a comment\nrun 2\n"


def played(*words: str, given: str = HEADED) -> tuple[str, str]:
    """The digest of a parameter after the moves, and what is said on standard error."""
    done = run_here(
        "trace", "--moves", "-", "--format", "jsonl", "--lang", "en", *words, given=given
    )
    assert done.returncode == 0, done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    return last["parameters"]["fc3.bias"]["sha256"], done.stderr


def test_the_options_of_a_moves_file_are_those_of_its_session(tmp_path: Path) -> None:
    wanted = "--preset", "notebook", "--seed", "7", "--device", "cpu", "--lr", "0.5"
    digest, said = played(*wanted, given="run 2\n")
    assert not said
    assert played() == (digest, "")
    assert played("--seed", "7") == (digest, "")
    file = tmp_path / "session.moves"
    file.write_text(HEADED)
    done = run_here("trace", "--moves", str(file), "--format", "jsonl")
    assert json.loads(done.stdout.splitlines()[-1])["parameters"]["fc3.bias"]["sha256"] == digest
    script = run_here("export", "--moves", str(file), "--output", "-").stdout
    assert "torch.manual_seed(7)" in script and "lr = 0.5" in script


def test_options_of_both_need_to_make_sense_together_only(tmp_path: Path) -> None:
    digest, said = played("--data", "random")
    assert (digest, said) == played()
    file = tmp_path / "session.moves"
    file.write_text(HEADED)
    script = run_here("export", "--data", "random", "--moves", str(file), "--output", "-")
    assert (script.returncode, script.stderr) == (0, "")


def test_what_the_command_line_says_wins_and_that_is_said() -> None:
    wanted = "--preset", "notebook", "--seed", "3", "--device", "cpu", "--lr", "0.1"
    digest, _ = played(*wanted, given="run 2\n")
    won, said = played("--seed", "3", "--lr", "0.1")
    assert won == digest
    assert said == (
        "lenet-tui: the moves are of a session with other options: --seed 3 is taken, not the "
        "file's 7; --lr 0.1 is taken, not the file's 0.5\n"
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--sed 3", "line 1: no option --sed: --seed?"),
        ("--seed x", "line 1: --seed: seed 'x' is not a whole number"),
        ("--lang zh", "line 1: no option --lang"),
        ("--data 'a", "line 1: a quotation mark is not closed"),
        ("--data random", "loss cross_entropy needs class labels"),
    ],
)
def test_options_that_cannot_be_are_one_line(line: str, said: str) -> None:
    done = run_here("trace", "--moves", "-", given=f"# lenet-tui {line}\nphase\n")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"lenet-tui: {said}") and done.stderr.count("\n") == 1


@pytest.mark.slow
def test_options_that_come_when_the_session_has_begun_are_no_silent_others() -> None:
    command = [*APP, "trace", "--moves", "-", "--format", "jsonl", "--device", "cpu"]
    pipe = subprocess.PIPE
    for line, status in (("# lenet-tui --device cpu --seed 0", 0), ("# lenet-tui --seed 4", 2)):
        with subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=ROOT, env=environment()
        ) as process:
            assert process.stdout
            assert json.loads(process.stdout.readline())["event"] == "config"
            out, err = process.communicate(f"{line}\nphase\n", timeout=60)
            assert process.returncode == status
            assert bool(out) == (not status)
            assert ("or on the command line" in err) == bool(status)


def test_the_options_may_follow_comments_but_no_move(tmp_path: Path) -> None:
    file = tmp_path / "a.moves"
    file.write_text("\n# made by hand\n# lenet-tui --lr 0.3\nphase\n")
    done = run_here("trace", "--moves", str(file), "--format", "jsonl", "--device", "cpu")
    assert json.loads(done.stdout.splitlines()[0])["lr"] == 0.3
    file.write_text("phase\n# lenet-tui --lr 0.3\nphase\n")
    done = run_here("trace", "--moves", str(file), "--device", "cpu")
    assert (
        done.returncode == 2 and "line 2: the options of the session came too late" in done.stderr
    )
