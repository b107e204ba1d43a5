"""The code of a person's that takes part in a backward: hooks, and backwards of own functions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from torch import Tensor
from torch.autograd.function import BackwardCFunction

from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.numbers.backward_birth import (
    BY_FUNCTION,
    BY_HOOK,
    BY_MODULE_HOOK,
)
from lenet_tui.findings.engine.numbers.forward_birth import Birth
from lenet_tui.protocol.phases import BACKWARD
from lenet_tui.training.engine.own_errors import is_own_file


def culprits(iteration: Iteration, born: Birth) -> list[tuple[str, str]]:
    """The names and the lines, ``file.py:17``, of the code that may have made a number."""
    found: list[Any] = []
    if born.cause == BY_HOOK:
        found = [hook for tensor in _tensors(iteration, born) for hook in _hooks(tensor)]
    elif born.cause == BY_MODULE_HOOK:
        inside = [m for m in iteration.modules if m.module._backward_hooks]
        found = [hook for call in inside for hook in call.module._backward_hooks.values()]
    elif born.cause == BY_FUNCTION:
        nodes = [n for s in iteration.tape.segments if s.phase is BACKWARD for n in s.nodes]
        for entry in nodes:
            if entry.op == born.names.get("node") and isinstance(entry.node, BackwardCFunction):
                found = [type(entry.node)._forward_cls.backward]
    return list(dict.fromkeys(_described(each) for each in found if _own(each)))


def hooks_of(tensor: Tensor) -> list[tuple[str, str]]:
    """The hooks that a tensor's owner has put on its gradient: names, and lines ``file.py:17``."""
    return [_described(hook) for hook in _hooks(tensor) if _own(hook)]


def _tensors(iteration: Iteration, born: Birth) -> Iterator[Tensor]:
    """The live tensors whose gradient it is."""
    parameter = iteration.trainer.parameters.get(born.where)
    if born.op is None and parameter is not None:
        yield parameter
    for call in iteration.calls:
        if call.entry is not None and call.entry is born.op:
            yield from call.made


def _hooks(tensor: Tensor) -> list[Any]:
    return list((tensor._backward_hooks or {}).values())


def _code(function: Any) -> Any:
    return getattr(getattr(function, "__func__", function), "__code__", None)


def _own(function: Any) -> bool:
    """Whether it is none of a library's, as far as it can be seen."""
    code = _code(function)
    return code is None or is_own_file(code.co_filename)


def _described(function: Any) -> tuple[str, str]:
    code = _code(function)
    name = getattr(function, "__qualname__", type(function).__name__)
    name = name.rpartition("<locals>.")[2]
    if code is None:
        return name, ""
    return name, f"{Path(code.co_filename).name}:{code.co_firstlineno}"
