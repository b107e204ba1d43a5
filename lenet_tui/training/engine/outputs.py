"""Which of the values that a model returned is its output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    return next((t for t in map(_main, parts) if t is not None), None)
