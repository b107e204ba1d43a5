"""Cross-entropy with label smoothing, class weights and probabilities as targets, taken apart."""

from __future__ import annotations

import itertools
import math
import random
from pathlib import Path

import pytest
import torch
from torch import Tensor

from lenet_tui.explain.words.cells import CELLS, is_proved
from lenet_tui.text.words import Words
from tests.explain.test_explain_engine import note
from tests.harness.driving import Drive
from tests.harness.explaining import Explained

FILE = """import torch
from torch import nn
from torch.nn import functional as F
torch.manual_seed(3)
D = torch.{dtype}
model = nn.Linear(5, 12).to(D)
data = [torch.randn(4, 5, dtype=D) for _ in range(3)]
weights = torch.tensor([0.5, 2.0, 1.0, 0.25]).to(D)
labels, some = torch.tensor([0, 1, 2, 1]), torch.tensor([0, -100, 2, 1])
soft = torch.rand(4, 4).softmax(1).to(D)
labels_of_rows, some_of_rows = (t[:, None].expand(4, 3) for t in (labels, some))
soft_of_rows = soft[:, :, None].expand(4, 4, 3)
def step(x):
    {made}
    loss = F.cross_entropy(made, {given}){whole}
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p.sub_(0.1 * p.grad)
            p.grad = None
    return loss
"""
SMOOTH, WEIGHT = "label_smoothing=0.1", "weight=weights"
TARGETS = ("labels", "some", "soft")
GIVEN = [SMOOTH, WEIGHT, f"{WEIGHT}, {SMOOTH}"]
CASES = [
    f"{target}, {more}".rstrip(", ")
    for target, more in itertools.product(TARGETS, [*GIVEN, ""])
    if more or target == "soft"
]


def taken(folder: Path, given: str, dtype: str = "float32", of: str = "[:, :4]") -> Explained:
    """The second iteration with a cross-entropy like this, finished."""
    file = folder / "smooth_file.py"
    whole = ".sum()" if "none" in given else ""
    made = f"made = model(x){of}"
    file.write_text(FILE.format(dtype=dtype, given=given, whole=whole, made=made))
    drive = Drive("", model=str(file), device="cpu")
    drive("finish", "finish")
    net = Explained.__new__(Explained)
    net.session = drive.session
    return net


def entropy_of(net: Explained) -> tuple[str, Tensor, str]:
    """The name of the loss, its value, and the name of the gradient on its input."""
    ops = [op for s in net.session.navigator.tape.segments for op in s.ops]
    at = next(n for n, op in enumerate(ops) if op.op == "cross_entropy")
    made = next(op for op in reversed(ops[:at]) if op.node is not None)
    return ops[at].name, ops[at].tensor, f"{made.name}.grad"


@pytest.mark.parametrize("given", CASES)
def test_every_way_is_proved(given: str, tmp_path: Path) -> None:
    net = taken(tmp_path, given)
    loss, _, gradient = entropy_of(net)
    cells = [loss, *(f"{gradient}[{n},{c}]" for n in range(4) for c in range(4))]
    found = [net.ask(cell) for cell in cells]
    assert [(f.checked, is_proved(f)) for f in found] == [(True, True)] * len(cells)
    assert sum(t.value for t in found[0].terms) == pytest.approx(found[0].value, rel=1e-5)
    wrong = [f for f in found[1:] if f.value and f.bound > 1e4]
    assert not wrong, "a bound that wide proves nothing"


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float64", "bfloat16", "float16"])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_every_way_is_proved_in_every_type(dtype: str, reduction: str, tmp_path: Path) -> None:
    draw = random.Random(dtype)
    for rows, given in itertools.product((False, True), CASES):
        target, comma, rest = given.partition(",")
        called = f"{target}{'_of_rows' if rows else ''}{comma}{rest}"
        of = ".view(4, 4, 3)" if rows else "[:, :4]"
        net = taken(tmp_path, f"{called}, reduction='{reduction}'", dtype, of)
        loss, value, gradient = entropy_of(net)
        at = [str([draw.randrange(n) for n in value.shape])] if value.dim() else [""]
        shape = (4, 4, 3) if rows else (4, 4)
        at_grad = [str([draw.randrange(n) for n in shape]) for _ in range(3)]
        cells = [f"{loss}{i}" for i in at] + [f"{gradient}{i}" for i in at_grad]
        found = [net.ask(cell.replace(" ", "")) for cell in cells]
        assert all(f.checked and is_proved(f) for f in found), called


def test_what_smoothing_does_is_said_in_numbers(tmp_path: Path) -> None:
    net = taken(tmp_path, f"labels, {SMOOTH}")
    loss, _, gradient = entropy_of(net)
    found = net.ask(loss)
    assert len(found.terms) == 4 + 16
    hard, each = found.terms[1], found.terms[4]
    p, label = hard.operands
    assert (p.tensor, p.index) == (f"{loss}.softmax", (1, int(label.value)))
    assert hard.value == pytest.approx(0.9 * -math.log(p.value) / 4, rel=1e-5)
    assert each.operands[0].index == (0, 0)
    assert each.value == pytest.approx(0.025 * -math.log(each.operands[0].value) / 4, rel=1e-5)
    assert note(found, "smoothed") == ("0.1000", "0.02500", "0.9000")
    assert "0.9000 ⋅ (−log" in found.formula and "0.1000/4 ⋅ Σ_c" in found.formula
    own, less = net.ask(f"{gradient}[1,1]").terms
    assert own.value == pytest.approx(own.operands[0].value / 4, rel=1e-5)
    assert less.value == pytest.approx(-0.925 / 4, rel=1e-5)
    for language in ("en", "zh"):
        said = Words(language, CELLS)("cells.note.smoothed", a="0.1", b="0.025", c="0.9")
        assert "0.025" in said and "{" not in said


def test_a_weighted_mean_is_divided_by_the_weights(tmp_path: Path) -> None:
    net = taken(tmp_path, f"some, {WEIGHT}")
    loss, _, gradient = entropy_of(net)
    found = net.ask(loss)
    assert note(found, "weighted-mean") is not None
    assert len(found.terms) == 3 and "1/(Σ_n " in found.formula
    p, label, weight = found.terms[2].operands
    assert (label.value, weight.value) == (1.0, 2.0)
    assert found.terms[2].value == pytest.approx(2.0 * -math.log(p.value) / 3.5, rel=1e-5)
    assert net.ask(f"{gradient}[1,0]").notes[0][0] == "ignored"
    assert torch.tensor(net.ask(f"{gradient}[1,0]").value) == 0
