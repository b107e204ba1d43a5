"""The command line: what it takes, and one clear line for what it does not."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from lenet_tui.cli import main as cli
from lenet_tui.cli.options import language, make_parser, session_options
from lenet_tui.version import __version__
from tests.harness.commands import run_here
from tests.harness.terminal import APP, ROOT, Terminal, environment


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one line that is said of a command line that cannot be."""
    with pytest.raises(SystemExit) as end:
        cli.main(words)
    said = capsys.readouterr()
    assert end.value.code == 2
    assert said.out == ""
    assert said.err.startswith("lenet-tui: ")
    assert said.err.count("\n") == 1
    return said.err.removeprefix("lenet-tui: ").rstrip("\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--device tpu", "--device: device 'tpu' is unknown: auto, cpu, cuda, cuda:N or mps"),
        ("--device cuda:x", "device 'cuda:x' is unknown"),
        ("--batch-size 0", "batch-size 0 is not possible: it must be a whole number from 1"),
        ("--batch-size two", "batch-size 'two' is not a whole number"),
        ("--lr -1", "lr -1.0 is not possible: it must be a finite number"),
        ("--lr nan", "lr nan is not possible"),
        ("--lr=-inf", "lr -inf is not possible"),
        ("--lr", "--lr: expected one argument"),
        ("--seed -3", "seed -3 is not possible"),
        ("--threads 0", "threads 0 is not possible"),
        ("--history-mb 0", "history-mb 0 is not possible"),
        ("--tape-mb 0", "tape-mb 0 is not possible"),
        ("--data /no/such/file", "data '/no/such/file' cannot be read: No such file"),
        ("--data /dev/null", "data '/dev/null' is not a regular file; digits, random, an .npz"),
        ("--preset mnist", "--preset: invalid choice: 'mnist'"),
        ("--preset notebook --loss cross_entropy", "loss cross_entropy needs class labels"),
        ("--data random", "loss cross_entropy needs class labels"),
        ("--moves /no/such/file", "moves '/no/such/file' cannot be read: No such file"),
        ("--moves -", "--moves - goes with trace"),
        ("--lang fr", "--lang: invalid choice: 'fr'"),
        ("--see 3", "no option --see: --seed?"),
        ("train.py", "no command train.py: run -- train.py, check -- train.py, or --model"),
        ("frobnicate", "invalid choice: 'frobnicate'"),
        ("trace --iterations -1", "iterations '-1' is not a whole number from 0"),
        ("trace --iterations 1 --moves -", "not allowed with argument"),
        ("trace --moves - --ops", "--ops goes with --iterations"),
        ("trace --format xml", "invalid choice: 'xml'"),
        ("--theme nosuch trace", "no theme 'nosuch': one of "),
        ("--evaluate-every foo", "'foo' is neither a whole number from 0 (never) nor epoch"),
        ("--evaluate-every -1", "'-1' is neither"),
        ("info extra", "is not a checkpoint"),
        ("--data \x1b[31m", r"data '\x1b[31m' cannot be read"),
    ],
)
def test_bad_input_is_one_line(capsys: pytest.CaptureFixture[str], words: str, said: str) -> None:
    assert said in refused(capsys, *words.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--preset notebook --loss cross_entropy", "cross_entropy 损失需要类别标签"),
        ("trace --moves - --ops", "--ops 只能与 --iterations 一起用"),
        ("tour 99", "没有 '99' 这一站"),
        ("--lr nan", "--lr：lr 不能是 nan"),
        ("--device tpu", "未知设备 'tpu'"),
        ("trace --iterations -1", "不是 0 到 100,000,000 的整数"),
        ("lab Cov2d(1)", "Cov2d"),
    ],
)
def test_in_the_language_asked_for(
    capsys: pytest.CaptureFixture[str], words: str, said: str
) -> None:
    told = refused(capsys, "--lang", "zh", *words.split())
    assert said in told and told != refused(capsys, "--lang", "en", *words.split())


