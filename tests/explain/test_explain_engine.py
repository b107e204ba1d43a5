"""Explanations of known cells, and checks of them that know nothing of their formulas."""

from __future__ import annotations

import inspect
import math
from importlib import import_module
from pkgutil import iter_modules

import pytest
import torch

from lenet_tui.explain.engine import ops
from lenet_tui.explain.engine.registry import ALIASES, RULES
from lenet_tui.explain.explanation import Explanation
from lenet_tui.explain.ui.term_lines import lines
from lenet_tui.protocol.options import Options, resolve
from lenet_tui.text.numbers import index_text
from tests.harness.explaining import Explained

DIGITS = resolve("digits", device="cpu", batch_size=2)


@pytest.fixture(scope="module")
def net() -> Explained:
    """The second iteration, finished."""
    return Explained(DIGITS, "run 2")


def refusal(explained: Explained, cell: str, iteration: int | None = None) -> str:
    error = explained.rejected(cell, iteration)
    assert error.isprintable()
    return error


def note(found: Explanation, key: str) -> tuple[str, ...] | None:
    return next((values for k, values in found.notes if k == key), None)


# What the terms are


def test_a_convolution_is_every_product_and_the_bias(net: Explained) -> None:
    found = net.ask("conv2[1,7,3,4]", 2)
    *products, bias = found.terms
    assert len(products) == 6 * 5 * 5
    assert [o.tensor for o in products[0].operands] == ["conv1.max_pool2d", "conv2.weight"]
    assert {t.operands[0].index for t in products} == {
        (1, c, y, x) for c in range(6) for y in range(3, 8) for x in range(4, 9)
    }
    for t in products:
        a, b = t.operands
        assert t.value == a.value * b.value
        assert (a.index[1], a.index[2] - 3, a.index[3] - 4) == b.index[1:]
    assert (bias.operands[0].tensor, bias.operands[0].index) == ("conv2.bias", (7,))
    assert found.op == "conv2d"
    assert found.formula == (
        "conv2[n,o,h,w] = conv2.bias[o] + "
        "Σ_c Σ_i Σ_j conv1.max_pool2d[n,c, h + i, w + j] ⋅ conv2.weight[o,c,i,j]"
    )


def test_a_weights_gradient_is_every_position_of_every_sample(net: Explained) -> None:
    found = net.ask("conv1.weight.grad[0,0,2,3]", 2)
    assert len(found.terms) == 2 * 28 * 28
    for t in found.terms:
        g, x = t.operands
        assert (g.tensor, x.tensor) == ("conv1.grad", "input")
        assert x.index == (g.index[0], 0, g.index[2] + 2, g.index[3] + 3)
        assert t.value == g.value * x.value
    assert found.op == "ConvolutionBackward0"
    chain = note(found, "chain")
    assert chain is not None
    assert (chain[0], chain[-1]) == ("conv1.grad", "loss.grad")


def test_a_linear_layer_forward_and_backward(net: Explained) -> None:
    forward = net.ask("fc2[1,5]", 2)
    assert [t.operands[1].index for t in forward.terms[:-1]] == [(5, i) for i in range(120)]
    weight = net.ask("fc2.weight.grad[5,7]", 2)
    assert [[(o.tensor, o.index) for o in t.operands] for t in weight.terms] == [
        [("fc2.grad", (n, 5)), ("fc1.relu", (n, 7))] for n in range(2)
    ]
    assert weight.op == "AddmmBackward0"
    into = net.ask("fc1.relu.grad[1,7]", 2)
    assert [t.operands[1].index for t in into.terms] == [(o, 7) for o in range(84)]
    bias = net.ask("fc2.bias.grad[5]", 2)
    assert [t.operands[0].index for t in bias.terms] == [(0, 5), (1, 5)]


def test_a_gate_is_open_or_closed(net: Explained) -> None:
    seen = set()
    for n in range(40):
        found = net.ask(f"fc1.relu[0,{n}]", 2)
        back = net.ask(f"fc1.grad[0,{n}]", 2)
        opened = note(found, "open") is not None
        assert opened == (found.terms[0].operands[0].value > 0) == (found.value > 0)
        assert opened == (note(back, "gate-open") is not None)
        assert back.value == (back.terms[0].operands[0].value if opened else 0.0)
        seen.add(opened)
    assert seen == {True, False}


