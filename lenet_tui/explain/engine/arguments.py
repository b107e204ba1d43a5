"""A recorded op with its arguments by name; the tensors among them know their own names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from lenet_tui.explain.engine.terms import Source
from lenet_tui.tape.engine.tape import OpEntry


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """An op of the forward or the loss. ``arguments`` has each by its name (see
    ``registry.named_arguments``), the tensors among them as a ``Source``.
    """

    entry: OpEntry
    arguments: dict[str, Any]

    @property
    def op(self) -> str:
        return self.entry.op

    @property
    def name(self) -> str:
        return self.entry.name

    @property
    def output(self) -> Source:
        return Source(self.entry.name, self.entry.tensor, self.entry)

    def get(self, name: str, default: Any = None) -> Any:
        """An argument; ``default`` where it was not given, or given as ``None``."""
        value = self.arguments.get(name)
        return default if value is None else value

    def source(self, name: str = "input") -> Source:
        """A tensor argument."""
        value = self.arguments[name]
        assert isinstance(value, Source)
        return value

    def tensors(self) -> Iterator[tuple[str, Source]]:
        """The tensor arguments by name."""
        return ((k, v) for k, v in self.arguments.items() if isinstance(v, Source))


def same(a: Tensor, b: Tensor) -> bool:
    """Whether two tensors are the same memory seen in the same way."""
    if a is b:
        return True
    return (
        a.data_ptr() == b.data_ptr() != 0
        and a.shape == b.shape
        and a.stride() == b.stride()
        and a.dtype == b.dtype
        and a.device == b.device
    )