def test_what_only_torch_can_tell_is_one_line_too(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert "device cuda:99 is not available" in refused(capsys, "trace", "--device", "cuda:99")
    rubbish = tmp_path / "rubbish.npz"
    rubbish.write_bytes(b"no archive")
    said = refused(capsys, "trace", "--data", str(rubbish))
    assert said.startswith(f"data {str(rubbish)!r} cannot be used: it is not an .npz file; what")
    assert len(said) - len(str(rubbish)) < 200


def test_moves_of_the_app_are_read_before_the_terminal_is_touched(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    moves = tmp_path / "moves"
    moves.write_text("phase\n# comment\n\nphaze\n")
    assert refused(capsys, "--moves", str(moves)).startswith("line 4: 'phaze' is not a move")


def parsed(*words: str) -> tuple[str, int, float]:
    parser, add = make_parser()
    add("trace", "", lambda args: 0)
    options = session_options(parser.parse(words))
    return options.preset, options.seed, options.lr


@pytest.mark.parametrize(
    "words",
    [
        "--seed 7 --preset notebook trace",
        "trace --seed 7 --preset notebook",
        "--preset notebook trace --seed 7",
        "--seed 3 trace --seed 7 --preset notebook",
    ],
)
def test_options_stand_before_or_after_the_command(words: str) -> None:
    assert parsed(*words.split()) == ("notebook", 7, 0.01)


@pytest.mark.parametrize(
    ("environ", "words", "wanted"),
    [
        ({}, [], "en"),
        ({"LANG": "zh_CN.UTF-8"}, [], "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, [], "en"),
        ({"LC_ALL": "", "LANG": "zh_TW"}, [], "zh"),
        ({"LANG": "zh_CN.UTF-8"}, ["--lang", "en"], "en"),
        ({"LANG": "de_DE"}, ["--lang", "zh"], "zh"),
    ],
)
def test_language(environ: dict[str, str], words: Sequence[str], wanted: str) -> None:
    parser, _ = make_parser()
    assert language(parser.parse(words), environ) == wanted


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    for words, wanted in (
        (["--help"], "--batch-size"),
        (["trace", "--help"], "--iterations"),
        (["--version"], __version__),
    ):
        with pytest.raises(SystemExit) as end:
            cli.main(words)
        assert end.value.code == 0
        assert wanted in capsys.readouterr().out


def test_without_a_terminal_the_app_is_a_transcript() -> None:
    done = subprocess.run(
        APP,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(),
        check=False,
    )
    assert done.returncode == 0
    assert "iteration 1 · update" in done.stdout
    assert "iteration 2" not in done.stdout
    assert done.stderr.startswith("lenet-tui: stdin is not a terminal")
    assert done.stderr.count("\n") == 1


def test_a_named_pipe_is_waited_for_by_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for words, said in (
        (("trace", "--data", str(tmp_path / "pipe")), "is not a regular file"),
        (("export", "--force", "--output", str(tmp_path / "pipe")), "not a regular file"),
    ):
        done = run_here(*words, "--lang", "en")
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert said in done.stderr


@pytest.mark.parametrize(
    ("words", "closed", "status", "said"),
    [
        ("trace", ">&-", 1, "stdout is closed"),
        ("", ">&- </dev/null", 1, "stdout is closed"),
        ("lab", ">&- <&-", 1, "stdout is closed"),
        ("--help", ">&-", 1, "stdout is closed"),
        ("trace --moves -", "<&-", 2, "moves '-' cannot be read: stdin is closed"),
        ("trace --format jsonl", "<&- 2>&- | tail -n 1 | grep -c update", 0, ""),
        ("trace", "<&- >&- 2>&-", 1, ""),
    ],
)
def test_a_closed_stream_is_one_line(words: str, closed: str, status: int, said: str) -> None:
    command = f"{shlex.join(APP)} {words} {closed}"
    done = subprocess.run(
        ["/bin/sh", "-c", command], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == status
    assert done.stderr == (f"lenet-tui: {said}\n" if said else "")
    assert done.stdout == ("" if status else "1\n")


@pytest.mark.slow
def test_the_app_needs_no_standard_output() -> None:
    with Terminal(["/bin/sh", "-c", f"exec {shlex.join(APP)} >&-"]) as terminal:
        terminal.wait_for("conv1")
        terminal.send("q")
        assert terminal.wait() == 0


def test_on_a_dumb_terminal_too() -> None:
    with Terminal([*APP, "--preset", "notebook"], term="dumb", size=(100, 90)) as terminal:
        assert terminal.wait() == 0
        assert "TERM is dumb" in terminal.text
        assert "\x1b[?1049h" not in terminal.received.decode()


def test_info() -> None:
    with Terminal([*APP, "info"], size=(100, 40), env={"NO_COLOR": "1"}) as terminal:
        assert terminal.wait() == 0
        text = terminal.text
    for wanted in ("100×40 cells", "xterm-256color", "NO_COLOR", "torch", "textual", "cpu", "GiB"):
        assert wanted in text
    assert "none: the sign is shown by marks" in text


@pytest.mark.slow
def test_a_file_in_the_working_directory_is_no_module_of_ours(tmp_path: Path) -> None:
    """``python -c``, which starts the engine's template, would look there first."""
    (tmp_path / "random.py").write_text("raise SystemExit('wrong random')")
    (tmp_path / "torch.py").write_text("raise SystemExit('wrong torch')")
    script = tmp_path / "bin" / "lenet-tui"
    script.parent.mkdir()
    script.write_text("from lenet_tui.cli.main import main\nif __name__ == '__main__': main()\n")
    done = subprocess.run(
        [sys.executable, str(script), "trace", "--iterations", "0"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(env={"PYTHONPATH": str(ROOT)}),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
