"""Which of the values that a model returned is its output, and which its loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from torch import Tensor

from lenet_tui.protocol.session_api import MoveRejected

FIRST = ("logits", "out", "output")
"""Names under which models return what the loss takes; without one: the first tensor."""


def main_output(returned: Any) -> Tensor:
    """The tensor itself, or the main one of a dictionary, dataclass, tuple or list.

    Raises ``MoveRejected`` where there is no tensor.
    """
    found = _main(returned)
    if found is None:
        raise MoveRejected("training:no-tensor-returned", kind=type(returned).__name__)
    return found


def _main(returned: Any) -> Tensor | None:
    if isinstance(returned, Tensor):
        return returned
    if not isinstance(returned, (Mapping, Sequence)) and hasattr(returned, "__dict__"):
        returned = vars(returned)
    parts = list(returned.values()) if isinstance(returned, Mapping) else returned
    if isinstance(returned, Mapping):
        parts = [returned[name] for name in FIRST if name in returned] + parts
    if not isinstance(parts, Sequence) or isinstance(parts, str):
        return None
    found = [t for t in map(_main, parts) if t is not None]
    return next((t for t in found if t.dim()), found[0] if found else None)


def returned_loss(returned: Any) -> Tensor | None:
    """The loss that a model returned: a scalar, ``["loss"]``, ``.loss``, a scalar in a tuple."""
    if isinstance(returned, Tensor):
        return returned if returned.numel() == 1 else None
    if isinstance(returned, Mapping):
        found = returned.get("loss")
    elif isinstance(returned, (tuple, list)) and not hasattr(returned, "loss"):
        found = next((t for t in returned if isinstance(t, Tensor) and not t.dim()), None)
    else:
        found = getattr(returned, "loss", None)
    return found if isinstance(found, Tensor) and found.numel() == 1 else None


def named_parts(returned: Any) -> dict[str, Tensor]:
    """The tensors of a model's several results by name: ``output.logits``, ``output[1]``.

    Empty where the model returned one tensor.
    """
    if isinstance(returned, Tensor):
        return {}
    return dict(_parts(returned, "output"))


def _parts(value: Any, stem: str) -> Iterator[tuple[str, Tensor]]:
    if isinstance(value, Tensor):
        yield stem, value
        return
    fields = getattr(value, "_fields", None)
    if fields is not None:
        value = dict(zip(fields, value, strict=True))
    elif not isinstance(value, (Mapping, Sequence)) and hasattr(value, "__dict__"):
        value = vars(value)
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _parts(part, f"{stem}.{key}")
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for number, part in enumerate(value):
            yield from _parts(part, f"{stem}[{number}]")
