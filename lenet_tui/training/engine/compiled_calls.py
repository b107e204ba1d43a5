"""What ``torch.compile`` makes is one call to whoever records: its inside is torch's own.

So is what ``vmap`` maps. Both are replaced once, in the engine's process, before its owner's file
is executed.
"""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch._functorch import apis
from torch.overrides import handle_torch_function

from lenet_tui.training.engine import function_modes, global_hooks

NAME, MAPPED = "compiled", "vmap"
"""The ops of such calls."""
TWICE = "Using `torch.compile.module.` when there are global hooks"
"""How a warning begins that is wrong here: a recorder's hooks do not reach into the call."""

VMAP = "vmap_impl"
"""What torch calls for each call of a mapped function."""
_original: list[Any] = []
"""torch's own ``compile`` and ``vmap``, while they are replaced."""
_recording: list[bool] = []


class CompiledCall:
    """A compiled function. ``module``: the one whose call was compiled in place, if it was one's.

    While a recorder is active, a call is given to it in place of the functions that torch traces.
    """

    def __init__(self, function: Callable[..., Any], of: object, name: str = NAME) -> None:
        self.function, self.__name__ = function, name
        owner = getattr(of, "__self__", None)
        in_place = getattr(of, "__name__", "") == "_call_impl"
        self.module = owner if in_place and isinstance(owner, nn.Module) else None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if _recording and torch._C._is_torch_function_mode_enabled():
            return handle_torch_function(self, (), *args, **kwargs)
        return self.run(*args, **kwargs)

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function, which meets neither a hook nor a mode of whoever looks on."""
        with global_hooks.hidden(), function_modes.hidden():
            return self.function(*args, **kwargs)


@contextmanager
def recorded() -> Iterator[None]:
    """Meanwhile calls are given to the function mode that is active."""
    _recording.append(True)
    try:
        yield
    finally:
        _recording.pop()


def install() -> Callable[[], None]:
    """Replace ``torch.compile``; a second time nothing happens. Returns what undoes it."""
    if _original:
        return lambda: None
    original, mapped = torch.compile, vars(apis)[VMAP]
    _original[:] = original, mapped

    @functools.wraps(original)
    def compile_closed(*args: Any, **kwargs: Any) -> Any:
        _close_all()
        return original(*args, **kwargs)

    torch.compile = compile_closed
    setattr(apis, VMAP, _map_closed(mapped))
    return uninstall


def _map_closed(mapped: Callable[..., Any]) -> Callable[..., Any]:
    """What maps a function, closed to a recorder; one inside another is a part of that."""
    call = CompiledCall(mapped, mapped, MAPPED)

    @functools.wraps(mapped)
    def map_closed(*args: Any, **kwargs: Any) -> Any:
        seen = torch.compiler.is_compiling() or torch._C._functorch.peek_interpreter_stack()
        return mapped(*args, **kwargs) if seen else call(*args, **kwargs)

    return map_closed


def uninstall() -> None:
    """Put torch's own functions back."""
    if _original:
        torch.compile, mapped = _original
        setattr(apis, VMAP, mapped)
        _original.clear()


@functools.cache
def _close_all() -> None:
    """Have the compiler return functions that are calls to a recorder."""
    from torch._dynamo import eval_frame  # noqa: PLC0415 - a second, only for those who compile

    warnings.filterwarnings("ignore", TWICE)
    context = eval_frame._TorchDynamoContext
    original = context.__call__

    @functools.wraps(original)
    def close(self: Any, fn: Any) -> Any:
        made = original(self, fn)
        return _closed(made, fn) if inspect.isfunction(made) else made

    context.__call__ = close  # type: ignore[method-assign]


def _closed(made: Callable[..., Any], of: object) -> Callable[..., Any]:
    call = CompiledCall(made, of)

    @functools.wraps(made)
    def closed(*args: Any, **kwargs: Any) -> Any:
        return call(*args, **kwargs)

    closed.closes = made  # type: ignore[attr-defined]
    return closed


def close_known(modules: Iterable[nn.Module]) -> Callable[[], None]:
    """Close what was compiled before ``torch.compile`` was replaced; returns what undoes it."""
    undo: list[tuple[dict[str, Any], str, Any]] = []
    for module in modules:
        held = vars(module)
        for name, of in (("forward", "_orig_mod"), ("_compiled_call_impl", "_call_impl")):
            made = held.get(name)
            if made is None or not hasattr(module, of) or hasattr(made, "closes"):
                continue
            warnings.filterwarnings("ignore", TWICE)
            undo.append((held, name, made))
            held[name] = _closed(made, getattr(module, of))

    def reopen() -> None:
        for held, name, made in undo:
            held[name] = made

    return reopen


def has_compiled(model: nn.Module) -> bool:
    """Whether some module of the model was compiled."""
    return any(
        getattr(part, "_compiled_call_impl", None) is not None or hasattr(part, "_orig_mod")
        for part in model.modules()
    )
