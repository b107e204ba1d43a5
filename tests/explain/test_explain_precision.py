"""Each type of numbers is checked by its own unit of rounding: float64, bfloat16, float16."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from lenet_tui.explain.engine.terms import precision_of
from lenet_tui.explain.explanation import Explanation
from lenet_tui.explain.proof import prove, unit
from lenet_tui.explain.rounding import PRECISIONS, constant, exact
from lenet_tui.protocol.options import resolve
from lenet_tui.text.numbers import index_text
from tests.harness.explaining import Explained
from tests.harness.few import few

HERE = "tests.explain.test_explain_precision"


class Typed(nn.Module):
    """Convolution, normalisation, pooling, dropout, sums in place and linear layers in one type."""

    kind = torch.float64

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, 2)
        self.norm = nn.BatchNorm2d(4)
        self.fc = nn.Linear(4 * 5 * 5, 32)
        self.drop = nn.Dropout(0.3)
        self.head = nn.Linear(32, 10)
        self.to(self.kind)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.norm(self.conv(x.to(self.kind))))
        x = nn.functional.avg_pool2d(x, 3, 3)
        x = torch.tanh(self.fc(x.flatten(1)))
        y = x * 0.5
        y += self.drop(x) * 0.3
        out: Tensor = self.head(y.softmax(1) + torch.sigmoid(y))
        return out


class Bfloat16(Typed):
    kind = torch.bfloat16


class Float16(Typed):
    kind = torch.float16


class Autocast(Typed):
    """The layers hold float32 and compute in bfloat16."""

    kind = torch.float32

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            return super().forward(x)


class Outside(Autocast):
    """What autocast made, in float32 again."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).float()


MODELS = {
    "Typed": "float64", "Bfloat16": "bfloat16", "Float16": "float16", "Autocast": "bfloat16",
    "Outside": "bfloat16",
}  # fmt: skip


def explained(model: str, **given: str) -> Explained:
    options = resolve("digits", device="cpu", batch_size=3, model=f"{HERE}:{model}")
    return Explained(replace(options, **given), "finish")  # type: ignore[arg-type]


def cells(net: Explained, count: int, draw: random.Random) -> list[Explanation]:
    """Some cells of every op, its gradient, and every parameter's gradient and update."""
    tape = net.session.navigator.tape
    shapes = {op.name: op.tensor.shape for s in tape.segments for op in s.ops}
    shapes |= {f"{name}.grad": shape for name, shape in shapes.items()}
    for name, value in tape.base.values.items():
        shapes |= {f"{name}.grad": value.shape, f"{name}.new": value.shape}
    found = []
    for name, shape in shapes.items():
        for _ in range(count):
            index = index_text([draw.randrange(n) for n in shape])
            answer = net.answer(f"{name}{index}")
            if answer is not None:
                found.append(answer)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_every_number_is_within_the_rounding_of_its_type(model: str) -> None:
    net = explained(model)
    found = cells(net, 5, random.Random(1))
    assert len(found) > 200
    assert not [a for a in found if not a.checked and a.terms], model
    assert {a.op for a in found if not a.checked} <= {"to"}
    kinds = {a.precision for a in found}
    assert MODELS[model] in kinds
    assert kinds <= {MODELS[model], "float32"}


@pytest.mark.parametrize("model", few(MODELS))
def test_a_number_that_is_a_few_units_off_is_not_checked(model: str) -> None:
    """The bound is no wider than it must be: where nothing cancels, a few units are too many."""
    net, draw = explained(model), random.Random(1)
    (forward,) = (s for s in net.session.navigator.tape.segments if s.phase.name == "forward")
    caught = 0
    ops = (o for o in forward.ops if o.op in ("linear", "add", "mul", "tanh", "conv2d"))
    for op in (o for o in ops if o.tensor.is_floating_point()):
        for _ in range(4):
            index = tuple(draw.randrange(n) for n in op.tensor.shape)
            right = op.tensor[index].clone()
            cell = f"{op.name}{index_text(index)}"
            before = net.ask(cell)
            precision = precision_of(op.tensor)
            if not before.checked or before.bound > 16 or not before.value:
                continue
            op.tensor[index] = float(right) + 24 * unit(float(right), precision)
            assert not net.ask(cell).checked, cell
            op.tensor[index] = right
            caught += 1
    assert caught > 8


@pytest.mark.parametrize("optimizer", ["momentum", "adam", "adamw"])
@pytest.mark.parametrize("model", ["Typed", "Bfloat16"])
def test_updates_in_every_type(model: str, optimizer: str) -> None:
    net = explained(model, optimizer=optimizer)
    net.move("finish")
    for name in ("fc.weight[3,4].new", "head.bias[2].new"):
        stem, _, rest = name.partition("[")
        index = rest.partition("]")[0]
        found = net.ask(f"{stem}.new[{index}]")
        assert found.checked and found.precision == MODELS[model], found


def test_the_nearest_number_of_a_type_is_torchs() -> None:
    draw = np.random.default_rng(0)
    scales = 10.0 ** draw.uniform(-46, 40, 20_000)
    values = (draw.standard_normal(20_000) * scales).astype(np.float32).astype(np.float64)
    for name, precision in PRECISIONS.items():
        kind = getattr(torch, name)
        expected = torch.from_numpy(values).to(torch.float32).to(kind).to(torch.float64).numpy()
        assert np.array_equal(precision.nearest(values), expected), name
        info = torch.finfo(kind)
        assert (
            precision.largest == info.max and precision.smallest == info.smallest_normal * info.eps
        )


def test_an_overflow_is_known_by_the_type() -> None:
    terms = [exact([60000.0, 60000.0])]
    assert prove(terms, float("inf"), None, PRECISIONS["float16"]).checked
    assert not prove(terms, float("inf"), None, PRECISIONS["bfloat16"]).checked
    assert not prove(terms, 120001.0).checked
    assert constant(0.1).error == 2.0**-24 * 0.1
