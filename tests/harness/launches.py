"""Counts the kernels that torch would launch on a GPU, by the name of the op."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode

WITHOUT = frozenset(
    (
        *("alias", "as_strided", "detach", "expand", "permute", "select", "slice", "split"),
        *("split_with_sizes", "squeeze", "t", "transpose", "unbind", "unsqueeze", "view"),
        *("_unsafe_view", "empty", "empty_like", "empty_strided"),
        *("new_empty", "new_empty_strided"),
    )
)
"""Ops that launch none: views, and memory that nothing is written to."""


class Launches(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts them while it is active; ``made``: so far. A call for many tensors is one."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.made: Counter[str] = Counter()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        name = func.overloadpacket.__name__
        if name not in WITHOUT:
            self.made[name] += 1
        return func(*args, **(kwargs or {}))


def launches(call: Callable[[], object]) -> Counter[str]:
    """Those of a call."""
    counted = Launches()
    with counted:
        call()
    return counted.made
