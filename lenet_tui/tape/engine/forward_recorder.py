"""Records the ops of a forward without touching the model."""

from __future__ import annotations

import copy
import inspect
import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules import module as nn_module
from torch.overrides import TorchFunctionMode

from lenet_tui.tape.engine import edges
from lenet_tui.tape.engine.entries import OpEntry


class StopHere(BaseException):
    """Ends a forward or backward at the op where it was asked to stop."""


class ForwardRecorder(TorchFunctionMode):
    """Records every outermost torch function that returns tensors.

    Names: the last op of a leaf module bears its path (``conv1``), its other ops ``path.op``; a
    functional op bears the last leaf's (``conv1.relu``); a repeat gets ``#2``. ``enters`` is
    called before each op, ``passed`` after it with their number; ``stop_after`` ops the forward
    ends by ``StopHere``.
    """

    def __init__(
        self,
        paths: dict[nn.Module, str],
        passed: Callable[[int, str], None],
        stop_after: int | None = None,
        enters: Callable[[str], None] = lambda name: None,
    ) -> None:
        super().__init__()
        self.entries: list[OpEntry] = []
        self.output: OpEntry | None = None
        """What the model returned, once it has."""
        self._enters = enters
        self._code: CodeType | None = None
        self._forward: FrameType | None = None
        self._paths = paths
        self._passed = passed
        self._stop_after = stop_after
        self._stack: list[tuple[nn.Module, int]] = []
        self._leaf = ""
        self._used: dict[str, int] = {}
        self._unnamed = 0

    def run(self, model: Callable[..., Any], *args: Any) -> Any:
        """``model(*args)``, recorded."""
        forward = inspect.unwrap(vars(type(model)).get("forward"))
        self._code = getattr(forward, "__code__", None)
        before = nn_module.register_module_forward_pre_hook(self._enter)
        after = nn_module.register_module_forward_hook(self._leave)
        try:
            with self:
                result = model(*args)
            self.output = self.returned(result)
            return result
        finally:
            self._forward = None
            before.remove()
            after.remove()
            self._name_from(self._unnamed)

    def returned(self, result: object) -> OpEntry | None:
        """The op that made ``result``, an entry beside the ops where none did; else ``None``.

        Attributes such as ``.T`` or ``.real`` are tensors that no op made.
        """
        if not isinstance(result, Tensor):
            return None
        made = next((e for e in reversed(self.entries) if e.made(result)), None)
        if made is not None:
            return made
        node, made_by = result.grad_fn, edges.edges([result])
        return OpEntry("output", "", "", (), {}, result.detach(), node, edges=made_by)

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        if name == "__get__":
            return func(*args, **kwargs)
        if len(self.entries) == self._stop_after:
            raise StopHere
        given = args
        writes = _in_place(name, args, kwargs)
        if writes:
            given = self._protect(args, kwargs)
        self._enters(name)
        read = edges.given(args, kwargs)
        result = func(*args, **kwargs)
        if isinstance(result, Tensor):
            output: Tensor | tuple[Any, ...] = result.detach()
            if writes and any(result is t for t in args):  # it may be written again by anything
                output = result.detach().clone()
            node, made = result.grad_fn, edges.edges([result])
        elif isinstance(result, tuple) and any(isinstance(t, Tensor) for t in result):
            output = tuple(t.detach() if isinstance(t, Tensor) else t for t in result)
            made = edges.edges(result)
            node = next((e[0] for e in made if e is not None), None)
        else:
            return result
        module = self._paths.get(self._stack[-1][0], "") if self._stack else ""
        self.entries.append(
            OpEntry(
                "",
                name.strip("_") or name,
                module,
                given,
                kwargs,
                output,
                node,
                self._line(),
                made,
                read,
            )
        )
        if not self._stack or not _is_leaf(self._stack[-1][0]):
            self._name_from(len(self.entries) - 1)
        self._passed(len(self.entries), name)
        return result

    def _line(self) -> int:
        """The line of the model's ``forward`` that is being run; 0: none is."""
        if self._forward is None and self._code is not None:
            frame: FrameType | None = sys._getframe(2)
            while frame is not None:
                if frame.f_code is self._code:
                    self._forward = frame
                frame = frame.f_back
        return self._forward.f_lineno if self._forward is not None else 0

    def _enter(self, module: nn.Module, args: Any) -> None:
        self._stack.append((module, len(self.entries)))

    def _leave(self, module: nn.Module, args: Any, output: Any) -> None:
        _, first = self._stack.pop()
        if _is_leaf(module) and module in self._paths:
            self._leaf = self._paths[module]
            inside = self.entries[first:]
            for entry in inside[:-1]:
                entry.name = self._unique(f"{self._leaf}.{entry.op}")
            if inside:
                inside[-1].name = self._unique(self._leaf or inside[-1].op)
            self._unnamed = len(self.entries)

    def _name_from(self, first: int) -> None:
        """Name functional ops after the last leaf (``input`` before the first)."""
        for entry in self.entries[first:]:
            if not entry.name:
                entry.name = self._unique(f"{self._leaf or 'input'}.{entry.op}")
        self._unnamed = len(self.entries)

    def _unique(self, name: str) -> str:
        count = self._used[name] = self._used.get(name, 0) + 1
        return name if count == 1 else f"{name}#{count}"

    def _protect(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """Copy tensors of the tape, and operands, that are about to be overwritten."""
        written = {_storage(t) for t in (*args, kwargs.get("out")) if isinstance(t, Tensor)}

        def protected(value: Any) -> Any:
            copied = isinstance(value, Tensor) and not isinstance(value, nn.Parameter)
            return value.detach().clone() if copied and _storage(value) in written else value

        for entry in self.entries:
            entry.output = protected(entry.output)
            entry.args = tuple(map(protected, entry.args))
        return tuple(map(protected, args))


def _is_leaf(module: nn.Module) -> bool:
    return not module._modules


WRITING = ("__setitem__", "__iand__", "__ior__", "__ixor__", "__ilshift__", "__irshift__")
"""Operators that write into their first operand; of the others torch calls ``add_`` and so on."""


def _in_place(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    return (
        (name.endswith("_") and not name.endswith("__"))
        or name in WRITING
        or bool(kwargs.get("inplace"))
        or True in (a for a in args if a is True)
        or "out" in kwargs
    )


def _storage(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


def module_paths(model: nn.Module) -> dict[nn.Module, str]:
    """Every module of the model with its path; the model itself has the empty one."""
    return {module: path for path, module in model.named_modules()}


def dry_run(model: nn.Module, image: Tensor) -> ForwardRecorder:
    """A recorded forward of a copy of ``model``; random numbers are not drawn.

    A model that cannot be copied or run gives no entries: its ops are shown as they are run.
    """
    try:
        twin = copy.deepcopy(model)
        recorder = ForwardRecorder(module_paths(twin), lambda done, name: None)
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            recorder.run(twin, image)
    except (RuntimeError, TypeError, ValueError, IndexError):
        return ForwardRecorder({}, lambda done, name: None)
    own = dict(zip(map(id, twin.parameters()), model.parameters(), strict=True))
    for entry in recorder.entries:
        entry.args = tuple(own.get(id(a), a) for a in entry.args)
    return recorder
