"""What is wrong in the first iterations is not recorded in all that follow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lenet_tui.findings.engine.detectors.closed_units import ClosedUnits
from lenet_tui.findings.engine.detectors.set_back import SetBack
from lenet_tui.findings.finding import Finding
from tests.findings.test_only_run import HEAD, IN_TURN, STEP, found


def test_what_one_iteration_shows_is_recorded_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    softmax = HEAD + STEP.replace("model(x)", "model(x).softmax(1)")
    [said], _, recorded = found(tmp_path, softmax, monkeypatch)
    assert (said.id, recorded) == ("loss-on-probabilities", [1])
    half = HEAD + STEP.replace("model.parameters()", "model[3].parameters()")
    [said], _, recorded = found(tmp_path, half, monkeypatch)
    assert (said.id, recorded) == ("param-not-in-optimizer", [1])


@pytest.mark.parametrize("rest", [IN_TURN, STEP])
def test_what_comes_after_nan_is_not_recorded(
    rest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    born = "\nmodel.register_forward_hook(lambda m, a, out: (out - 100).log())\n"
    [said], iterations, recorded = found(tmp_path, HEAD + born + rest, monkeypatch)
    assert (said.id, iterations, recorded) == ("nan-forward", 3, [1])


def test_what_is_left_to_add_up_is_seen_where_the_numbers_are_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clears = "    optimizer.zero_grad()\n"
    born = "\nmodel.register_forward_hook(lambda m, a, out: (out - 100).log())\n"
    said, _, recorded = found(tmp_path, HEAD + born + STEP.replace(clears, ""), monkeypatch)
    assert {f.id for f in said} == {"nan-forward", "grad-accumulates"} and recorded == [1]


def test_what_adds_up_in_one_that_is_only_run_is_what_torch_adds_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = HEAD + STEP.replace("    optimizer.zero_grad()\n", "")
    [said], _, recorded = found(tmp_path, text, monkeypatch)
    program: dict[str, Any] = {}
    exec(text, program)
    parameter = program["model"].get_parameter(said.where)
    norms = []
    for batch in program["data"][:2]:
        program["step"](batch)
        norms.append(float(parameter.grad.norm()))
    assert recorded == [1] and said.evidence["iteration"] == 2
    assert [said.evidence["old"], said.evidence["sum"]] == pytest.approx(norms, rel=1e-5)
    assert (said.line.rpartition(":")[2], said.evidence["update"][-3:]) == ("15", ":16")


def test_nan_that_an_update_was_kept_from_is_recorded_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parameters stay finite, and the next iteration may have another cause."""
    steps = "    optimizer.step()\n"
    skips = "    if loss.isfinite(): optimizer.step()\n"
    born = "\ndata[0][0][0, 0] = float('nan')\n"
    said, _, recorded = found(
        tmp_path, HEAD + born + STEP.replace(steps, skips).replace("seen.append", "print"),
        monkeypatch,
    )  # fmt: skip
    assert said[0].id == "nan-input" and recorded[:2] == [1, 2]


LATE = """
model.add_module("late", nn.Linear(6, 4))
gate = [0.0, 0.0, 1.0, 1.0, 1.0, 1.0]
"""


