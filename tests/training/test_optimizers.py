"""torch's optimizers are used as a plain script makes them: with torch's own defaults."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import torch
from torch import Tensor

from lenet_tui.export.engine import script_runtime
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


@pytest.mark.parametrize("name", BY_TORCH)
def test_where_torch_takes_all_at_once_one_parameter_is_taken_so_too(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the CPU among the devices of ``foreach``, torch chooses here as it does on CUDA."""
    chooses = sys.modules["torch.optim.optimizer"]
    monkeypatch.setattr(chooses, "_get_foreach_kernels_supported_devices", lambda: ["cpu"])
    module = sys.modules[getattr(torch.optim, OPTIMIZERS[name].made_by).step.__module__]
    (several,) = (n for n in vars(module) if n.startswith("_multi_tensor_"))
    plain = getattr(module, several)
    taken: list[int] = []

    def seen(params: list[Tensor], *args: Any, **kwargs: Any) -> None:
        taken.append(len(params))
        plain(params, *args, **kwargs)

    monkeypatch.setattr(module, several, seen)

    def trained(how: str) -> list[Tensor]:
        torch.manual_seed(1)
        named = {n: torch.randn(7, requires_grad=True) for n in "ab"}
        updater = Updater(name, 0.01, named)
        assert updater._optimizer is not None
        for _ in range(3):
            for p in named.values():
                p.grad = torch.randn(7)
            if how == "script":
                for p in named.values():
                    script_runtime.step(updater._optimizer, [p])
            else:
                for names in [["a"], ["b"]] if how == "each" else [None]:
                    updater.step(names)
        return [p.detach() for p in named.values()]

    whole = trained("all")
    assert taken == [2] * 3
    for how in ("each", "script"):
        taken.clear()
        assert all(map(torch.equal, trained(how), whole))
        assert taken == [1] * 6
