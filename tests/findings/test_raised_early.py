"""What a script raises before there is a step to look at is a finding too."""

from __future__ import annotations

import json

from tests.around.runs import Runs, runs

__all__ = ["runs"]


def test_what_a_script_raises_before_its_first_step_is_a_finding(runs: Runs) -> None:
    """Also where it has not come to import torch, or cannot be read."""
    for script, line, kind in (
        ("import sys\nepochs = int('ten')\n", 2, "ValueError"),
        ("import sys\nepochs = (10\n", 2, "SyntaxError"),
        ("import torch\nlr = 1 / 0\n", 2, "ZeroDivisionError"),
    ):
        checked = runs(script, "check", "--format", "json")
        found = json.loads(checked.out)
        [finding] = found["findings"]
        assert (checked.status, found["iterations"]) == (1, 0)
        assert (finding["id"], finding["line"]) == ("raised", f"script.py:{line}")
        assert finding["evidence"]["type"] == kind
        assert kind in checked.err and "lenet_tui" not in checked.err
