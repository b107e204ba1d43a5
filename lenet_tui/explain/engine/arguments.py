"""A recorded op with its arguments by name, and the tensors among them by the names of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lenet_tui.explain.engine.terms import Source
from lenet_tui.tape.engine.entries import OpEntry

_LOSS = ("input", "target", "weight", "size_average", "ignore_index", "reduce", "reduction")
_POOL = ("input", "kernel_size", "stride", "padding")
_CONV = ("input", "weight", "bias", "stride", "padding", "dilation", "groups")

SIGNATURES: dict[str, tuple[str, ...]] = {
    "conv1d": _CONV,
    "conv2d": _CONV,
    "conv3d": _CONV,
    "linear": ("input", "weight", "bias"),
    "max_pool1d": (*_POOL, "dilation", "ceil_mode", "return_indices"),
    "max_pool2d": (*_POOL, "dilation", "ceil_mode", "return_indices"),
    "avg_pool1d": (*_POOL, "ceil_mode", "count_include_pad"),
    "avg_pool2d": (*_POOL, "ceil_mode", "count_include_pad", "divisor_override"),
    "softmax": ("input", "dim"),
    "log_softmax": ("input", "dim"),
    "cross_entropy": (*_LOSS, "label_smoothing"),
    "nll_loss": _LOSS,
    "mse_loss": ("input", "target", "size_average", "reduce", "reduction", "weight"),
    **dict.fromkeys(
        ("dropout", "dropout1d", "dropout2d", "dropout3d"), ("input", "p", "training", "inplace")
    ),
    **dict.fromkeys(("mean", "sum"), ("input", "dim", "keepdim")),
    "batch_norm": (
        "input", "running_mean", "running_var", "weight", "bias", "training", "momentum", "eps",
    ),
    "one_hot": ("input", "num_classes"),
    **dict.fromkeys(("add", "radd", "iadd", "sub", "isub", "rsub"), ("input", "other", "alpha")),
    **dict.fromkeys(("mul", "rmul", "imul"), ("input", "other")),
}  # fmt: skip
"""The names of positional arguments, as torch's documentation has them."""


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """An op of the forward or the loss. ``arguments``: by name; tensors are ``Source`` already.

    Positional arguments without a name are called ``input``, ``1``, ``2`` and so on.
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


def named_arguments(entry: OpEntry) -> dict[str, Any]:
    """The arguments of an op by name, as torch has them."""
    names = SIGNATURES.get(entry.op, ("input",))
    given = {names[n] if n < len(names) else str(n): value for n, value in enumerate(entry.args)}
    return given | entry.kwargs
