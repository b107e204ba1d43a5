"""Edits and drawings in a file of moves: played, exported, refused in one line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from lenet_tui.protocol.picture import packed
from tests.harness.commands import run_here
from tests.harness.driving import Drive
from tests.harness.export_sessions import ran, shown

PICTURE = packed(np.random.default_rng(3).uniform(-1, 1, 1024).astype(np.float32))
LINES = (
    *("finish", "edit conv1.weight[0,0,1,2] 0.5", f"draw 3 {PICTURE}", "finish"),
    *("edit input[0,0,3,4] -inf", "back iteration", "finish", "edit fc3.bias[9] nan"),
)


@pytest.mark.slow
def test_a_file_with_edits_and_drawings_is_played_and_exported_to_the_bit(tmp_path: Path) -> None:
    drive = Drive()
    drive(*LINES)
    file = tmp_path / "session.moves"
    file.write_text("\n".join(LINES) + "\n")
    done = run_here("trace", "--moves", str(file), "--format", "jsonl", "--device", "cpu")
    assert done.returncode == 0, done.stderr
    assert "input put in by hand, target 3" in done.stderr
    assert "fc3.bias[9] is now nan" in done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    assert {n: p["sha256"] for n, p in last["parameters"].items()} == {
        name: value for name, (value, _) in drive.state.items()
    }
    moved = [json.loads(line).get("move") for line in done.stdout.splitlines()[1:]]
    assert moved == list(LINES)
    text = run_here("trace", "--moves", str(file), "--device", "cpu").stdout
    assert max(map(len, text.splitlines())) < 140
    script = run_here("export", "--moves", str(file), "--output", "-", "--device", "cpu").stdout
    assert ran(script) == shown(drive)


@pytest.mark.parametrize("line", ["edit conv1.weight 0.5 0.6", "draw 3 abc", "edit x"])
def test_a_line_that_is_none_ends_it_with_its_number(line: str) -> None:
    done = run_here("trace", "--moves", "-", given=f"finish\n{line}\n")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert "line 2" in done.stderr


def test_what_cannot_be_edited_is_said_and_the_rest_is_played() -> None:
    lines = "finish\nedit fc3.bias[10] 1\nedit no.weight[0] 1\nfinish\n"
    done = run_here("trace", "--moves", "-", "--format", "jsonl", given=lines)
    assert done.returncode == 1
    found = [json.loads(line) for line in done.stdout.splitlines()[1:]]
    assert [bool(f["error"]) for f in found] == [False, True, True, False]
    assert found[-1]["iteration"] == 2
