"""The loop that a person would write around a training file: what a session must equal to the bit.

Nothing of the package is imported here. The order is the one that is promised: seed the generators;
execute the file; make the model, the optimizer and the iterator of the data; each iteration takes
its batch first.
"""

from __future__ import annotations

import hashlib
import itertools
import random
import runpy
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

FILES = Path(__file__).parent.parent / "training" / "files"

State = dict[str, tuple[str, str | None]]


def bits(tensor: Tensor) -> str:
    """SHA-256 of a tensor's bytes."""
    whole = tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy()
    return hashlib.sha256(whole.tobytes()).hexdigest()


def states(
    name: str, seed: int = 0, folder: Path = FILES, device: str = "cpu"
) -> Iterator[tuple[State, float | None]]:
    """Yields the parameters, gradients and loss after each iteration of the file's loop.

    ``device``: where the models and each batch are moved to; the file need not know of it.
    """
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    names = runpy.run_path(str(folder / f"{name}.py"))
    models = [(prefix, module.to(device)) for prefix, module in _models(names)]
    model = models[0][1]
    optimizer = names.get("optimizer")
    if callable(optimizer) and not isinstance(optimizer, torch.optim.Optimizer):
        optimizer = optimizer(model.parameters())
    for batch in (_moved(b, device) for b in _batches(names["data"])):
        if "step" in names:
            loss = names["step"](batch)
        else:
            output, target = _output(model, batch)
            loss = names["loss"](output, target) if "loss" in names else output.loss
            model.zero_grad()
            loss.backward()
            assert optimizer is not None
            optimizer.step()
        state = {
            f"{prefix}{key}": (bits(p), None if p.grad is None else bits(p.grad))
            for prefix, module in models
            for key, p in module.named_parameters()
        }
        yield (
            state,
            None if loss is None else float(loss.item() if isinstance(loss, Tensor) else loss),
        )


def _models(names: Mapping[str, Any]) -> list[tuple[str, nn.Module]]:
    """The models of a file; those beside ``model`` by their names."""
    found = {n: v for n, v in names.items() if isinstance(v, nn.Module) and list(v.parameters())}
    if "model" not in names:
        return [(f"{name}.", module) for name, module in found.items()]
    model = names["model"]
    main = model if isinstance(model, nn.Module) else model()
    return [("", main), *((f"{n}.", m) for n, m in found.items() if m is not main)]


def _batches(data: Any) -> Iterator[Any]:
    """Epoch after epoch of the data."""
    for _ in itertools.count():
        yield from data() if callable(data) else data


def _moved(value: Any, device: str) -> Any:
    if isinstance(value, Tensor):
        return value.to(device)
    if isinstance(value, dict):
        return {key: _moved(part, device) for key, part in value.items()}
    if isinstance(value, (tuple, list)):
        return type(value)(_moved(part, device) for part in value)
    return value


def _output(model: nn.Module, batch: Any) -> tuple[Any, Any]:
    if isinstance(batch, dict):
        return model(**batch), None
    inputs, target = batch
    return model(*inputs) if isinstance(inputs, tuple) else model(inputs), target
