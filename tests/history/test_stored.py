"""What is known beforehand of how a keyframe is written is what would be written."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from lenet_tui.history.engine import keyframe
from lenet_tui.history.engine.stored import FORMS, StoredParameter, parameters_written
from lenet_tui.protocol import container
from lenet_tui.protocol.options import resolve
from lenet_tui.tape.engine.digest import raw
from lenet_tui.training.engine.trainer import Trainer

VALUES = [
    torch.tensor(2.5),
    torch.empty(0, 3),
    torch.arange(12.0).view(3, 4).t(),
    torch.arange(6.0)[::5],
    torch.randn(3, dtype=torch.float64),
    torch.randn(2, 2).to(torch.bfloat16),
    torch.randn(5).to(torch.float16),
    torch.randn(2, dtype=torch.complex64).conj(),
    torch.randn(1, dtype=torch.complex64).conj().imag,
    torch.tensor([True, False]),
    torch.arange(4, dtype=torch.int16),
    nn.Parameter(torch.randn(2, 3)),
    torch.eye(3).to_sparse(),
]


@pytest.mark.parametrize(
    "options",
    [{}, {"optimizer": "adamw", "batch_size": 3}, {"preset": "notebook", "optimizer": "rmsprop"}],
)
def test_a_keyframe_is_what_its_state_is_written_as(options: dict[str, Any]) -> None:
    trainer = Trainer(resolve(**options))
    for iteration in range(3):  # without gradients, and without states of the optimizer, at first
        if iteration:
            trainer.plain_iteration()
        plainly = container.pack(keyframe.state_of(trainer), FORMS)
        assert keyframe.capture(trainer) == b"".join(plainly)


@pytest.mark.parametrize("value", VALUES, ids=lambda t: f"{str(t.dtype)[6:]}-{t.dim()}")
def test_tensors_of_all_kinds_are_written_as_their_bytes(value: Tensor) -> None:
    stored = {
        "p": StoredParameter(value, None, {}),
        "q": StoredParameter(value, value, {"s": value}),
    }
    written = parameters_written(stored)
    assert [bytes(c) for c in written.contents] == [raw(value.resolve_conj()).tobytes()] * 4


def test_options_that_are_equal_but_written_otherwise_are_not_mistaken() -> None:
    trainer = Trainer(resolve(lr=0.0))
    assert b'"lr": 0.0' in keyframe.capture(trainer)
    trainer.change(resolve(lr=-0.0, device="cpu"))
    assert b'"lr": -0.0' in keyframe.capture(trainer)
