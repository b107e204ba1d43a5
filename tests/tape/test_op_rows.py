"""The rows of ops on the screen, which are known from one iteration to the next."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from lenet_tui.protocol.frame import OpRow
from lenet_tui.tape.engine import frame_builder
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.tape.engine.forward_recorder import ForwardRecorder
from lenet_tui.tape.engine.frame_builder import OpLists, op_row
from lenet_tui.tape.engine.module_paths import module_paths
from lenet_tui.tape.engine.tape import Cursor

NO_FORWARD: Any = SimpleNamespace(forward=lambda cursor: None)


class Odd(nn.Module):
    """``given`` are the arguments of its ops, which have the same names in each forward."""

    given: tuple[Any, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self.one, self.other = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        place, keep, scale, layer = self.given
        x = nn.functional.linear(x.roll(place, 1).sum(0, keep), getattr(self, layer).weight)
        scaled: Tensor = x * scale
        return scaled


GIVEN = [
    (1, True, 2.0, "one"), (2, True, 2.0, "one"), (2, False, 2.0, "one"),
    (2, True, -0.0, "one"), (2, True, 0.0, "one"), (2, True, 0.0, "other"), (1, True, 2.0, "one"),
]  # fmt: skip


def test_a_row_that_is_known_is_the_one_that_would_be_made(monkeypatch: Any) -> None:
    made: list[OpEntry] = []

    def counted(entry: OpEntry, parameters: dict[int, tuple[str, int]]) -> OpRow:
        made.append(entry)
        return op_row(entry, parameters)

    monkeypatch.setattr(frame_builder, "op_row", counted)
    model, before = Odd(), 0
    parameters = {id(p): (n, p.numel()) for n, p in model.named_parameters()}
    lists = OpLists(parameters)
    for model.given in GIVEN:
        recorder = ForwardRecorder(module_paths(model), lambda done, name: None)
        recorder.run(model, torch.randn(3, 4))
        wanted = tuple(repr(op_row(e, parameters)) for e in recorder.entries)
        before = len(made)
        shown = lists.rows(NO_FORWARD, Cursor(0), recorder.entries)
        assert tuple(map(repr, shown.ops)) == wanted, model.given
    assert len(made) - before < len(recorder.entries)  # the last are the first again
