"""Modes that look on at each function of torch, which what ``torch.compile`` makes does not meet.

Its compiler would trace them into the function, as it does with a person's own modes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
import torch.nn.functional as F
from torch import overrides
from torch.overrides import TorchFunctionMode

HANDLE = "handle_torch_function"
"""What the functions of ``torch.nn.functional`` call where a mode is active."""
STACK = (
    "_len_torch_function_stack",
    "_get_function_stack_at",
    "_pop_torch_function_stack",
    "_push_on_torch_function_stack",
)
"""What torch's own function asks ``torch._C`` for."""
_handle: Callable[..., Any] = overrides.handle_torch_function
_Made = TypeVar("_Made")


class OwnMode(TorchFunctionMode):
    """A mode of ours. ``types`` may be empty in what it is given: it is not to ask for them."""

    def __enter__(self) -> Any:
        if getattr(F, HANDLE, None) is _handle and all(hasattr(torch._C, name) for name in STACK):
            setattr(F, HANDLE, _hand_over)
        return super().__enter__()  # type: ignore[no-untyped-call]

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)  # type: ignore[no-untyped-call]
        last = not any(isinstance(mode, OwnMode) for mode in _active())
        if last and getattr(F, HANDLE, None) is _hand_over:
            setattr(F, HANDLE, _handle)


def _hand_over(public_api: Any, relevant_args: Iterable[Any], /, *args: Any, **kwargs: Any) -> Any:
    """What torch's own function does, without what a mode of ours does not ask for."""
    count = torch._C._len_torch_function_stack()
    mode = torch._C._get_function_stack_at(count - 1) if count else None
    if not isinstance(mode, OwnMode):
        return _handle(public_api, relevant_args, *args, **kwargs)
    torch._C._pop_torch_function_stack()
    try:
        return mode.__torch_function__(public_api, (), args, kwargs)  # type: ignore[no-untyped-call]
    finally:
        torch._C._push_on_torch_function_stack(mode)


def take_off(mode: TorchFunctionMode) -> bool:
    """Take a mode off the stack, wherever others have been put meanwhile; whether it was there.

    While a mode is handed a function, torch has it off the stack, and puts it back after that.
    """
    above: list[TorchFunctionMode] = []
    for each in reversed(_active()):
        if each is mode:
            break
        above.append(each)
    else:
        return False
    _exchange([mode, *reversed(above)], list(reversed(above)))
    return True


def look_away(mode: OwnMode) -> bool:
    """Take a mode off where it is the innermost one, until ``look_again``; whether it was."""
    modes = _active()
    if not modes or modes[-1] is not mode:
        return False
    overrides._pop_mode()  # type: ignore[no-untyped-call]
    return True


def look_again(mode: OwnMode) -> None:
    """Have a mode called again, which was taken off."""
    overrides._push_mode(mode)  # type: ignore[no-untyped-call]


def unwatched(make: Callable[[], _Made]) -> _Made:
    """Make something while the innermost mode is not called, if it is one of ours."""
    modes = _active()
    if not modes or not isinstance(modes[-1], OwnMode):
        return make()
    look_away(modes[-1])
    try:
        return make()
    finally:
        look_again(modes[-1])


def _active() -> list[Any]:
    """All modes, the innermost last."""
    return overrides._get_current_function_mode_stack()  # type: ignore[no-any-return, no-untyped-call]


@contextmanager
def hidden() -> Iterator[None]:
    """Meanwhile no mode of ours is active; those of others are, in their order."""
    modes = _active()
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
