"""Updates of a script that do not last, or have nothing to follow."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import pytest

from lenet_tui.cli import check_script, streams
from lenet_tui.findings.finding import Findings
from tests.around.runs import Runs, runs
from tests.findings.gallery_files import BROKEN, checked
from tests.findings.test_script_check import HEALTHY, LINE, in_a_function

__all__ = ["runs"]

BARE, NORM = "param-not-in-optimizer__object", "param-not-registered__attributes"
UPDATE = "    optimizer.step()\n"


def lines_found(runs: Runs, script: str) -> dict[str, str]:
    found = json.loads(runs(in_a_function(script), "check", "--format", "json").out)["findings"]
    return {f["id"]: f["line"] for f in found}


@pytest.mark.slow
def test_weights_that_are_drawn_anew_in_a_script_s_loop(runs: Runs) -> None:
    reset = "    model.apply(lambda m: getattr(m, 'reset_parameters', int)())\n"
    found = lines_found(runs, HEALTHY.replace(LINE, reset + LINE))
    assert found["weights-set-back"] == "script.py:12"
    once = HEALTHY.replace("optimizer =", f"{reset.strip()}\noptimizer =", 1)
    assert lines_found(runs, once) == {}


def test_clipping_to_zero_and_a_variable_that_only_gathers_gradients(runs: Runs) -> None:
    clip = "    nn.utils.clip_grad_norm_(model.parameters(), 0)\n"
    script = HEALTHY.replace(UPDATE, clip + UPDATE).replace("loss = nn", "loss = bend * nn")
    script = script.replace("optimizer =", "bend = torch.ones((), requires_grad=True)\noptimizer =")
    assert lines_found(runs, script) == {
        "clip-to-zero": "script.py:17", "param-not-in-optimizer": "script.py:14"
    }  # fmt: skip


def test_tensors_of_one_holder_are_one_finding(tmp_path: Path) -> None:
    (found,) = (f for f in checked(BARE, BROKEN, tmp_path).findings if f.fails)
    assert found.evidence["parameters"] == ["basis.centres", "basis.widths[0]"]
    assert found.evidence["shapes"] == [[8], [8]]
    (found,) = (f for f in checked(NORM, BROKEN, tmp_path).findings if f.fails)
    assert (found.id, found.evidence["held_by"]) == ("param-not-registered", "2")
    assert found.evidence["parameters"] == ["2.scale", "2.shift"]


def test_the_line_that_makes_the_optimizer_of_a_script_whatever_it_is_called(runs: Runs) -> None:
    script = HEALTHY.replace("optimizer.", "opt.").replace("optimizer =", "opt =")
    script = script.replace("for number", "model[0] = nn.Linear(6, 8)\nfor number", 1)
    assert lines_found(runs, script) == dict.fromkeys(
        ("optimizer-stale", "param-not-in-optimizer"), "script.py:10"
    )


def test_findings_of_a_script_that_nobody_reads_are_no_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left: list[bool] = []
    monkeypatch.setattr(streams, "leave_unread", lambda: left.append(True))

    class Unread:
        encoding = "utf-8"

        def write(self, text: str) -> int:
            raise BrokenPipeError

        def flush(self) -> None:
            pass

    monkeypatch.setattr(sys, "stdout", Unread())
    args = argparse.Namespace(format="json", lang="en")
    assert check_script._print(Findings(), args, "") == streams.UNREAD and left
