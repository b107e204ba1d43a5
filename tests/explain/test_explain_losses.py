"""Losses and optimizers taken apart: what their terms are, and what is said of them."""

from __future__ import annotations

import math

import pytest

from lenet_tui.protocol.options import resolve
from tests.explain.test_explain_engine import DIGITS, note, refusal
from tests.harness.explaining import Explained


@pytest.fixture(scope="module")
def net() -> Explained:
    """The second iteration, finished."""
    return Explained(DIGITS, "run 2")


def test_cross_entropy_is_minus_log_p_of_each_target_class(net: Explained) -> None:
    found = net.ask("loss", 2)
    assert found.formula == "loss = 1/2 ⋅ Σ_n −log loss.softmax[n,target[n]]"
    assert found.checked and len(found.terms) == 2
    for n, term in enumerate(found.terms):
        p, target = term.operands
        assert (p.tensor, p.index) == ("loss.softmax", (n, int(target.value)))
        assert p.value == net.ask(f"output.softmax[{n},{int(target.value)}]", 2).value
        assert term.value == pytest.approx(-math.log(p.value) / 2, rel=1e-6)
    noted = [values for key, values in found.notes if key == "minus-log"]
    assert [where for where, _, _ in noted] == [
        f"loss.softmax[{n},{int(term.operands[1].value)}]" for n, term in enumerate(found.terms)
    ]
    one = net.ask("loss.exp[1,3]", 2)
    assert one.checked and one.terms[0].operands[0].index == (1, 3)


def test_cross_entropys_gradient_is_the_softmax_less_one_at_the_target(net: Explained) -> None:
    label = int(net.ask("loss", 2).terms[1].operands[1].value)
    back = net.ask(f"fc3.grad[1,{label}]", 2)
    assert back.op == "LogSoftmaxBackward0"
    share, target = back.terms
    assert [o.tensor for o in share.operands] == ["loss.softmax", "loss.grad"]
    assert share.value == share.operands[0].value / 2
    assert (target.operands[0].tensor, target.value) == ("target", -0.5)
    wrong = net.ask(f"fc3.grad[1,{(label + 1) % 10}]", 2)
    assert len(wrong.terms) == 1
    assert net.ask("output[1,3]", 2).terms == net.ask("fc3[1,3]", 2).terms
    for name in ("output", "loss"):
        share_ = net.ask(f"{name}.softmax[1,3]", 2)
        assert share_.checked
        own, *row = share_.terms[0].operands
        assert own == row[3] and len(row) == 10
        assert share_.value == pytest.approx(own.value / sum(o.value for o in row), rel=1e-6)
        assert {o.tensor for o in row} == {f"{name}.exp"}


def test_the_one_hot_target_of_mse_is_explained_too() -> None:
    explained = Explained(resolve("digits", device="cpu", loss="mse", batch_size=2), "run 1")
    label = int(explained.ask("target[1]").value)
    for c in range(10):
        found = explained.ask(f"loss.target[1,{c}]")
        assert (found.op, found.value) == ("one_hot", float(c == label))
        assert [(o.tensor, o.index) for o in found.terms[0].operands] == [("target", (1,))]
    operands = explained.ask("loss").terms[0].operands
    assert [o.tensor for o in operands] == ["fc3", "loss.target"]
    assert "no tensor 'loss.exp'" in refusal(explained, "loss.exp[0,0]")


def test_mse_says_that_shapes_differ_and_spreads_the_gradient() -> None:
    explained = Explained(resolve("notebook", device="cpu", batch_size=4, seed=3), "run 1")
    found = explained.ask("loss")
    assert len(found.terms) == 40
    assert note(found, "broadcast") == ("(4, 10)", "(1, 10)", "(4, 10)")
    for t in found.terms:
        assert t.value == pytest.approx((t.operands[0].value - t.operands[1].value) ** 2 / 40)


def test_adam_says_what_its_averages_are() -> None:
    explained = Explained(resolve("digits", device="cpu", optimizer="adam"), "run 3")
    found = explained.ask("fc3.bias.new[7]", 3)
    m, v = (note(found, f"adam-{key}") for key in "mv")
    assert m and v and (m[0], v[0], m[3]) == ("0.9", "0.999", "3")
    averages = [explained.ask(f"fc3.bias.{key}[7]").value for key in ("exp_avg", "exp_avg_sq")]
    seen = [float(text.replace("−", "-")) for text in (m[2], v[2], m[4], v[4])]
    hats = [averages[0] / (1 - 0.9**3), averages[1] / (1 - 0.999**3)]
    assert seen == pytest.approx([*averages, *hats], rel=1e-4)
    step = 0.01 * hats[0] / (math.sqrt(hats[1]) + 1e-8)
    assert found.terms[1].value == pytest.approx(-step, rel=1e-5)
    assert found.formula.endswith("lr ⋅ m̂ / (√v̂ + 1e-08)")


def test_rmsprop_says_what_its_average_is() -> None:
    explained = Explained(resolve("digits", device="cpu", optimizer="rmsprop"), "run 3")
    found = explained.ask("fc3.bias.new[7]", 3)
    v = note(found, "rmsprop-v")
    assert v and v[:2] == ("0.99", "0.01")
    average = explained.ask("fc3.bias.square_avg[7]").value
    assert float(v[2].replace("−", "-")) == pytest.approx(average, rel=1e-4)
    gradient = explained.ask("fc3.bias.grad[7]").value
    step = 0.01 * gradient / (math.sqrt(average) + 1e-8)
    assert found.terms[1].value == pytest.approx(-step, rel=1e-5)
    assert found.formula.endswith("lr ⋅ fc3.bias.grad[…] / (√v + 1e-08)")


def test_an_unknown_name_gets_what_the_optimizer_keeps_too() -> None:
    for optimizer, kept in (
        ("manual", ".new and .update"),
        ("momentum", ".new, .update and .momentum_buffer"),
        ("adam", ".exp_avg, .exp_avg_sq and .step"),
        ("rmsprop", ".new, .update, .square_avg and .step"),
    ):
        explained = Explained(resolve("digits", device="cpu", optimizer=optimizer))
        assert refusal(explained, "nothing[0]").endswith(kept)
        assert "needs no gradient" in refusal(explained, "input.grad[0,0,0,0]") or not kept
