"""What the explain pane finds to say at the cursor, with rows as the engine really makes them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from lenet_tui.app.all_words import words
from lenet_tui.explain import explain_values
from lenet_tui.explain.words.pane import explain_words
from lenet_tui.protocol.frame import (
    Argument,
    Entry,
    Frame,
    OpRow,
    OpRows,
    Parameter,
    SegmentState,
    Shape,
)
from lenet_tui.protocol.options import resolve
from lenet_tui.protocol.position import Position
from lenet_tui.tape.engine.dry_run import trial
from lenet_tui.tape.engine.frame_builder import op_row
from lenet_tui.training.engine.model import Net


def rows_of(model: nn.Module, shape: Shape) -> tuple[tuple[OpRow, ...], tuple[Parameter, ...]]:
    """The rows that the engine makes of a forward, and the model's parameters."""
    named = dict(model.named_parameters())
    known = {id(p): (name, p.numel()) for name, p in named.items()}
    parameters = tuple(Parameter(n, tuple(p.shape), "float32") for n, p in named.items())
    entries = trial(model, torch.zeros(*shape)).entries
    # a dry run works on a copy: its tensors are matched to the model's by their place
    copies = {id(t): id(p) for e in entries for t in e.args if isinstance(t, nn.Parameter)
              for p in named.values() if p.shape == t.shape}  # fmt: skip
    known |= {copy: known[own] for copy, own in copies.items()}
    return tuple(op_row(e, known) for e in entries), parameters


ROWS, PARAMETERS = rows_of(Net(), (1, 1, 32, 32))
FRAME = Frame(
    Position(), (), "forward", resolve("notebook", seed=7), OpRows(1, ROWS, len(ROWS)), None, None,
    1, np.zeros(0), 0, False, 0, output_shape=(1, 10),
)  # fmt: skip


def at(phase: str, entry: Entry | None = None, **more: object) -> list[str]:
    """What is said in English with the cursor in ``phase``, having passed ``entry``."""
    op = 1 if entry else None
    frame = replace(FRAME, position=Position(1, phase, op, 1), entry=entry, **more)  # type: ignore[arg-type]
    found = explain_values.at_cursor(frame, PARAMETERS)
    return explain_words(words("en"), found.phase, found.op, found.values)


def row(name: str) -> dict[str, str]:
    found = next(r for r in ROWS if r.name == name)
    return explain_values.row_values(found, ROWS, PARAMETERS)


def test_conv1_says_why_32_becomes_28() -> None:
    said = row("conv1")
    assert said["window"] == "H, W: ⌊(32 + 2⋅0 − 1⋅(5 − 1) − 1) / 1 + 1⌋ = 28"
    assert (said["count"], said["terms"]) == ("6⋅1⋅5⋅5 + 6 = 156", "1⋅5⋅5 = 25")
    assert said["input"] == "1×1×32×32" and said["output"] == "1×6×28×28"


def test_the_pools_say_why_28_becomes_14() -> None:
    assert row("conv1.max_pool2d")["window"].endswith("(28 + 2⋅0 − 1⋅(2 − 1) − 1) / 2 + 1⌋ = 14")
    assert row("conv2.max_pool2d")["kernel"] == "2×2"


def test_view_says_why_16_5_5() -> None:
    said = row("conv2.view")
    assert said["flat"] == "16*5*5 = 400"
    assert said["chain"] == "32 → 28 → 14 → 10 → 5"
    assert said["elements"] == "1⋅16⋅5⋅5 = 400 = 1⋅400"


def test_linear_says_its_product_and_count() -> None:
    said = row("fc1")
    assert said["product"] == "1×400 ⋅ 400×120 + 120 = 1×120"
    assert said["count"] == "120⋅400 + 120 = 48,120"


class Odd(nn.Module):
    """Ops with unusual arguments."""

    def __init__(self) -> None:
        super().__init__()
        self.c = nn.Conv2d(4, 6, (3, 5), (2, 1), (1, 2), (1, 2), groups=2, bias=False)
        self.same = nn.Conv2d(6, 6, 3, padding="same")
        self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.drop = nn.Dropout(0.25)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.same(self.c(x))
        return torch.flatten(self.drop(self.pool(y + self.c(x))), 1)


