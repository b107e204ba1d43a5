"""What other people's models are made of, op by op, in every type of numbers.

``pytest -s`` prints how many cells of each family were tried and which ops have no arithmetic.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest
import torch

from lenet_tui.app.all_words import words
from lenet_tui.explain.explanation import Explanation
from lenet_tui.explain.proof import unit
from lenet_tui.explain.rounding import PRECISIONS
from lenet_tui.explain.words.cells import is_proved, note_lines, verdict
from lenet_tui.protocol.options import resolve
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.text.numbers import index_text
from tests.harness.explained_layers import FAMILIES, KINDS
from tests.harness.explaining import Explained
from tests.harness.few import few

NOT_KNOWN = {
    "arange", "remainder", "long", "gt", "normalize", "softmin", "cumsum", "logsumexp",
    "max", "min",
}  # fmt: skip
"""Ops of the families that only show their operands (of ``max`` and ``min``: the places)."""
SHORT = ("bfloat16", "float16")
LOOSE = {"lstm"} | {f"{op}.grad" for op in ("lstm", "gru", "rnn_tanh", "lstm_cell", "gru_cell")}
"""Ops of which a 16-bit type's rounding may make too much to prove a number."""
NAMES = [f.__name__.lower() for f in FAMILIES]
EVERY = [(name, kind) for name in NAMES for kind in KINDS]
SAMPLE = [(name, KINDS[n % len(KINDS)]) for n, name in enumerate(NAMES)]
SAY = words("en"), words("zh")


def explained(family: str, kind: str) -> Explained:
    model = f"tests.harness.explained_layers:{family}_{kind}"
    return Explained(resolve("digits", device="cpu", batch_size=3, model=model), "finish")


def ops(net: Explained) -> Iterator[OpEntry]:
    return (op for s in net.session.navigator.tape.segments for op in s.ops)


def cells(net: Explained, draw: random.Random) -> list[str]:
    """A random cell of everything that can be asked about, in random order."""
    shapes: dict[str, tuple[int, ...]] = {}
    for op in ops(net):
        several = list(op.parts.items())[1:]
        for name, tensor in [(op.name, op.tensor), *((f"{op.name}[{n}]", t) for n, t in several)]:
            shapes |= {name: tensor.shape, f"{name}.grad": tensor.shape}
        if op.op == "scaled_dot_product_attention":
            inside = (*op.tensor.shape[:-1], op.args[1].shape[-2])
            shapes |= {f"{op.name}.scores": inside, f"{op.name}.weights": inside}
    for name, value in net.session.navigator.tape.base.values.items():
        shapes |= {f"{name}.grad": value.shape, f"{name}.new": value.shape}
    found = [
        f"{name}{index_text([draw.randrange(n) for n in shape])}" for name, shape in shapes.items()
    ]
    draw.shuffle(found)
    return found


def judge(found: Explanation) -> str:
    """The op, if there is no arithmetic of it; what is shown is within its bound otherwise."""
    for say in SAY:
        assert all(note_lines(say, found.notes)) and verdict(say, found)
    if is_proved(found):
        assert found.checked, found
        return ""
    assert not found.checked and ("(" in found.formula or found.formula.endswith(" + …"))
    return found.op


def sweep(family: str, kind: str, count: int | None, seed: int) -> None:
    net, draw = explained(family, kind), random.Random(seed)
    unknown: Counter[str] = Counter()
    answers = [net.answer(cell) for cell in cells(net, draw)[:count]]
    for found in answers:
        if found is not None and (op := judge(found)):
            unknown[f"{op}.grad" if ".grad" in found.cell else op] += 1
    print(f"\n{family} {kind}: {len(answers)} cells; not known: {dict(unknown)}")  # noqa: T201
    known = NOT_KNOWN | {f"{op}.grad" for op in NOT_KNOWN} | (LOOSE if kind in SHORT else set())
    assert not {op for op in unknown if op not in known and "Backward" not in op}


