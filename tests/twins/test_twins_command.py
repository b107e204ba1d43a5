"""``lenet-tui twins`` in a pipe: what it prints, and how it exits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lenet_tui.twins.mistake import BY_ID
from tests.harness.commands import run_here
from tests.twins.script import Script


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    a, b = tmp_path / "a.py", tmp_path / "b.py"
    a.write_text(BY_ID["no-zero-grad"].healthy, "utf-8")
    b.write_text(BY_ID["no-zero-grad"].broken, "utf-8")
    return str(a), str(b)


def test_two_files_that_differ_exit_1_with_every_digit_of_their_losses(
    files: tuple[str, str],
) -> None:
    done = run_here("twins", *files, "--iterations", "3", "--format", "text")
    assert done.returncode == 1
    assert "First number that differs: iteration 2, backward: head.bias.grad" in done.stdout
    losses = [
        script.steps(3)
        for script in map(Script, (BY_ID["no-zero-grad"].healthy, BY_ID["no-zero-grad"].broken))
    ]
    for n, (ours, theirs) in enumerate(zip(*losses, strict=True), 1):
        line = next(line for line in done.stdout.splitlines() if line.startswith(f"{n} "))
        assert line.split()[1:] == [repr(ours), repr(theirs), "=≠"[ours != theirs]]


@pytest.mark.slow
def test_json_has_the_first_number_and_a_file_beside_itself_exits_0(
    files: tuple[str, str],
) -> None:
    done = run_here("twins", *files, "--iterations", "2", "--format", "json")
    found = json.loads(done.stdout)
    assert done.returncode == 1 and found["first_number"]["iteration"] == 2
    assert found["first"]["how"] == "only-a" and len(found["losses"]) == 2
    done = run_here("twins", files[0], files[0], "--iterations", "2", "--format", "text")
    assert done.returncode == 0 and "equal to the bit" in done.stdout


def test_bad_input_is_one_line_and_exit_2(files: tuple[str, str], tmp_path: Path) -> None:
    for given in (["nonsense"], [files[0]], [files[0], "none.py"], ["--export", str(tmp_path)]):
        done = run_here("twins", *given)
        assert done.returncode == 2 and len(done.stderr.splitlines()) == 1, given
        assert not done.stdout


def test_one_file_beside_itself_with_another_option(files: tuple[str, str]) -> None:
    done = run_here("twins", "--other", "lr=0.1", "--iterations", "2", "--format", "json")
    found = json.loads(done.stdout)
    assert done.returncode == 1 and found["names"] == ["lr 0.01", "lr 0.1"]
    assert found["first"]["phase"] == "update"
    done = run_here("twins", *files, "--other", "lr=0.1")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1


def test_an_export_writes_two_scripts_once(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert run_here("twins", "detached", "--export", str(folder)).returncode == 0
    assert (folder / "detached_broken.py").read_text("utf-8") == BY_ID["detached"].broken
    done = run_here("twins", "detached", "--export", str(folder))
    assert done.returncode == 2 and "exists already" in done.stderr


def test_two_training_files_have_the_options_that_are_given(tmp_path: Path) -> None:
    file = tmp_path / "plain.py"
    file.write_text(
        "import torch\nmodel = torch.nn.Linear(3, 1)\nloss = torch.nn.MSELoss()\n"
        "data = [(torch.ones(2, 3), torch.ones(2, 1))] * 3\n", "utf-8",
    )  # fmt: skip
    twice = str(file), str(file), "--iterations", "2", "--format", "json"
    losses = [
        json.loads(run_here("twins", *twice, *given).stdout)["losses"]
        for given in (["--optimizer", "sgd", "--lr", "0.3"], ["--lr", "0.01"])
    ]
    assert losses[0][0] == losses[1][0] and losses[0][1] != losses[1][1]
    done = run_here("twins", *twice, "--model", twice[0])
    assert done.returncode == 2 and "--model does not go with two training files" in done.stderr
