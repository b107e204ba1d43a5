"""A tensor that is trained by itself stays what its optimizer holds when it is restored."""

from __future__ import annotations

import torch

from lenet_tui.history.engine import keyframe
from lenet_tui.protocol.options import resolve
from lenet_tui.training.engine.trainer import Trainer
from tests.findings.test_healthy import FOLDER


def test_a_restored_picture_is_the_optimizer_s_own() -> None:
    options = resolve("own", model=str(FOLDER / "no_parameters_moved.py"), device="cpu")
    trainer = Trainer(options)
    names = trainer.file.names
    start, first = keyframe.capture(trainer), names["picture"].detach().clone()
    trainer.plain_iteration()
    once = names["picture"].detach().clone()
    trainer.plain_iteration()
    keyframe.restore(trainer, start)
    assert names["picture"] is names["optimizer"].param_groups[0]["params"][0]
    assert torch.equal(names["picture"], first)
    trainer.plain_iteration()
    assert torch.equal(names["picture"], once)
    assert not torch.equal(once, first)