@pytest.mark.parametrize("clears_last", [False, True])
def test_a_gradient_that_comes_in_a_third_iteration_is_seen(
    clears_last: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its share of the loss is 0 twice; an iteration that is only run is watched for it."""
    gated = "model[:4](x) + gate[len(seen)] * model.late(x)"
    text = LATE + STEP.replace("model(x)", gated)
    if clears_last:
        clears = "    optimizer.zero_grad()\n"
        text = text.replace(clears, "").replace("    seen", f"{clears}    seen")
    assert found(tmp_path, HEAD + text, monkeypatch) == ([], 3, [1])
    never = HEAD + text.replace("1.0, 1.0, 1.0, 1.0", "0.0, 0.0, 0.0, 0.0")
    assert found(tmp_path, never, monkeypatch)[2] == [1]


def test_graphs_that_are_kept_are_counted_in_what_is_only_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = HEAD + STEP.replace("float(loss.detach())", "loss")
    [alive], iterations, recorded = found(tmp_path, kept, monkeypatch)
    assert (alive.id, iterations, recorded) == ("graph-kept-alive", 5, [1])
    assert alive.evidence["counts"] == [0, 1, 2, 3, 4]
    assert alive.evidence["holder"] == "seen" and alive.evidence["kept_at"].endswith(":18")
    read = kept.replace("    return loss", "    sum(map(float, seen))\n    return loss")
    [same], _, recorded = found(tmp_path, read, monkeypatch)
    assert recorded == [1, 2] and same.evidence["counts"] == alive.evidence["counts"]
    few = kept.replace("seen = []", "seen = __import__('collections').deque(maxlen=2)")
    assert found(tmp_path, few, monkeypatch)[0] == []


def test_an_optimizer_made_anew_is_told_from_one_that_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = (
        "    x, y = batch\n    if {}: made[:] = [torch.optim.Adam(model.parameters(), lr=1e-3)]\n"
    )
    text = STEP.replace("seen = []", "seen, made = [], []").replace(
        "    optimizer.", "    made[0]."
    )
    always = HEAD + text.replace("    x, y = batch\n", made.format("True"))
    [anew], _, recorded = found(tmp_path, always, monkeypatch)
    assert (anew.id, recorded, anew.evidence["iterations"]) == ("optimizer-anew", [1, 2], 3)
    twice = HEAD + text.replace("    x, y = batch\n", made.format("len(seen) < 2"))
    assert found(tmp_path, twice, monkeypatch) == ([], 3, [1, 2, 3])


def test_clipping_to_zero_is_decided_by_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = "    nn.utils.clip_grad_value_(model.parameters(), 0.0)\n    optimizer.step()\n"
    text = HEAD + STEP.replace("    optimizer.step()\n", clips)
    said, _, recorded = found(tmp_path, text, monkeypatch)
    assert said and recorded == [1, 2]


def same(one: list[Finding], other: list[Finding]) -> bool:
    """Whether they are the same of two programs that differ in the names of their files."""
    plain = [[replace(f, line=f.line.rpartition(":")[2]) for f in some] for some in (one, other)]
    return plain[0] == plain[1]


@pytest.mark.parametrize(
    ("layer", "id"),
    [
        ("(x - 100).relu()", "inactive-units"),
        ("F.relu(x.clone() - 100, True)", "inactive-units"),
        ("(100 * x).tanh()", "saturated"),
    ],
)
def test_units_that_stay_closed_are_measured_where_they_only_run(
    layer: str, id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = "class Closed(nn.Module):\n    def forward(self, x):\n        return LAYER + x\n"
    text = HEAD.replace("model =", closed.replace("LAYER", layer) + "model =")
    text = text.replace("nn.ReLU()", "Closed()") + STEP
    measured, _, once = found(tmp_path, text, monkeypatch)
    with monkeypatch.context() as undecided:
        undecided.setattr(ClosedUnits, "undecided", lambda self: True)
        recorded, _, always = found(tmp_path, text, monkeypatch)
    assert [f.id for f in measured] == [id] and same(measured, recorded)
    assert (once, always) == ([1], [1, 2, 3])


@pytest.mark.parametrize("kept", ["saved", "[torch.randn_like(p) for p in saved]"])
def test_weights_that_are_set_back_are_measured_where_they_only_run(
    kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is said is what was said where each iteration was recorded."""
    writes = (
        "    with torch.no_grad():\n"
        "        for p, s in zip(model.parameters(), KEPT):\n"
        "            p.copy_(s)\n"
    )
    text = HEAD + STEP.replace("    x, y = batch\n", writes + "    x, y = batch\n")
    text = text.replace("KEPT", kept)
    text = text.replace("seen = []", "saved = [p.detach().clone() for p in model.parameters()]")
    text = text.replace("    seen.append(float(loss.detach()))\n", "")
    measured, _, once = found(tmp_path, text, monkeypatch)
    with monkeypatch.context() as undecided:
        undecided.setattr(SetBack, "undecided", lambda self: True)
        recorded, _, always = found(tmp_path, text, monkeypatch)
    assert [f.id for f in measured] == ["weights-set-back"] and same(measured, recorded)
    assert (once, always) == ([1], [1, 2, 3])
    assert "copy_" in text.splitlines()[int(measured[0].line.rpartition(":")[2]) - 1]


def test_clipping_that_comes_too_late_is_told_by_an_iteration_that_only_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = "    torch.nn.utils.clip_grad_norm_(model.parameters(), 0.01)\n    return"
    late = HEAD + STEP.replace("    return", clips)
    [said], _, recorded = found(tmp_path, late, monkeypatch)
    assert (said.id, said.evidence["reason"], recorded) == ("clip-misplaced", "after", [1])
    clears = "    optimizer.zero_grad()\n"
    added = late.replace(clears, "").replace("    optimizer.step()", "    optimizer.step()")
    both, _, recorded = found(tmp_path, added, monkeypatch)
    assert {f.id for f in both} == {"clip-misplaced", "grad-accumulates"}
    assert recorded == [1, 2, 3]  # what is added to is seen where it is recorded
