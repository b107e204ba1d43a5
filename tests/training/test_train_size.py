"""Training on the first few images of the data: in a script too, and what is refused."""

from __future__ import annotations

import pytest
import torch

from lenet_tui.app.program import program
from lenet_tui.protocol.moves import MoveError, parse_move
from lenet_tui.protocol.moves_header import header
from lenet_tui.protocol.options import OptionError, as_dict, resolve
from lenet_tui.training.engine import dataset, epochs
from tests.harness.driving import Drive
from tests.harness.export_sessions import exported, ran, shown
from tests.harness.oracle import ALL_DIGITS

TRAIN = torch.arange(len(ALL_DIGITS[1])) % 5 != 0


def test_every_epoch_is_of_the_first_few_shuffled() -> None:
    options, state = resolve(train_size=20, batch_size=8), dataset.DataState()
    images, labels = ALL_DIGITS[0][TRAIN][:20], ALL_DIGITS[1][TRAIN][:20]
    for epoch in range(3):
        order = torch.randperm(20, generator=torch.Generator().manual_seed(epoch))
        for picked in torch.split(order, 8):
            inputs, targets = dataset.next_batch(state, options)
            assert torch.equal(inputs, images[picked]) and torch.equal(targets, labels[picked])
        assert dataset.epochs(state, options) == epoch + 1
    held_out = dataset.held_out(options)
    assert held_out is not None and len(held_out) == 360
    assert epochs.length(Drive(train_size=20, batch_size=8).session.navigator.trainer) == 3


def test_the_script_and_the_code_pane_say_so() -> None:
    drive = Drive(train_size=20, batch_size=8)
    drive("run 4")
    assert ran(exported(drive)) == shown(drive)
    code = [line.code for line in program(drive.session.frame()).lines]
    assert "    input, target = digits[:20].batch(8, device)" in code
    assert "--train-size 20" in header(resolve(train_size=20))
    assert as_dict(drive.options)["train_size"] == 20 and "train_size" not in as_dict(resolve())


def test_what_cannot_be_is_refused() -> None:
    for size, data in ((20, "random"), (-1, "digits")):
        with pytest.raises(OptionError):
            resolve(train_size=size, data=data, loss="mse")
    for size, batch in ((1438, 1), (20, 21)):
        with pytest.raises(OptionError):
            dataset.check(resolve(train_size=size, batch_size=batch))
    dataset.check(resolve(train_size=1437))
    with pytest.raises(MoveError):
        parse_move("set train-size 3")
