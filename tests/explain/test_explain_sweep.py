"""Random cells of every tensor, forward, backward and update: each is within float32's rounding.

``pytest -s`` prints how many cells were tried and the worst distance; ``-m slow`` tries them all.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lenet_tui.app.all_words import words
from lenet_tui.explain.explanation import Explanation
from lenet_tui.explain.words.cells import note_lines, verdict
from lenet_tui.protocol.options import OPTIMIZERS, Options, resolve
from lenet_tui.text.numbers import index_text
from tests.harness.explaining import Explained

EN, ZH = words("en"), words("zh")


class Tally:
    """How many cells were tried, and the largest share of its bound that one was off."""

    def __init__(self) -> None:
        self.cells = self.terms = 0
        self.worst = self.ulp = 0.0
        self.where = ""

    def add(self, found: Explanation) -> None:
        assert found.checked, found
        assert math.fsum(t.value for t in found.terms) == found.sum or not found.terms
        assert 1 <= found.rank <= found.size
        for say in (EN, ZH):
            assert all(note_lines(say, found.notes)), found.notes
            assert verdict(say, found)
        self.cells += 1
        self.terms += len(found.terms)
        self.ulp = max(self.ulp, found.ulp)
        if found.bound and found.ulp / found.bound > self.worst:
            self.worst, self.where = found.ulp / found.bound, found.cell

    def __str__(self) -> str:
        return (
            f"{self.cells} cells, {self.terms:,} terms: at worst {self.ulp:.1f} ulp;"
            f" {self.worst:.2f} of its bound ({self.where})"
        )


def cells(explained: Explained, draw: random.Random, each: int) -> Iterator[str]:
    """Random cells of every tensor there is."""
    for name, shape in explained.tensors().items():
        for _ in range(each if shape else 1):
            yield f"{name}{index_text([draw.randrange(n) for n in shape])}"


def sweep(explained: Explained, each: int, tally: Tally) -> None:
    """As at the cursor, or as the iteration as a whole: both must hold."""
    draw = random.Random(each)
    here = explained.session.navigator.iteration
    for cell in cells(explained, draw, each):
        tally.add(explained.ask(cell, draw.choice((None, here))))


QUICK = [
    resolve("digits", device="cpu"),
    resolve("digits", device="cpu", batch_size=4, loss="mse", optimizer="adam", seed=1),
    resolve("digits", device="cpu", batch_size=4, optimizer="momentum", seed=2),
    resolve("digits", device="cpu", batch_size=2, optimizer="adamw", lr=0.5, seed=5),
    resolve("digits", device="cpu", batch_size=2, optimizer="rmsprop", seed=6),
    resolve("notebook", device="cpu", seed=3),
    resolve("notebook", device="cpu", batch_size=4, optimizer="sgd", seed=4),
]
MODELS = [
    Options(device="cpu", model=f"tests.harness.{m}", batch_size=4, optimizer=optimizer, loss=loss)
    for m, optimizer, loss in (
        ("explaining:Residual", "momentum", "cross_entropy"),
        ("explaining:Branch", "manual", "mse"),
        ("explaining:Rows", "adam", "cross_entropy"),
        ("models:sequential", "sgd", "cross_entropy"),
    )
]
EVERY = [
    resolve(preset, device="cpu", batch_size=batch, loss=loss, optimizer=optimizer)
    for preset, losses in (("digits", ("cross_entropy", "mse")), ("notebook", ("mse",)))
    for batch in (1, 4)
    for loss in losses
    for optimizer in OPTIMIZERS
] + [
    Options(device="cpu", model=f"tests.harness.{m}", batch_size=n, loss=loss, optimizer=optimizer)
    for m in ("explaining:Residual", "explaining:Branch", "explaining:Rows",
              "models:sequential")
    for n in (2, 4)
    for loss in ("cross_entropy", "mse")
    for optimizer in ("manual", "adam")
]  # fmt: skip


def named(options: Options) -> str:
    model = options.model.rpartition(":")[2]
    return "-".join(
        (model, options.preset, options.loss, options.optimizer, str(options.batch_size))
    )


@pytest.mark.parametrize(
    "options",
    [
        *(QUICK[3:4] + MODELS[:1]),
        *(
            pytest.param(o, marks=pytest.mark.slow)
            for o in (*QUICK[::2], *QUICK[1:6:4], *MODELS[1:])
        ),
    ],
    ids=named,
)
def test_every_cell_agrees_with_torch(options: Options) -> None:
    tally = Tally()
    sweep(Explained(options, "run 2"), 1, tally)
    print(f"\n{named(options)}: {tally}")  # noqa: T201
    assert tally.cells > 30


class Smooth(nn.Module):
    """Softplus as it comes, and with its threshold where many numbers are above it."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(1024, 12)
        self.sharp = nn.Softplus(beta=3, threshold=2)
        self.last = nn.Linear(12, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.softplus(self.first(torch.flatten(x, 1)))
        out: Tensor = F.softplus(self.last(self.sharp(x)), 0.5)
        return out


@pytest.mark.slow
def test_softplus_agrees_with_torch_and_with_the_central_difference() -> None:
    model = "tests.explain.test_explain_sweep:Smooth"
    explained = Explained(Options(device="cpu", model=model, batch_size=4, loss="mse"), "run 2")
    tally = Tally()
    sweep(explained, 12, tally)
    kinds = set()
    for n in range(12):
        found, back = explained.ask(f"sharp[1,{n}]"), explained.ask(f"first.softplus.grad[1,{n}]")
        linear = any(key == "linear" for key, _ in found.notes)
        assert linear == any(key == "linear" for key, _ in back.notes)
        assert linear == (found.value == found.terms[0].operands[0].value)
        kinds.add(linear)
        gradient = explained.ask(f"first.bias.grad[{n}]", check=True)
        assert gradient.checked and gradient.difference == pytest.approx(gradient.value, 1e-4)
    assert kinds == {True, False}
    print(f"\nsoftplus: {tally}")  # noqa: T201


ODD_HISTORIES = [
    ("run 1", "phase", "phase", "skip zero_grad", "phase", "phase"),
    ("run 1", "do forward", "do loss", "do backward", "do update", "phase", "phase"),
    ("run 1", "phase", "do backward random", "skip loss", "skip zero_grad", "skip backward",
     "phase"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("moves", ODD_HISTORIES, ids=["accumulated", "extra", "vector"])
def test_after_skips_and_phases_out_of_turn_too(moves: tuple[str, ...]) -> None:
    tally = Tally()
    explained = Explained(
        Options(device="cpu", model="tests.harness.explaining:Residual", batch_size=2), *moves
    )
    draw = random.Random(5)
    for cell in cells(explained, draw, 1):
        found = explained.answer(cell)
        if found is not None:
            tally.add(found)
        else:
            error = explained.rejected(cell)
            assert " is None here" in error or "has not been computed yet" in error
    print(f"\n{tally}")  # noqa: T201
    assert tally.cells > 20


@pytest.mark.slow
@pytest.mark.parametrize("options", EVERY, ids=named)
def test_every_cell_agrees_with_torch_in_every_setting(options: Options) -> None:
    tally = Tally()
    sweep(Explained(options, "run 3"), 12, tally)
    print(f"\n{named(options)}: {tally}")  # noqa: T201


FOLLOWED = [
    ("lenet_tui.training.engine.model:Net", "manual", ("run 2", "phase")),
    ("tests.harness.explaining:Branch", "adam", ("run 2",)),
    ("tests.harness.explaining:Residual", "momentum", ODD_HISTORIES[0]),
    ("tests.harness.explaining:Residual", "adam", ODD_HISTORIES[1]),
    ("tests.harness.explaining:Residual", "manual", ("run 2", "back phase", "back op", "back op")),
]


@pytest.mark.slow
@pytest.mark.parametrize(("model", "optimizer", "moves"), FOLLOWED)
def test_every_operand_can_be_followed_to_its_own_origin(
    model: str, optimizer: str, moves: tuple[str, ...]
) -> None:
    """Asked for by the name it is shown by, an operand is the same number, itself explained."""
    explained = Explained(
        Options(device="cpu", model=model, batch_size=2, optimizer=optimizer), *moves
    )
    draw = random.Random(6)
    followed = 0
    for cell in cells(explained, draw, 1):
        found = explained.answer(cell)
        if found is None:
            continue
        operands = [o for t in found.terms for o in t.operands]
        for operand in draw.sample(operands, min(2, len(operands))):
            if operand.tensor.endswith((".add.input", "vector")):
                continue  # a counter's buffer, or the vector itself: they have no cell
            origin = explained.ask(f"{operand.tensor}{index_text(operand.index)}")
            assert origin.value == operand.value, (cell, operand)
            assert origin.checked
            followed += 1
    assert followed > 30