@pytest.mark.slow
def test_a_pools_winner_takes_the_gradient_and_the_first_of_a_tie_wins(net: Explained) -> None:
    ties = 0
    for y in range(14):
        for x in range(14):
            found = net.ask(f"conv1.max_pool2d[0,0,{y},{x}]", 2)
            (term,) = found.terms
            values = [o.value for o in term.operands]
            assert found.value == max(values)
            won = note(found, "winner")
            first = term.operands[values.index(max(values))]
            assert won == (f"conv1.relu{index_text(first.index)}", "4")
            table = lines(found, largest=False, shown=10, zeros=True)
            assert [x.operands for x in table if x.value is not None] == [(first,)]
            if values.count(max(values)) > 1:
                ties += 1
                assert note(found, "tie") == (str(values.count(max(values))),)
                for operand in term.operands:
                    back = net.ask(f"conv1.relu.grad{index_text(operand.index)}", 2)
                    given = back.terms[0].operands[0].value
                    assert back.value == (given if operand == first else 0.0)
                    if operand == first:
                        assert note(back, "won") and note(back, "tie")
                    elif operand.value == first.value:
                        assert note(back, "lost-tie") == (
                            str(values.count(max(values))),
                            f"conv1.max_pool2d[0,0,{y},{x}]",
                            won[0],
                        )
                        assert not note(back, "lost") and not note(back, "tie")
                    else:
                        assert note(back, "lost") and not note(back, "tie")
    assert ties, "a digit's flat ground makes ties"


def test_a_view_is_where_it_came_from(net: Explained) -> None:
    found = net.ask("conv2.view[1,399]", 2)
    assert [(o.tensor, o.index) for o in found.terms[0].operands] == [
        ("conv2.max_pool2d", (1, 15, 4, 4))
    ]
    back = net.ask("conv2.max_pool2d.grad[1,15,4,4]", 2)
    assert [(o.tensor, o.index) for o in back.terms[0].operands] == [("conv2.view.grad", (1, 399))]


@pytest.mark.slow
def test_the_update_of_each_optimizer() -> None:
    for optimizer, terms in (
        *(("manual", 2), ("sgd", 2), ("momentum", 3)),
        *(("adam", 2), ("adamw", 3), ("rmsprop", 2), ("nesterov", 3)),
        *(("sgd decay", 3), ("nesterov decay", 4), ("adamw decay", 3)),
    ):
        name, _, decay = optimizer.partition(" ")
        given = {"weight_decay": 0.25, "schedule": "cosine:9"} if decay else {}
        explained = Explained(resolve("digits", device="cpu", optimizer=name, **given), "run 3")
        found = explained.ask("fc2.weight.new[3,7]", 3)
        assert found.checked, optimizer
        assert (found.op, len(found.terms)) == ("update", terms)
        assert found.terms[0].operands[0].tensor == "fc2.weight"
        assert found.terms[0].value == explained.ask("fc2.weight[3,7]", 3).value
        before = explained.ask("fc2.weight[3,7]", 3)
        assert before.terms[0].operands[0].tensor == "fc2.weight@2"
        assert note(before, "earlier") == ("2",)


def test_what_init_drew_and_what_the_data_gave(net: Explained) -> None:
    for cell, op in (("conv1.weight[0,0,1,1]", "init"), ("input[0,0,3,3]", "data")):
        found = net.ask(cell, 1)
        assert (found.op, found.terms, found.checked, found.ulp) == (op, (), True, 0)
        assert found.sum == found.value


def test_rank_and_size(net: Explained) -> None:
    values = net.session.navigator.tape.base.values["fc3.bias"]
    order = values.abs().argsort(descending=True).tolist()
    ranks = [net.ask(f"fc3.bias[{n}]", 2).rank for n in order]
    assert ranks == list(range(1, 11))
    assert net.ask("fc3.bias[0]", 2).size == 10


def test_only_the_largest_terms_are_sent_where_that_is_asked(net: Explained) -> None:
    whole = net.ask("conv1.weight.grad[2,0,1,1]", 2)
    part = net.ask("conv1.weight.grad[2,0,1,1]", 2, most=10)
    largest = sorted(whole.terms, key=lambda t: -abs(t.value))
    assert part.terms == tuple(largest[:10])
    assert part.left == len(whole.terms) - 10
    assert part.left_sum == pytest.approx(math.fsum(t.value for t in largest[10:]))
    assert (part.sum, part.ulp, part.bound) == (whole.sum, whole.ulp, whole.bound)


# Checks that know nothing of the formulas


def test_an_op_without_arithmetic_shows_its_operands() -> None:
    explained = Explained(Options(device="cpu", model="tests.harness.explaining:Odd"), "run 1")
    for cell, operands in (
        ("first.sinc[0,3]", {"first"}),
        ("first.grad[0,3]", {"first", "first.sinc.grad"}),
    ):
        found = explained.ask(cell)
        assert (found.op, found.terms, found.checked) == ("sinc", (), False)
        assert note(found, "no-arithmetic") == ("sinc",)
        assert {name for name, _, _ in found.regions} >= operands
        assert all(name in found.formula for name in operands)
    for cell in ("last[0,3]", "first[0,3]", "last.weight.grad[1,2]", "first.bias.grad[1]",
                 "first.sinc.grad[0,1]"):  # fmt: skip
        assert explained.ask(cell).checked


