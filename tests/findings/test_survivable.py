"""What is tried never has a GPU read outside of a table: that would end the person's process."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F

from lenet_tui.findings.engine.detectors import loss
from lenet_tui.findings.engine.probes.survivable import Survivable
from lenet_tui.protocol.session_api import MoveRejected


def test_only_what_is_out_of_range_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    logits, table = torch.randn(3, 4), torch.randn(5, 2)
    inside, outside = torch.tensor([0, 3, 1]), torch.tensor([0, 5, 1])

    def tried(labels: torch.Tensor) -> None:
        F.cross_entropy(logits, labels)
        F.embedding(labels, table)
        logits.gather(1, labels[:, None])
        table[labels]

    monkeypatch.setattr(loss, "on_gpu", lambda call: True)
    with Survivable():
        tried(inside)
        calls: tuple[Callable[[], object], ...] = (
            lambda: F.cross_entropy(logits, outside),
            lambda: F.embedding(outside, table),
            lambda: logits.gather(1, outside[:, None]),
            lambda: table[outside],
        )
        for call in calls:
            with pytest.raises(MoveRejected) as refused:
                call()
            assert refused.value.notice.key == "findings:outside-its-range"


def test_on_the_cpu_torch_says_it_itself() -> None:
    with Survivable(), pytest.raises(IndexError):
        F.embedding(torch.tensor([7]), torch.randn(5, 2))