def test_unusual_arguments_are_explained_too_and_only_if_they_fit() -> None:
    rows, parameters = rows_of(Odd(), (2, 4, 16, 16))
    said = {r.name: explain_values.row_values(r, rows, parameters) for r in rows}
    assert said["c"]["window"] == "H: ⌊(16 + 2⋅1 − 1⋅(3 − 1) − 1) / 2 + 1⌋ = 8"
    assert said["c"]["window2"] == "W: ⌊(16 + 2⋅2 − 2⋅(5 − 1) − 1) / 1 + 1⌋ = 12"
    assert said["c"]["count"] == "6⋅2⋅3⋅5 = 180"
    assert said["same"]["window"].endswith("= 8")
    assert said["pool"]["window"] == "H: ⌈(8 + 2⋅0 − 1⋅(3 − 1) − 1) / 2 + 1⌉ = 4"
    assert said["drop"]["p"] == "0.25"
    flat = next(v for v in said.values() if "flat" in v)
    assert flat["elements"] == "2⋅6⋅4⋅6 = 288 = 2⋅144"


def test_what_is_ahead_of_the_cursor_is_not_explained_with_numbers() -> None:
    ahead = replace(ROWS[0], shapes=None, shape=None)
    assert explain_values.row_values(ahead, ROWS, PARAMETERS) == {}


def test_the_cursor_in_a_phase_explains_the_op_it_passed() -> None:
    said = at("forward", Entry("forward", "conv2", "conv2d", ((1, 16, 10, 10),)))
    assert said[0].startswith("Slides each kernel")
    assert any("14 + 2⋅0" in line for line in said)
    said = at("backward", Entry("backward", "fc3", "AddmmBackward0",
                                ((10,), None, (84, 10))))  # fmt: skip
    assert said[0].startswith("The backward of fc3") and "Produced: 10, None, 84×10" in said
    said = at("backward", Entry("backward", "fc3.bias", "AccumulateGrad", ((10,),)))
    assert said[0].endswith("fc3.bias.grad.")
    said = at("update", Entry("update", "fc3.bias", "update", ((10,),)))
    assert any(line.startswith("fc3.bias: 10,") for line in said)
    said = at("loss", Entry("loss", "loss", "mse_loss", ((),)))
    assert any(line.endswith("not samples: 1⋅10 = 10") for line in said)
    assert not any("one-hot" in line for line in said), "the notebook's target is no class"


def test_cross_entropy_is_minus_log_of_the_number_in_the_output_pane() -> None:
    said = at("loss", options=resolve("digits"), loss=2.2053726)
    assert said[0].startswith("−log p: p is the probability")
    assert said[1].startswith("Here −log 0.1102 = 2.205")
    many = at("loss", options=resolve("digits"), output_shape=(4, 10))
    assert not any("Here −log" in line for line in many)


def test_between_phases_the_phase_is_explained() -> None:
    assert "Sizes on the way: 32 → 28 → 14 → 10 → 5" in at("forward")
    assert any("seed(7)" in line for line in at("init"))
    assert any("10 parameter tensors hold 61,706 numbers" in line for line in at("init"))
    own = at("init", options=resolve("own", model="train.py"))
    assert own[0].startswith("Here the session begins") and not any("seed(" in s for s in own)
    skipped = SegmentState("zero_grad", "skip", "", 0, 0, 0.0)
    assert at("zero_grad", segments=(skipped,))[0].startswith("Skipped: zero_grad")
    vector = SegmentState("backward", "do", "onehot 3", 26, 26, 0.1)
    said = at("backward", segments=(vector,), accumulated=2)
    assert said[0].endswith("onehot 3") and any("sum of 2 backward passes" in line for line in said)


@pytest.mark.parametrize("value", ["(1", "f(", [-1, 400, 3], "__import__('os')", "…", 0.5, True])
def test_arguments_that_do_not_fit_are_passed_over(value: Argument) -> None:
    odd = replace(ROWS[0], arguments=(("stride", value), ("", value)), name="\x1b[31m")
    assert "output" in explain_values.row_values(odd, ROWS, PARAMETERS)
    entry = Entry("forward", odd.name, odd.op, ())
    frame = replace(
        FRAME, position=Position(1, "forward", 1, 1), entry=entry, rows=OpRows(2, (odd,), 1)
    )
    assert "\x1b" not in explain_values.at_cursor(frame).values["name"]
