"""Multi-head attention that torch runs as one op: its output, its weights and its gradients."""

from __future__ import annotations

import random

import pytest

from lenet_tui.explain.words.cells import is_proved
from tests.explain.test_explain_recurrent import explained, nodes, reach, sweep, wrong_gradients
from tests.harness.few import few

SAMPLE = (
    "heads_padded_first_dropout", "heads_cross_returned_each", "heads_quick_causal",
    "heads_more_biased_float64", "heads_separate_alone_plain",
)  # fmt: skip
OP = "stem.multi_head_attention_forward"


@pytest.mark.parametrize("name", few(SAMPLE, "heads_padded_first_dropout"))
def test_an_attention_of_several_heads_agrees_with_torch(name: str) -> None:
    found = [a for a in sweep(name, 1) if a.cell.startswith(("layer", OP))]
    assert len(found) > 3 and all(map(is_proved, found))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_random_attentions_of_several_heads_agree_with_torch(seed: int) -> None:
    draw = random.Random(seed)
    some = ["cross", "separate", "causal", "biased", "padded", "returned", "each", "quick",
            "dropout", "more", "plain", "first", "alone", "float64"]  # fmt: skip
    chosen = {w for w in some if draw.random() < 0.35}
    if {"causal", "quick"} <= chosen:
        chosen -= {"biased", "more", "separate", "cross"}
    if "quick" in chosen or "alone" in chosen:
        chosen -= {"returned"}
    sweep("_".join(["heads", *sorted(chosen)]), seed)


def test_a_wrong_gradient_of_an_attention_is_never_called_checked() -> None:
    assert wrong_gradients("heads_padded_dropout", random.Random(1)) == 4
    assert wrong_gradients("heads_quick_float64", random.Random(1)) == 4


@pytest.mark.parametrize(
    "name",
    [
        "heads_learned_returned_float64",
        "heads_learned_quick_cross",
        "heads_apart_dropout",
        "heads_apart_quick_float64",
        "heads_learned_weighed_returned_each",
    ],
)
def test_the_gradient_on_a_mask_is_what_reached_the_scores(name: str) -> None:
    net, draw = explained(name), random.Random(3)
    masks = [n for n in nodes(net) if n.parameter in ("mask", "keys")]
    assert masks
    for node in masks:
        assert node.grad is not None and node.grad.abs().max() > 0
        for _ in range(3):
            index = tuple(draw.randrange(n) for n in node.grad.shape)
            cell = f"{node.parameter}.grad{list(index)}".replace(" ", "")
            found = net.ask(cell)
            assert found.checked and reach(found) <= 2e-3 * abs(found.value) + 1e-7
            node.grad[index] += 3 * reach(found) + 1e-30
            assert not net.ask(cell).checked
            node.grad[index] = found.value


def test_another_gradient_on_the_output_is_noticed_in_every_weight() -> None:
    net = explained("heads_float64")
    cells = [f"layer.{w}.grad[3,2]" for w in ("in_proj_weight", "out_proj.weight")]
    assert all(net.ask(c).checked for c in cells)
    on_out = next(n.received[0] for n in nodes(net) if n.name == OP)
    assert on_out is not None
    on_out[4, 1, 3] += 1e-6
    assert not any(net.ask(c).checked for c in cells)


def test_a_returned_weight_is_the_mean_of_the_heads_and_a_hidden_key_has_none() -> None:
    net = explained("heads_padded_returned_float64")
    found = net.ask(f"{OP}[1][2,3,1]")
    assert (
        found.checked and len(found.terms) == 2 and found.terms[0].operands[0].index == (2, 0, 3, 1)
    )
    assert found.sum == pytest.approx(sum(t.operands[0].value for t in found.terms) / 2)
    hidden = net.ask(f"{OP}[1][2,3,5]")
    assert hidden.checked and hidden.value == hidden.sum == 0
    assert reach(hidden) < 1e-300