def test_nothing_ahead_of_the_cursor_is_explained() -> None:
    explained = Explained(DIGITS)
    assert "has not been computed yet" in refusal(explained, "conv1[0,0,0,0]")
    assert "has not been computed yet" in refusal(explained, "loss")
    assert refusal(explained, "convolution[0]").startswith("no tensor 'convolution'")
    assert explained.ask("conv1.weight[0,0,0,0]").op == "init"
    explained.move("op", "op")
    assert explained.ask("conv1.relu[0,0,0,0]").checked
    assert "has not been computed yet" in refusal(explained, "conv1.max_pool2d[0,0,0,0]")
    assert "has not been computed yet" in refusal(explained, "output[0,0]")
    explained.move("phase", "phase", "phase", "op", "op", "op", "op")
    assert explained.ask("fc3.bias.grad[1]").checked
    assert explained.ask("fc3.grad[0,1]").checked
    assert "fc3.weight.grad is None here (iteration 1, backward)" in refusal(
        explained, "fc3.weight.grad[0,1]"
    )
    assert "is None here" in refusal(explained, "conv1.grad[0,0,0,0]")
    assert "has not been computed yet" in refusal(explained, "fc3.bias.new[1]")
    explained.move("finish", "back phase")
    assert "has not been computed yet" in refusal(explained, "fc3.bias.new[1]")
    assert "iteration 7 has not been run, 1 is the last" in refusal(explained, "loss@7")
    assert "iteration 1 has" in refusal(explained, "loss@1.400")


def test_a_parameter_at_the_cursor_is_what_it_is_there() -> None:
    explained = Explained(DIGITS, "run 2", "phase")
    before = explained.ask("fc1.weight[3,7]")
    assert note(before, "earlier") == ("2",)
    explained.move("finish")
    after = explained.ask("fc1.weight[3,7]")
    assert after.value == explained.ask("fc1.weight.new[3,7]").value
    assert after.terms[0].operands[0].tensor == "fc1.weight@3"
    assert after.terms[0].value == before.value
    assert note(after, "earlier") is None


def test_gradients_that_pile_up_say_so() -> None:
    explained = Explained(DIGITS, "run 1", "phase", "phase", "skip zero_grad", "phase")
    found = explained.ask("fc3.bias.grad[2]")
    assert note(found, "accumulated") == ()
    assert found.terms[0].operands[0].tensor.startswith("fc3.bias.grad@")
    assert len(found.terms) == 1 + 2
    old = explained.ask(f"{found.terms[0].operands[0].tensor}[2]")
    assert old.value == found.terms[0].value
    assert note(old, "accumulated") is None


def test_a_layer_used_twice_and_a_sum_of_branches() -> None:
    explained = Explained(Options(device="cpu", model="tests.harness.explaining:Residual"), "run 1")
    weight = explained.ask("block.weight.grad[1,2,0,1]")
    assert note(weight, "fan-out") == ("block, block#2",)
    assert {t.operands[0].tensor for t in weight.terms} == {"block.grad", "block#2.grad"}
    stem = explained.ask("stem.relu.grad[0,1,3,4]")
    fan = note(stem, "fan-out")
    assert fan is not None
    assert set(fan[0].split(", ")) == {"block.pad", "block.add"}


def test_the_vector_of_a_backward_is_where_it_starts() -> None:
    explained = Explained(DIGITS, "phase", "do backward onehot 3")
    assert explained.ask("fc3.grad[0,3]").value == 1.0
    found = explained.ask("output.grad[1,2]")
    assert (found.value, found.op) == (0.0, "backward")
    assert found.terms[0].operands[0].tensor == "vector"
    assert note(found, "start-vector") == ("onehot 3",)


# How to add an op


def test_every_op_has_one_rule_and_a_signature_that_has_an_input() -> None:
    modules = [import_module(m.name) for m in iter_modules(ops.__path__, f"{ops.__name__}.")]
    rules = [rule for module in modules for rule in module.RULES]
    names = [name for rule in rules for name in rule.names.split()]
    assert sorted(names) == sorted(RULES) and len(names) > 60
    other = {"where", "einsum"}
    assert all(r.signature.split()[0] == "input" for r in rules if r.names not in other)


def test_positional_arguments_are_called_as_torch_calls_them() -> None:
    """Torch's own signatures, where it has them: they are lambdas with the names of arguments."""
    signatures: dict[str, list[list[str]]] = {}
    for function, like in torch.overrides.get_testing_overrides().items():
        name = getattr(function, "__name__", "").strip("_")
        theirs = [ALIASES.get(n, n) for n in inspect.signature(like).parameters]
        signatures.setdefault(name, []).append(theirs)
    compared = 0
    for name, rule in RULES.items():
        ours = rule.signature.split()
        if name in ("where", "einsum", "scaled_dot_product_attention", "lstm"):
            continue  # torch has other names, several forms, or as many operands as there are
        if len(ours) > 2 and ours[-1] not in ("alpha", "keepdim"):
            assert any(theirs[: len(ours)] == ours[: len(theirs)] for theirs in signatures[name]), (
                name
            )
            compared += 1
    assert compared > 12
