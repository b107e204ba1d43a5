"""torch's optimizers are used as a plain script makes them: with torch's own defaults."""

from __future__ import annotations

import pytest
import torch

from lenet_tui.protocol.optimizers import OPTIMIZERS
from lenet_tui.training.engine.optimizers import Updater

BY_TORCH = [o.name for o in OPTIMIZERS.values() if o.made_by]


@pytest.mark.parametrize("name", BY_TORCH)
def test_the_implementation_is_torchs_to_choose(name: str) -> None:
    """On CUDA torch chooses another than on the CPU, with other bits."""
    made = Updater(name, 0.01, {"w": torch.ones(3, requires_grad=True)})._optimizer
    assert made is not None
    row = OPTIMIZERS[name]
    plain = getattr(torch.optim, row.made_by)([torch.ones(1)], lr=0.01, **row.arguments)
    assert made.defaults == plain.defaults
    for choice in ("foreach", "fused"):
        assert made.defaults.get(choice) is None
        assert choice not in row.statement({})
