"""Modes that look on at each function of torch, which what ``torch.compile`` makes does not meet.

Its compiler would trace them into the function, as it does with a person's own modes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import overrides
from torch.overrides import TorchFunctionMode


class OwnMode(TorchFunctionMode):
    """A mode of ours."""


@contextmanager
def hidden() -> Iterator[None]:
    """Meanwhile no mode of ours is active; those of others are, in their order."""
    modes = overrides._get_current_function_mode_stack()  # type: ignore[no-untyped-call]
    first = next((n for n, mode in enumerate(modes) if isinstance(mode, OwnMode)), len(modes))
    inner = modes[first:]
    others = [mode for mode in inner if not isinstance(mode, OwnMode)]
    _exchange(inner, others)
    try:
        yield
    finally:
        _exchange(others, inner)


def _exchange(old: list[TorchFunctionMode], new: list[TorchFunctionMode]) -> None:
    """Put the innermost modes in the place of others."""
    for _ in old:
        overrides._pop_mode()  # type: ignore[no-untyped-call]
    for mode in new:
        overrides._push_mode(mode)  # type: ignore[no-untyped-call]
