"""``lenet-tui check``: its forms, its exit status, and what it says of a bad option."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lenet_tui.cli.check import TextPrinter
from lenet_tui.cli.printer import Printer
from lenet_tui.cli.words import words_in
from lenet_tui.findings import report
from lenet_tui.findings.finding import Finding, Findings
from tests.findings.gallery_files import BROKEN, HEALTHY, checked, write
from tests.harness.commands import run_here

PROGRAM = "loss-broadcast__sequence"


def test_a_finding_ends_with_1_and_its_json_has_all_of_it(tmp_path: Path) -> None:
    file = write(PROGRAM, BROKEN, tmp_path)
    answer = run_here(
        "check", "--model", str(file), "--device", "cpu", "--iterations", "2",
        "--format", "json", "--lang", "zh",
    )  # fmt: skip
    assert answer.returncode == 1, answer.stderr
    found = json.loads(answer.stdout)
    assert found["iterations"] == 2
    (finding,) = found["findings"]
    keys = ["id", "level", "phase", "where", "line", "title", "evidence", "why", "fix"]
    assert list(finding) == keys
    assert finding["evidence"]["pairs"] == 36
    assert "广播" in finding["title"]


def test_no_finding_is_0_and_a_bad_option_2(tmp_path: Path) -> None:
    file = write(PROGRAM, HEALTHY, tmp_path)
    healthy = run_here("check", "--model", str(file), "--device", "cpu", "--lang", "en")
    none, not_tried = healthy.stdout.splitlines()
    assert (healthy.returncode, none) == (0, "No findings in 3 iterations.")
    assert "without check, then !" in not_tried and "lenet-tui twins A.py B.py" in not_tried
    bad = run_here("check", "--iterations", "0")
    assert (bad.returncode, len(bad.stderr.splitlines())) == (2, 1)


def test_what_a_file_raises_before_its_first_step_is_a_finding(tmp_path: Path) -> None:
    """A job reads standard output in any case; how it came about is on standard error."""
    file, twin = tmp_path / "net.py", tmp_path / "twin.py"
    start = "import torch\nfrom torch import nn\n"
    data = "data = [(torch.ones(2, 3), torch.ones(2, 1))]\nloss = nn.functional.mse_loss\n"
    twin.write_text(f"{start}model = nn.Linear(3, 1)\n{data}")
    assert run_here("check", "--model", str(twin), "--format", "json").returncode == 0
    for line, kind, message in (
        ("model = nn.Linear(3, 1", "SyntaxError", "'(' was never closed"),
        ("model = nn.Linear(3, wide)", "NameError", "name 'wide' is not defined"),
        ("model = lambda: nn.Linear(3)", "TypeError", "missing 1 required positional"),
    ):
        file.write_text(f"{start}{line}\n{data}")
        words = ("check", "--model", str(file), "--device", "cpu", "--format")
        answer = run_here(*words, "json")
        found = json.loads(answer.stdout)
        [finding] = found["findings"]
        assert (answer.returncode, found["iterations"]) == (1, 0), line
        assert (finding["id"], finding["level"]) == ("raised", "error")
        assert (finding["line"], finding["evidence"]["type"]) == ("net.py:3", kind)
        assert message in finding["title"] and message in answer.stderr
        assert "lenet_tui/" not in answer.stderr, "the frames are the owner's"
    [line] = run_here(*words, "github").stdout.splitlines()
    assert ",line=3,title=raised::TypeError" in line
    shown = run_here(*words, "text", "--lang", "en").stdout
    assert "net.py:3  in init" in shown and "iterations: 0." in shown


def test_a_finding_as_text_and_as_an_annotation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found, words = checked(PROGRAM, BROKEN, tmp_path), words_in("en")
    TextPrinter(Printer(ascii=False), words).write(found)
    text = capsys.readouterr().out
    assert "Prediction (6, 1) and target (6,) broadcast to (6, 6)" in text
    assert "loss_broadcast__sequence_broken.py:26  at loss.sub in loss" in text
    assert "Errors: 1, warnings: 0, notes: 0; iterations: 3." in text
    (line,) = report.host_annotations(found, words).splitlines()
    assert line.startswith(
        "::error file=loss_broadcast__sequence_broken.py,line=26,title=loss-broadcast::Prediction"
    )
    assert "broadcast to (6, 6)%0AThe loss compares" in line and line.count("%0A") == 2


def test_an_annotation_has_the_path_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("src/train.py", "src/nets/net.py", "a/twice.py", "b/twice.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    places = ("train.py:3", "net.py:7", "twice.py:1", "elsewhere.py:1", "")
    names = {"first": "a", "second": "b"}
    found = Findings(
        tuple(Finding("tied-but-apart", line=line, evidence=names) for line in places), 3
    )
    lines = report.host_annotations(found, words_in("en"), "src/train.py").splitlines()
    assert [line.split("title=")[0].split(" ")[1] for line in lines] == [
        "file=src/train.py,line=3,", "file=src/nets/net.py,line=7,",
        "file=twice.py,line=1,", "file=elsewhere.py,line=1,", "",
    ]  # fmt: skip
