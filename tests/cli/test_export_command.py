"""``lenet-tui export``, and files that are whole or not there and take nobody's place."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lenet_tui.cli import main as cli
from lenet_tui.protocol.new_file import free_name, typed_path, write_new
from tests.harness.commands import run_here
from tests.harness.driving import Drive
from tests.harness.export_sessions import exported, printed, shown


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as end:
        cli.main(["export", *words])
    said = capsys.readouterr()
    assert (end.value.code, said.out, said.err.count("\n")) == (2, "", 1)
    return said.err


@pytest.mark.slow
def test_the_session_of_some_moves_is_written_and_verifies(tmp_path: Path) -> None:
    moves = ("run 3", "set optimizer sgd", "set batch-size 2", "phase", "phase")
    drive = Drive("digits", seed=3)
    drive(*moves)
    file = tmp_path / "own.py"
    done = run_here(
        "export", "--seed", "3", "--moves", "-", "--device", "cpu", "--output", str(file),
        given="\n".join(moves),
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert str(file) in done.stderr
    assert file.read_text("utf-8") == exported(drive)
    assert [p.name for p in tmp_path.iterdir()] == ["own.py"]
    verified = subprocess.run(
        [sys.executable, "-I", str(file), "--verify"],
        capture_output=True, text=True, timeout=120, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert verified.returncode == 0, verified.stdout
    assert printed(verified.stdout) == shown(drive)


@pytest.mark.slow
def test_it_is_printed_where_no_file_is_wanted_and_a_refused_move_is_no_script() -> None:
    notebook = ("--preset", "notebook", "--device", "cpu", "--iterations", "2")
    done = run_here("export", *notebook, "--output", "-")
    drive = Drive("notebook")
    drive("run 2")
    assert (done.returncode, done.stdout) == (0, exported(drive)), done.stderr
    done = run_here("export", "--moves", "-", "--output", "-", given="phase\ndo backward\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "lenet-tui: do backward: there is no loss yet: run loss first\n"


def test_what_cannot_be_written_is_said_before_the_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = tmp_path / "taken.py"
    taken.write_text("mine")
    assert "exists: another name, or --force" in refused(capsys, "--output", str(taken))
    assert "--output: " in (said := refused(capsys, "--output", str(tmp_path)))
    assert "is a folder" in said
    assert "a file needs a name" in refused(capsys, "--output", "")
    assert "cannot be seen" in refused(capsys, "--output", "a\0b")
    assert "not a regular file" in refused(capsys, "--output", "/dev/null", "--force")
    assert "there is no folder" in refused(capsys, "--output", str(tmp_path / "no" / "x.py"))
    assert "give --output FILE" in refused(capsys, "--iterations", "3")
    both = ("--iterations", "1", "--moves", "m", "--output", "x")
    assert "not allowed with argument" in refused(capsys, *both)
    assert taken.read_text() == "mine"


def test_a_new_file_is_whole_or_not_there(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    write_new(file, "one ✔\n")
    assert file.read_bytes() == "one ✔\n".encode()
    with pytest.raises(FileExistsError):
        write_new(file, "two")
    assert file.read_text("utf-8") == "one ✔\n"
    write_new(file, "three", replace=True)
    assert file.read_text("utf-8") == "three"
    (tmp_path / "link.py").symlink_to(tmp_path / "nowhere.py")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "link.py", "four")
    with pytest.raises(UnicodeEncodeError):
        write_new(tmp_path / "bad.py", "\ud800")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.py", "x.py"]


def test_without_hard_links_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*paths: object) -> None:
        raise PermissionError("no hard links here")

    monkeypatch.setattr(os, "link", no_links)
    file = tmp_path / "x.py"
    write_new(file, "one")
    with pytest.raises(FileExistsError):
        write_new(file, "two")
    assert file.read_text("utf-8") == "one"
    assert [p.name for p in tmp_path.iterdir()] == ["x.py"]


def test_any_path_can_be_typed_where_a_file_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "in").mkdir()
    (tmp_path / "taken.py").touch()
    (tmp_path / "link.py").symlink_to("nowhere/x.py")
    os.mkfifo(tmp_path / "pipe")
    for text in (
        "a",
        "in/b.txt",
        "../c.py",
        "./in/../d",
        str(tmp_path / "e.py"),
        "taken.py",
        "中 文",
    ):
        assert typed_path(text) == Path(text)
    assert typed_path("link.py") == Path("link.py")
    assert typed_path("~/a.py") == tmp_path / "a.py"
    for text, said in {
        "": "needs a name",
        ".": "'.' is a folder",
        "in/..": "is a folder",
        "new/": "is a folder",
        "no/a.py": "there is no folder 'no'",
        "taken.py/a": "there is no folder 'taken.py'",
        "pipe": "not a regular file",
        "~nobody-here/a": "not a file name",
        "a" * 5000: "not a file name",
        "a\0.py": "cannot be seen",
        "red\x1b[31m": "cannot be seen",
    }.items():
        with pytest.raises(ValueError, match=said):
            typed_path(text)
    assert free_name(tmp_path, "new.py") == "new.py"
    (tmp_path / "taken_2.py").touch()
    assert free_name(tmp_path, "taken.py") == "taken_3.py"
