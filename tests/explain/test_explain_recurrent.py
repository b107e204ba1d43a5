"""Recurrent layers and cells of every kind: their states, and gradients back through time.

``pytest -s`` prints how far rounding may reach, as a share of the number itself.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from statistics import median

import pytest
import torch

from lenet_tui.app.all_words import words
from lenet_tui.explain.explanation import Explanation
from lenet_tui.explain.proof import unit
from lenet_tui.explain.rounding import PRECISIONS
from lenet_tui.explain.words.cells import is_proved, note_lines, verdict
from lenet_tui.protocol.options import resolve
from lenet_tui.tape.engine.entries import NodeEntry
from tests.explain.test_explain_families import cells
from tests.harness.explained_sequences import CELLS, LAYERS, named
from tests.harness.explaining import Explained

SAY = words("en"), words("zh")
SAMPLE = (
    "lstm_both_given", "lstm_2_both_dropout", "gru_2_given_first", "tanh_plain_last_float64",
    "relu_2_both", "lstm_packed_both_2_given", "lstm_alone_given_float64", "lstm_cell",
)  # fmt: skip
LOOSE = {"float32": 2e-3, "float64": 1e-10}
"""How far rounding may reach at most, as a share of the terms."""


def explained(name: str) -> Explained:
    options = resolve("digits", device="cpu", batch_size=3, model=named(name))
    return Explained(options, "finish")


def reach(found: Explanation) -> float:
    """What rounding allows, in the number's own measure."""
    last = unit(max(abs(found.value), abs(found.sum)), PRECISIONS[found.precision])
    return found.bound * last


def through_time(found: Explanation) -> bool:
    return any(key.startswith("through-") for key, _ in found.notes)


def sweep(name: str, seed: int) -> list[Explanation]:
    """Ask about a cell of everything; what is proved is within a bound that proves something."""
    net, shares = explained(name), []
    answers = [net.answer(cell) for cell in cells(net, random.Random(seed))]
    found = [a for a in answers if a is not None]
    for each in found:
        for say in SAY:
            assert all(note_lines(say, each.notes)) and verdict(say, each)
        assert each.checked is is_proved(each), each
        if each.checked and through_time(each):
            size = sum(abs(t.value) for t in each.terms)
            assert reach(each) <= LOOSE[each.precision] * size + 1e-30
            shares += [reach(each) / abs(each.value)] if each.value else []
    print(f"\n{name}: rounding reaches {median(shares):.1g} to {max(shares):.1g}")  # noqa: T201
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLE)
def test_gradients_through_time_agree_with_torch(name: str) -> None:
    weights = [a for a in sweep(name, 1) if ".grad" in a.cell and "_hh" in a.cell]
    assert weights and all(through_time(a) for a in weights)


def every() -> Iterator[str]:
    """Random models of each kind."""
    draw = random.Random(5)
    for kind in LAYERS:
        for _ in range(12):
            some = ["both", "first", "plain", "dropout", "given", "last", "packed", "float64"]
            chosen = [w for w in some if draw.random() < 0.4]
            yield "_".join([kind, draw.choice("123"), *chosen])
        yield f"{kind}_alone_given_both_2"
        yield f"{kind}_long_both_float64"
    for kind in CELLS:
        yield f"{kind}_cell"
        yield f"{kind}_cell_plain_float64"


@pytest.mark.slow
@pytest.mark.parametrize("name", [*every()])
def test_gradients_of_random_recurrent_layers_agree_with_torch(name: str) -> None:
    for seed in range(4):
        sweep(name, seed)


def nodes(net: Explained) -> Iterator[NodeEntry]:
    entries = (e for s in net.session.navigator.tape.segments for e in s.entries)
    return (e for e in entries if isinstance(e, NodeEntry))


def wrong_gradients(name: str, draw: random.Random) -> int:
    """Put a wrong number into parameters' gradients; none may be called checked."""
    net, tried = explained(name), 0
    for node in nodes(net):
        if not node.parameter.startswith(("layer.", "cell.")) or node.grad is None:
            continue
        index = tuple(draw.randrange(n) for n in node.grad.shape)
        cell = f"{node.parameter}.grad{list(index)}".replace(" ", "")
        before = net.ask(cell)
        if not before.checked:
            continue
        node.grad[index] = before.value + 3 * reach(before) + 1e-30
        assert not net.ask(cell).checked, cell
        node.grad[index] = before.value
        tried += 1
    return tried


@pytest.mark.slow
def test_a_wrong_gradient_is_never_called_checked() -> None:
    assert wrong_gradients("lstm_2_both_dropout", random.Random(1)) == 16
    assert wrong_gradients("gru_cell_float64", random.Random(1)) == 4


@pytest.mark.slow
def test_another_gradient_on_one_state_is_noticed_in_every_weight() -> None:
    net = explained("gru_2_float64")
    cell = {w: f"layer.weight_{w}.grad[4,1]" for w in ("ih_l0", "hh_l0", "ih_l1", "hh_l1")}
    assert all(net.ask(c).checked for c in cell.values())
    stacks = (n.received[0] for n in nodes(net) if (n.op, n.name) == ("StackBackward0", "layer"))
    on_states = next(g for g in stacks if g is not None and g.shape[0] == 6)
    on_states[5, 1, 2] *= 1 + 1e-6
    assert not any(net.ask(c).checked for c in cell.values())


@pytest.mark.parametrize(
    ("name", "cell", "why"),
    [
        ("lstm_2_dropout_blind", "layer[1,2,3]", "dropout-between"),
        ("lstm_projected", "layer.weight_hh_l0.grad[2,2]", "projected"),
    ],
)
def test_what_is_not_known_of_a_layer_is_said(name: str, cell: str, why: str) -> None:
    found = explained(name).ask(cell)
    assert not is_proved(found) and [key for key, _ in found.notes] == ["no-arithmetic", why]
    said = "layer.weight_hr_l0 3×5" if "projected" in name else "layer.weight_ih_l1 20×5"
    assert said in found.formula  # what it was made of is there, with its shape


def test_what_is_inside_of_a_layer_is_shown_and_no_cell() -> None:
    net = explained("gru_2_given_first")
    found = net.ask("layer.weight_hh_l1.grad[4,1]")
    assert "layer.ε_l1" in found.formula
    assert net.rejected("layer.ε_l1[0,1,4]").startswith("layer.ε_l1 is inside of layer, ")
    assert net.rejected("layer.weight_hh_l7[0]").startswith("no tensor")


def test_dropout_between_levels_is_read_off_the_gradients_it_handed_on() -> None:
    net = explained("lstm_2_dropout")
    found = net.ask("layer.weight_hh_l0.grad[3,2]")
    assert found.checked and dict(found.notes)["recomputed"] == ()
    (node,) = (n for n in nodes(net) if n.op == "MulBackward0" and n.name == "layer")
    assert node.received[0] is not None and node.produced[0] is not None
    kept = node.produced[0] != 0
    assert 0 < int(kept.sum()) < kept.numel()
    at = tuple(torch.nonzero(kept)[0].tolist())
    node.produced[0][at] = 0.0
    assert not net.ask("layer.weight_hh_l0.grad[3,2]").checked
