"""Scripts on a GPU: run by ``pytest -m gpu`` where there is one, skipped elsewhere."""

from __future__ import annotations

import json

import pytest

from tests.around.gpu_scripts import HEAD, SCRIPTS, TOO_MUCH, WRONG_LABEL
from tests.around.runs import Runs, runs
from tests.around.test_scripts import LOOK

__all__ = ["runs"]

pytestmark = pytest.mark.gpu


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_comes_to_the_same_and_is_not_accused(runs: Runs, name: str) -> None:
    script = HEAD + SCRIPTS[name]
    plain = runs(script)
    assert (plain.status, plain.out.count("\n") >= 6) == (0, True), plain.err
    recorded = runs(script, "--at", "3", "--moves", "moves", moves=LOOK)
    assert (recorded.status, recorded.out) == (plain.status, plain.out)
    assert "Traceback" not in recorded.err
    checked = runs(script, "check", "--format", "json")
    assert json.loads(checked.out)["findings"] == [], checked.out


def test_a_wrong_label_is_said_before_its_kernel_runs(runs: Runs) -> None:
    checked = runs(HEAD + WRONG_LABEL, "check", "--format", "json")
    [finding] = json.loads(checked.out)["findings"]
    assert (finding["id"], finding["level"], checked.status) == ("label-range", "error", 1)
    assert "device-side assert" not in checked.err


def test_what_does_not_fit_is_the_scripts_own_error(runs: Runs) -> None:
    checked = runs(HEAD + TOO_MUCH, "check", "--format", "json")
    [finding] = json.loads(checked.out)["findings"]
    assert (finding["id"], checked.status) == ("raised", 1)
    assert "OutOfMemoryError" in finding["title"]
