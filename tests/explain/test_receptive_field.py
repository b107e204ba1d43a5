"""Receptive fields and what an element reaches, against NaNs that are followed through torch."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from lenet_tui.explain.engine.links import Box
from lenet_tui.explain.engine.receptive_field import reach, receptive_field
from lenet_tui.explain.engine.recorded_pass import Names, RecordedPass
from lenet_tui.protocol.iteration_plan import Segment
from lenet_tui.protocol.options import Options
from lenet_tui.tape.engine.forward_recorder import ForwardRecorder
from lenet_tui.tape.engine.module_paths import module_paths
from lenet_tui.tape.engine.tape import Base, Cursor, Tape, TapeSegment
from lenet_tui.training.engine.batch import of_pair
from lenet_tui.training.engine.model import Net
from tests.harness.explaining import Branch, Explained, Residual, Rows


class Windows(nn.Module):
    """Strides, dilation, groups, padding, a ceiling, overlaps, and windows that skip cells."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 4, (3, 5), stride=(2, 3), padding=(1, 2), dilation=(3, 1))
        self.second = nn.Conv2d(4, 8, 2, groups=2, stride=(3, 1))
        self.head = nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.first(x))
        x = nn.functional.max_pool2d(x, (3, 2), stride=(1, 2), padding=1, ceil_mode=True)
        x = nn.functional.avg_pool2d(self.second(x), 3, stride=2, ceil_mode=True)
        x = nn.functional.adaptive_avg_pool2d(x, (3, 2))
        out: Tensor = self.head(x.mean((2, 3)))
        return out


def run(model: nn.Module, image: Tensor) -> RecordedPass:
    """A tape of the model's forward alone."""
    recorder = ForwardRecorder(module_paths(model), lambda done, name: None)
    recorder.run(model, image)
    values = {n: p.detach().clone() for n, p in model.named_parameters()}
    base = Base(Options(), values, dict.fromkeys(values), None, 0, {})
    total = len(recorder.entries)
    segment = TapeSegment(Segment("forward"), total, list(recorder.entries))
    tape = Tape(1, base, of_pair(image, torch.zeros(len(image))), [segment])
    names = Names({id(p): n for n, p in model.named_parameters()})
    return RecordedPass(tape, Cursor(0), names)


def touched(tensor: Tensor) -> Box | None:
    """The region of a tensor's NaNs."""
    places = torch.isnan(tensor).nonzero().numpy()
    if not len(places):
        return None
    return tuple(zip(places.min(0).tolist(), places.max(0).tolist(), strict=True))


MODELS = {"net": Net, "windows": Windows, "residual": Residual, "rows": Rows, "branch": Branch}


@pytest.mark.parametrize("name", MODELS)
def test_a_pixel_reaches_what_a_nan_in_it_reaches(name: str) -> None:
    torch.manual_seed(0)
    model = MODELS[name]()
    draw = random.Random(name)
    clean = torch.randn(2, 1, 32, 32)
    # The edges too: there windows are cut off, and some pixels are read by none.
    sides = [0, 1, 30, 31, *(draw.randrange(32) for _ in range(4))]
    for _ in range(6):
        index = (draw.randrange(2), 0, draw.choice(sides), draw.choice(sides))
        image = clean.clone()
        image[index] = torch.nan
        scene = run(model, image)
        found = reach(scene, "input", index)
        for call in scene.calls:
            if call.op not in ("dropout", "dropout2d", "add"):  # a drop hides what it drops
                assert found.get(call.name) == touched(call.entry.tensor), (call.name, index)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["windows", *(pytest.param(n, marks=pytest.mark.slow) for n in ("net", "residual", "rows"))],
)
def test_an_activation_depends_on_the_pixels_whose_nans_reach_it(name: str) -> None:
    torch.manual_seed(0)
    model = MODELS[name]()
    draw = random.Random(name)
    clean = torch.randn(1, 1, 32, 32)
    whole = run(model, clean)
    made = [c for c in whole.calls if c.entry.tensor.dim() == 4] or whole.calls[1:3]
    cells = []
    for call in made:
        shape = call.entry.tensor.shape
        for _ in range(2):
            index = tuple(draw.choice((0, n - 1, draw.randrange(n))) for n in shape)
            cells.append((call, index, np.zeros((32, 32), bool)))
    for y in range(32):
        for x in range(32):
            image = clean.clone()
            image[0, 0, y, x] = torch.nan
            with torch.no_grad():
                scene = run(model, image)
            for call, index, hit in cells:
                again = scene.call(call.name)
                assert again is not None
                hit[y, x] = bool(torch.isnan(again.entry.tensor[index]))
    for call, index, hit in cells:
        box = receptive_field(whole, call, index)["input"]
        ys, xs = hit.nonzero()
        assert box == ((0, 0), (0, 0), (ys.min(), ys.max()), (xs.min(), xs.max())), (
            call.name, index,
        )  # fmt: skip


def test_an_explanation_lights_its_kernel_and_its_field_in_the_image() -> None:
    explained = Explained(Options(device="cpu"), "run 1")
    fields = {name: (a, b) for name, a, b in explained.ask("conv2[0,3,4,5]", 1).regions}
    assert fields["conv1.max_pool2d"] == ((0, 0, 4, 5), (0, 5, 8, 9))
    assert fields["conv2.weight"] == ((3, 0, 0, 0), (3, 5, 4, 4))
    assert fields["conv2.bias"] == ((3,), (3,))
    assert fields["input"] == ((0, 0, 8, 10), (0, 0, 21, 23))
    fields = {name: (a, b) for name, a, b in explained.ask("input[0,0,13,14]").regions}
    assert fields["conv1"] == ((0, 0, 9, 10), (0, 5, 13, 14))
    assert fields["conv1.max_pool2d"] == ((0, 0, 4, 5), (0, 5, 6, 7))
    assert fields["fc3"] == ((0, 0), (0, 9))


def test_an_op_without_arithmetic_may_depend_on_everything() -> None:
    explained = Explained(Options(device="cpu", model="tests.harness.explaining:Odd"), "run 1")
    fields = {name: (a, b) for name, a, b in explained.ask("last[0,3]").regions}
    assert fields["first"] == ((0, 0), (0, 7))
    assert fields["input"] == ((0, 0, 0, 0), (0, 0, 31, 31))
