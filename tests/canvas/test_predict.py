"""The canvas's forward is the one that the next iteration would do, and touches nothing."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lenet_tui.canvas.engine.answers import open_picture, predict, scale
from lenet_tui.canvas.request import OpenPicture, Predict
from lenet_tui.history.engine import keyframe
from lenet_tui.protocol.picture import packed
from lenet_tui.protocol.request import Rejected
from tests.harness.driving import Drive
from tests.harness.oracle import digits

PICTURE = np.random.default_rng(7).uniform(-1, 1, (32, 32)).astype(np.float32)
HERE = "tests.canvas.test_predict"


class Restless(nn.Module):
    """A net with all that a forward may leave behind: buffers, an attribute, random numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.norm, self.drop = nn.BatchNorm2d(1), nn.Dropout(0.5)
        self.head = nn.Linear(1024, 10)
        self.calls = 0
        self.last = torch.zeros(1)

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        self.last = x.detach().mean() + random.random() + float(np.random.rand())
        out: Tensor = self.head(self.drop(self.norm(x)).flatten(1))
        return out


class Pictureless(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(3, 10)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.head(x)
        return out


@pytest.mark.parametrize("way", [(), ("finish",), ("run 3", "phase", "op"), ("run 3", "back op")])
def test_it_changes_nothing_and_says_what_the_next_forward_then_gives(way: tuple[str, ...]) -> None:
    drive = Drive(model=f"{HERE}:Restless", data="digits", batch_size=4, loss="cross_entropy")
    drive(*way, "run 0")
    session, moved = drive.session, drive.moved
    trainer = session.navigator.trainer
    if "back op" in way:
        session.navigator.make_live()  # else torch is ahead of the cursor
    before, modes = keyframe.capture(trainer), [m.training for m in trainer.model.modules()]
    found = predict(Predict(packed(PICTURE), 2), session)
    assert predict(Predict(packed(PICTURE), 2), session) == found
    assert keyframe.capture(trainer) == before
    assert [m.training for m in trainer.model.modules()] == modes
    assert session.frame().position == moved.frame.position
    assert drive("run 0").frame.digest == moved.frame.digest and not drive.moved.frame.divergence
    assert found.training and found.drew
    if moved.frame.boundary:
        drive(f"draw 3 {packed(PICTURE)} 2", "phase")
        output = drive.find("output").tensor
        assert output is not None and tuple(output[2].double().tolist()) == found.outputs


def test_the_outputs_are_plain_pytorchs_with_the_weights_at_the_cursor() -> None:
    drive = Drive()
    drive("run 5", "edit conv1.weight[0,0,1,2] 0.5", "run 3", "goto 5", "op")
    found = predict(Predict(packed(PICTURE)), drive.session)
    again = Drive()
    again("run 5", "edit conv1.weight[0,0,1,2] 0.5")
    net = again.session.navigator.trainer.model
    with torch.no_grad():
        expected = net(torch.from_numpy(PICTURE)[None, None])[0]
    assert found.outputs == tuple(expected.double().tolist())
    assert found.probabilities == tuple(F.softmax(expected, 0).double().tolist())
    assert found.training and not found.drew


def test_a_sample_comes_with_the_bits_of_the_data_and_its_class() -> None:
    drive = Drive(batch_size=3)
    images, labels = digits()
    for number in (0, 5, 1796):
        found = open_picture(OpenPicture(number), drive.session)
        assert found.pixels == images[number].numpy().tobytes()
        assert found.target == int(labels[number])
        assert (found.height, found.width, found.low, found.high, found.count) == (32, 32, -1, 1, 3)
    drive("phase")
    shown, targets = drive.find("input").tensor, drive.find("target").tensor
    assert shown is not None and targets is not None
    third = open_picture(OpenPicture(None, 2), drive.session)
    assert third.pixels == shown[2].numpy().tobytes() and third.target == int(targets[2])
    with pytest.raises(Rejected):
        open_picture(OpenPicture(1797), drive.session)


def test_what_takes_no_grey_picture_is_refused_in_one_line() -> None:
    for model, shape in (("Pictureless", "4x3"), ("Restless", "2x3x32x32")):
        drive = Drive(model=f"{HERE}:{model}", inputs=(shape,))
        with pytest.raises(Rejected) as refused:
            open_picture(OpenPicture(), drive.session)
        assert "grey picture" in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 0.5, (0, 1)), (-1, 0.9, (-1, 1)), (0, 200, (0, 255)), (-0.4, 2.8, (-0.4, 2.8))],
)
def test_the_scale_is_that_of_the_data(
    low: float, high: float, expected: tuple[float, float]
) -> None:
    picture = torch.full((1, 1, 4, 4), float(low))
    picture[0, 0, 0, 0], picture[0, 0, 1, 1] = high, torch.nan
    assert scale(picture) == pytest.approx(expected)
