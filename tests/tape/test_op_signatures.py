"""What the layers say of an op beside its name."""

from __future__ import annotations

import torch
from torch import nn

from lenet_tui.tape.engine.forward_recorder import ForwardRecorder
from lenet_tui.tape.engine.module_paths import module_paths
from lenet_tui.tape.engine.op_signatures import EVAL, short


def test_ops_in_eval_mode_say_so() -> None:
    """Each by its own mode: a part of a model may be in another one than the whole."""
    model = nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Dropout2d(0.3), nn.Dropout(0.5), nn.AlphaDropout()
    )
    assert [op for op, text in _said(model) if text == EVAL] == []
    model[1].eval()
    assert [op for op, text in _said(model) if text == EVAL] == ["batch_norm"]
    model.eval()
    assert [op for op, text in _said(model) if text == EVAL] == list(MODES)


MODES = ("batch_norm", "dropout2d", "dropout", "alpha_dropout")


def _said(model: nn.Module) -> list[tuple[str, str]]:
    recorder = ForwardRecorder(module_paths(model), lambda done, name: None)
    with recorder:
        model(torch.randn(4, 1, 6, 6))
    return [(entry.op, short(entry)) for entry in recorder.entries]
