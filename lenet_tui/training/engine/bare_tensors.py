"""The tensors that a step trains which has no module: they stand in the place of its model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor, nn


class BareTensors(nn.Module):
    """Holds tensors as they are, by their names: parameters made of them would be others."""

    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        super().__init__()
        self._parameters.update(tensors)  # type: ignore[arg-type]


def bare_tensors(names: Mapping[str, Any]) -> BareTensors | None:
    """The leaves that require gradients among variables, and in lists of them; ``None``: none."""
    found: dict[int, tuple[str, Tensor]] = {}
    for name, tensor in _tensors(names):
        if tensor.is_leaf and tensor.requires_grad:
            found.setdefault(id(tensor), (name.replace(".", "_"), tensor))
    return BareTensors(dict(found.values())) if found else None


def _tensors(names: Mapping[str, Any]) -> Iterator[tuple[str, Tensor]]:
    for name, value in names.items():
        if isinstance(value, Tensor):
            yield name, value
    for name, value in names.items():
        parts: Any = ()
        if isinstance(value, (list, tuple)):
            parts = enumerate(value)
        elif isinstance(value, dict):
            parts = value.items()
        yield from ((f"{name}_{key}", part) for key, part in parts if isinstance(part, Tensor))