@pytest.mark.slow
@pytest.mark.parametrize(("family", "kind"), SAMPLE)
def test_a_sample_of_each_family_agrees_with_torch(family: str, kind: str) -> None:
    sweep(family, kind, 40, 1)


@pytest.mark.slow
@pytest.mark.parametrize(("family", "kind"), EVERY)
def test_every_op_of_each_family_agrees_with_torch_in_every_type(family: str, kind: str) -> None:
    sweep(family, kind, None, 2)


def shared(tensor: torch.Tensor, net: Explained, own: OpEntry) -> bool:
    """Whether another op holds the same memory, so that its number would change as well."""
    place = tensor.untyped_storage().data_ptr()
    others = (t for op in ops(net) if op is not own for t in op.tensors())
    read = [a for a in (*own.args, *own.kwargs.values()) if isinstance(a, torch.Tensor)]
    held = [t for t in (*others, *read) if t is not None]
    return any(t.untyped_storage().data_ptr() == place for t in held)


def wrong_numbers(net: Explained, draw: random.Random, most: int) -> int:
    """Put a wrong number into ops' outputs one at a time; none may be called checked."""
    tried = 0
    every = [op for op in ops(net) if op.tensor.is_floating_point() and op.tensor.numel()]
    for op in draw.sample(every, len(every)):
        if tried == most:
            break
        index = tuple(draw.randrange(n) for n in op.tensor.shape)
        cell = f"{op.name}{index_text(index)}"
        before = net.ask(cell)
        if not before.checked or op.op == "dropout" or shared(op.tensor, net, op):
            continue
        right = op.tensor[index].clone()
        last = unit(max(abs(before.value), abs(before.sum)), PRECISIONS[before.precision])
        wrong = before.value + (3 * before.bound + 4) * last
        op.tensor[index] = wrong
        if float(op.tensor[index]) != before.value:
            found = net.ask(cell)
            assert not found.checked, (cell, found)
            tried += 1
        op.tensor[index] = right
    return tried


@pytest.mark.parametrize(
    ("family", "kind"),
    few(SAMPLE[::3], spread=True),
)
def test_a_wrong_number_is_never_called_checked(family: str, kind: str) -> None:
    assert wrong_numbers(explained(family, kind), random.Random(1), 8) > 2


@pytest.mark.slow
@pytest.mark.parametrize(("family", "kind"), EVERY)
def test_no_wrong_number_of_any_op_is_called_checked(family: str, kind: str) -> None:
    assert wrong_numbers(explained(family, kind), random.Random(2), 60) > 2


def test_the_padding_row_of_an_embedding_gets_no_gradient() -> None:
    net = explained("tokens", "float32")
    found = net.ask("words.weight.grad[0,3]")
    assert found.checked
    rows = int(torch.sum(next(o for o in ops(net) if o.name == "words").args[0] == 4))
    notes = [v for k, v in net.ask("words.weight.grad[4,3]").notes if k == "taken"]
    assert ("4", str(rows)) in notes


def test_a_score_and_a_weight_of_an_attention_are_cells() -> None:
    net = explained("attention", "float32")
    (name,) = [o.name for o in ops(net) if o.kwargs.get("is_causal")]
    out = net.ask(f"{name}[1,0,2,3]")
    assert dict(out.notes)["attended"] == ("3", "6")
    weight = out.terms[0].operands[0]
    assert weight.tensor == f"{name}.weights"
    followed = net.ask(f"{weight.tensor}{index_text(weight.index)}")
    assert followed.checked and followed.value == pytest.approx(weight.value, rel=1e-6)
    score = followed.terms[0].operands[0]
    assert net.ask(f"{score.tensor}{index_text(score.index)}").checked
    hidden = net.ask(f"{name}.weights[1,0,2,5]")
    assert hidden.checked and hidden.value == 0


def test_an_op_that_hands_its_input_on_does_not_count_twice() -> None:
    net = explained("dropped", "float32")
    found = net.ask("stem.view.grad[1,2,2,1]")
    assert found.checked and len(dict(found.notes)["fan-out"].__str__()) > 4
