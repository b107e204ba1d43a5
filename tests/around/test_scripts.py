"""Scripts under ``run`` come to what they come to without it, to the bit, whatever is looked at."""

from __future__ import annotations

import re

import pytest

from tests.around.runs import Ran, Runs, runs
from tests.around.scripts import SCRIPTS

__all__ = ["runs"]

LOOK = """back phase
back op
back op
op
phase
finish
finish
back iteration
goto 3
run 1
skip forward
set lr 0.5
"""
"""Moves over what was recorded and past its end, and two that are refused."""


def trained(ran: Ran) -> tuple[int, str, bytes]:
    """All that a script itself makes."""
    return ran.status, ran.out, ran.weights


STEP = "zero_grad other forward loss backward"
PHASES = {
    "plain": "schedule other zero_grad forward loss backward clip update",
    "amp": "schedule zero_grad other forward loss backward unscale clip update",
    "accumulation": f"{STEP} other forward loss backward other forward loss backward update",
    "gan": f"{STEP} other forward loss backward update",
    "lbfgs": "zero_grad forward loss backward " * 4 + "update",
    "loader": "zero_grad forward loss backward update",
    "loose": "other zero_grad loss backward update",
    "by_hand": f"{STEP} update",
    "tensors": "forward loss backward update zero_grad update zero_grad other",
    "caught": "zero_grad forward loss backward update",
    "exits": "schedule other zero_grad forward loss backward clip update",
}
"""Of the iteration that the third update ends: from just after the second one on."""


SLOW = {"accumulation", "amp", "gan", "lbfgs", "loader", "loose", "caught", "exits"}


@pytest.mark.parametrize(
    "script",
    [pytest.param(s, marks=pytest.mark.slow) if s in SLOW else s for s in PHASES],
)
def test_it_comes_to_the_same_and_the_iteration_is_printed_in_its_own_order(
    runs: Runs, script: str
) -> None:
    without, observed = runs(script), runs(script, "--at", "3")
    assert without.out.count("\n") > 3
    assert without.weights
    assert trained(observed) == trained(without)
    err = observed.err.replace(" · own code · ", " · other · ")
    titles = [line.split(" · ") for line in err.splitlines() if " ms " in line]
    assert [title[0] for title in titles] == ["iteration 3"] * len(titles)
    assert [title[1] for title in titles] == PHASES[script].split()


@pytest.mark.slow
@pytest.mark.parametrize(
    "script",
    [
        "plain",
        *(pytest.param(s, marks=pytest.mark.slow) for s in ("gan", "loader", "by_hand", "tensors")),
    ],
)
def test_what_is_looked_at_meanwhile_changes_nothing(runs: Runs, script: str) -> None:
    """Back and forth, on to the next iterations, back to one that is kept; and what is refused."""
    without, observed = runs(script), runs(script, "--at", "3", "--moves", "moves", moves=LOOK)
    assert trained(observed) == trained(without)
    places = re.findall(r"→  iteration (\d)", observed.err)
    assert places == [*"333333433444"]
    assert observed.err.count("rejected: ") == 2
    assert "rejected: skip: what was recorded of script.py is looked at" in observed.err


@pytest.mark.slow
def test_an_evaluation_between_two_iterations_is_on_no_tape_and_that_is_said(runs: Runs) -> None:
    without, observed = runs("plain"), runs("plain", "--at", "4")
    assert trained(observed) == trained(without)
    assert "before iteration 4 the script ran 6 forwards without gradients" in observed.err
    err = observed.err.replace(" · own code · ", " · other · ")
    titles = [line.split(" · ")[1] for line in err.splitlines() if " ms " in line]
    assert titles == PHASES["plain"].split()


@pytest.mark.slow
def test_each_n_is_the_number_of_an_update(runs: Runs) -> None:
    for number in (1, 2, 7):
        observed = runs("plain", "--at", str(number))
        assert f"iteration {number} · update" in observed.err
    without, observed = runs("plain"), runs("plain", "--at", "8")
    assert trained(observed) == trained(without)
    assert observed.err == ("lenet-tui: the script ended after 7 updates; --at 8 was not reached\n")


def test_an_exception_in_the_recorded_iteration_shows_it_and_then_is_the_scripts_own(
    runs: Runs,
) -> None:
    without, observed, elsewhere = runs("fails"), runs("fails", "--at", "4"), runs("fails")
    assert trained(observed) == trained(without) == trained(elsewhere)
    assert observed.status == 1
    said, _, traceback = observed.err.partition("Traceback (most recent call last)")
    assert "iteration 4 · zero_grad" in said
    assert 'File "/script.py", line 26, in <module>' in traceback
    assert "lenet_tui" not in traceback
    assert traceback.endswith("(2x7 and 8x16)\n")
    early = runs("fails", "--at", "9")  # it never comes there: how to see what led to it
    assert "after 3 updates, before --at 9: --at 4 records the iteration" in early.err


@pytest.mark.parametrize(
    ("script", "when", "iteration", "said"),
    [
        ("nan", "nan", 4, "loss.log · log made NaN (6 of 6 numbers not finite)"),
        ("plain", "loss < 1.2", 4, "loss < 1.2 held after update 3"),
        ("plain", "norm(fc1.weight) > 0.1", 2, "held after update 1"),
        ("plain", "min(norm.relu) < 0.001", 2, "watch 1: min(norm.relu) < 0.001 (0)"),
        ("by_hand", "loss > 0", 2, "loss > 0 held after update 1"),
        ("accumulation", "loss > 0", 2, "held after update 1, for the last of its 3 backwards"),
    ],
)
def test_a_condition_stops_it_where_it_holds(
    runs: Runs, script: str, when: str, iteration: int, said: str
) -> None:
    without, observed = runs(script), runs(script, "--when", when)
    assert trained(observed) == trained(without)
    assert f"iteration {iteration} · update" in observed.err
    assert said in observed.err.partition("\n\n")[0], "a line before the iteration"


@pytest.mark.slow
def test_a_condition_that_never_holds_and_one_on_what_is_not_there(runs: Runs) -> None:
    without, observed = runs("plain"), runs("plain", "--when", "loss > 99999")
    assert trained(observed) == trained(without)
    assert observed.err.endswith("after 7 updates; --when 'loss > 99999' never held\n")
    observed = runs("plain", "--when", "norm(fc3.weight) > 1")
    assert trained(observed) == trained(without)
    assert observed.err.startswith("lenet-tui: no tensor 'fc3.weight' to watch: one of ")
    assert observed.err.count("\n") == 1


CHECKS = """
        if number in (1, 3):
            lt.check(net, (x, target), nn.CrossEntropyLoss(), optimizer)
        loss.backward()
"""
"""In the middle of an iteration: what it runs is undone, and no part of the script."""


@pytest.mark.slow
def test_what_a_script_checks_itself_does_not_count_and_is_on_no_tape(runs: Runs) -> None:
    script = SCRIPTS["plain"].replace("import random", "import random\nimport lenet_tui as lt")
    script = script.replace("\n        loss.backward()\n", CHECKS)
    without = runs("plain")
    for number in ("2", "4"):
        observed, checking = (runs(text, "--at", number) for text in ("plain", script))
        assert trained(checking) == trained(without)
        one, two = (re.sub(r" · [0-9.]+ m?s ─+", "", ran.err) for ran in (observed, checking))
        assert two == one
    assert "the script ended after 7 updates" in runs(script, "--at", "8").err
