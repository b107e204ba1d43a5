"""The arguments of an op, without tensors."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from lenet_tui.protocol.frame import Argument
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.text.numbers import shape_text

LONG, SHORT = 120, 9
"""Characters at which an argument as text, and the short text, are cut."""

FEW = 8
"""Numbers of one argument that are sent as they are."""

POSITIONAL: dict[str, tuple[str, ...]] = {
    "conv1d": ("input", "weight", "bias", "stride", "padding", "dilation", "groups"),
    "conv2d": ("input", "weight", "bias", "stride", "padding", "dilation", "groups"),
    "max_pool2d": ("input", "kernel_size", "stride", "padding", "dilation"),
    "dropout": ("input", "p"),
}
"""torch's own names of the positional arguments, for the ops where a name helps."""
QUIET = ("inplace", "return_indices", "ceil_mode", "training", "size_average", "reduce")
MODES = {
    "batch_norm": 5,
    **dict.fromkeys(("dropout", "dropout1d", "dropout2d", "dropout3d"), 2),
    **dict.fromkeys(("alpha_dropout", "feature_alpha_dropout"), 2),
}
"""The place of ``training``, for the ops that do something else in eval mode."""
EVAL = "eval"
DEFAULTS = {"padding": 0, "dilation": 1, "groups": 1}
"""Values that are left out, as in a module's ``repr``."""


def arguments(entry: OpEntry) -> tuple[tuple[str, Argument], ...]:
    """The arguments that are no defaults, by name: kernel_size 5, stride 1; (2, 2) becomes 2."""
    kernel = _kernel(entry)
    given = [("kernel_size", _folded(kernel))] if kernel else []
    given += [(name, _folded(value)) for name, value in _given(entry)]
    shown = [(k, v) for k, v in given if v is not None and k not in QUIET and DEFAULTS.get(k) != v]
    return tuple((name, _sent(value)) for name, value in shown)


def short(entry: OpEntry) -> str:
    """The kernel's size, or the bare positional values: ``5×5``, ``2``, ``-1,400``; ``eval``."""
    if _in_eval(entry):
        return EVAL
    kernel = _kernel(entry)
    if kernel:
        return shape_text(kernel)
    values = [str(_folded(a)).replace(" ", "") for a in entry.args if _plain(a)]
    first = values[:1] if entry.op in POSITIONAL else values
    text = ",".join(first)
    return text if len(text) <= SHORT else ""


def _in_eval(entry: OpEntry) -> bool:
    """Whether a dropout or a norm of batches was told that it does not train."""
    place = MODES.get(entry.op)
    if place is None:
        return False
    given = entry.args[place] if len(entry.args) > place else True
    return entry.kwargs.get("training", given) is False


def _given(entry: OpEntry) -> list[tuple[str, Any]]:
    names = POSITIONAL.get(entry.op, ())
    given: list[tuple[str, Any]] = [
        (names[n] if n < len(names) else "", a) for n, a in enumerate(entry.args) if _plain(a)
    ]
    return given + [(k, v) for k, v in entry.kwargs.items() if _plain(v)]


def _kernel(entry: OpEntry) -> tuple[int, ...]:
    """The kernel size of a convolution, by its weight; empty for other ops."""
    weight = entry.args[1] if entry.op.startswith("conv") and len(entry.args) > 1 else None
    return tuple(weight.shape[2:]) if isinstance(weight, Tensor) else ()


def _sent(value: Any) -> Argument:
    """A number or a few as they are; anything else, which may be of a class of its own, as text."""
    several = value if type(value) in (tuple, list) else (value,)
    plain = len(several) <= FEW and all(type(v) in (int, float, bool) for v in several)
    sent: Argument = value if plain else str(value)[:LONG]
    return sent


def _folded(value: Any) -> Any:
    """A tuple of equal numbers as one of them, which means the same to torch."""
    if isinstance(value, (tuple, list)) and value and all(v == value[0] for v in value):
        return value[0]
    return value


def _plain(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return not any(isinstance(v, Tensor) for v in value)
    return isinstance(value, (int, float, str))
