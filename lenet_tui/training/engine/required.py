"""Which parameters a step has frozen or freed since the model was made: ``requires_grad``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

CHANGED = "requires_grad"
"""The place of what has changed, among the plain values of a state."""


class Required:
    """Knows what each parameter had at first."""

    def __init__(self, parameters: Mapping[str, Tensor]) -> None:
        self._parameters = dict(parameters)
        self._first = {name: p.requires_grad for name, p in parameters.items()}

    def changed(self) -> dict[str, Any]:
        """Those that have another one than at first; what is set or deleted here is so there."""
        return _Changed(self._parameters, self._first)


class _Changed(dict[str, Any]):
    def __init__(self, parameters: Mapping[str, Tensor], first: Mapping[str, bool]) -> None:
        super().__init__(
            (n, p.requires_grad) for n, p in parameters.items() if p.requires_grad is not first[n]
        )
        self._parameters, self._first = parameters, first

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        self._require(name, bool(value))

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        self._require(name, self._first[name])

    def _require(self, name: str, value: bool) -> None:
        tensor = self._parameters.get(name)
        if tensor is not None and tensor.is_leaf:
            tensor.requires_grad_(value)
