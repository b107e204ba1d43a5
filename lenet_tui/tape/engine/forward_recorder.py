"""Records the ops of a forward without touching the model."""

from __future__ import annotations

import copy
import inspect
import sys
from collections import defaultdict
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node
from torch.nn.modules import module as nn_module
from torch.overrides import TorchFunctionMode

from lenet_tui.tape.engine.entries import OpEntry, same
from lenet_tui.tape.engine.in_place import copied, storage, tensors, written_by
from lenet_tui.training.engine.generators import unchanged_generators
from lenet_tui.training.engine.outputs import main_output


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
        self._holders: defaultdict[int, list[OpEntry]] = defaultdict(list)
        self._indexed = 0
        self._parameters: frozenset[int] = frozenset()
        self._copies: dict[int, tuple[Tensor, Tensor]] = {}
        self._nodes: set[Node] = set()
        self._graphless = False
        """Whether an op ran without a graph, as inside an ``autograd.Function``."""

    def run(self, model: Callable[..., Any], *args: Any) -> Any:
        """``model(*args)``, recorded."""
        forward = inspect.unwrap(vars(type(model)).get("forward"))
        self._code = getattr(forward, "__code__", None)
        if isinstance(model, nn.Module):
            self._parameters = frozenset(map(storage, model.parameters())) - {0}
        before = nn_module.register_module_forward_pre_hook(self._enter)
        after = nn_module.register_module_forward_hook(self._leave)
        try:
            with self:
                result = model(*args)
            self.output = self.returned(main_output(result))
            return result
        finally:
            self._forward = None
            self._holders.clear()
            self._copies.clear()
            before.remove()
            after.remove()
            self._name_from(self._unnamed)

    def returned(self, result: object) -> OpEntry | None:
        """The op that made ``result``, an entry beside the ops where none did; else ``None``.

        Attributes such as ``.T`` or ``.real`` are tensors that no op made.
        """
        if not isinstance(result, Tensor):
            return None
        self._adopt(result)
        made = next((e for e in reversed(self.entries) if e.made(result)), None)
        return made or OpEntry("output", "", "", (), {}, result.detach(), result.grad_fn)

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        if name == "__get__" or torch._C._functorch.peek_interpreter_stack() is not None:
            return func(*args, **kwargs)  # what ``vmap`` and its like are given cannot be shown
        if len(self.entries) == self._stop_after:
            raise StopHere
        given = args
        if self._copies:
            given = tuple([self._copies.get(id(a), (a, a))[1] for a in args])
        written: set[int] = set()
        if writes := written_by(func, name, args, kwargs):
            written = {storage(t) for t in writes} - {0}
            self._protect(written)
            given = copied(given, written)
        if self._graphless:
            for operand in args:
                if isinstance(operand, Tensor):
                    self._adopt(operand)
        self._enters(name)
        result = func(*args, **kwargs)
        output: Tensor | tuple[Any, ...]
        if isinstance(result, Tensor):
            output, node = self._kept(result), result.grad_fn
            if written and any(result is t for t in args):  # it may be written again by anything
                output = output.clone()
        elif isinstance(result, tuple) and any(isinstance(t, Tensor) for t in result):
            output = tuple([self._kept(t) if isinstance(t, Tensor) else t for t in result])
            node = next((t.grad_fn for t in result if isinstance(t, Tensor) and t.grad_fn), None)
        else:
            return result
        if node is not None:
            self._nodes.add(node)
        elif not torch.is_grad_enabled():
            self._graphless = True
        module = self._paths.get(self._stack[-1][0], "") if self._stack else ""
        self.entries.append(
            OpEntry("", name.strip("_") or name, module, given, kwargs, output, node, self._line())
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

    def _adopt(self, tensor: Tensor) -> None:
        """Give the op that computed ``tensor`` the node that came after it.

        Inside the forward of an ``autograd.Function`` an op has no node: the function's result has.
        """
        node = tensor.grad_fn
        if node is None or node in self._nodes or tensor._is_view():
            return
        self._nodes.add(node)
        for entry in reversed(self.entries):
            alone = entry.node is None and isinstance(entry.output, Tensor)
            if alone and same(entry.tensor, tensor):
                entry.node = node
                return

    def _kept(self, result: Tensor) -> Tensor:
        """The result without its graph; a copy where it is the memory of a parameter.

        Nothing that is recorded writes there when the parameter is updated.
        """
        kept = result.detach()
        if self._parameters and storage(result) in self._parameters:
            kept = kept.clone()
            self._copies[id(result)] = result, kept
        return kept

    def _protect(self, written: set[int]) -> None:
        """Copy what the tape holds of memory that is about to be overwritten."""
        for entry in self.entries[self._indexed :]:
            for tensor in tensors((entry.output, entry.args)):
                self._holders[storage(tensor)].append(entry)
        self._indexed = len(self.entries)
        for place in written:
            for entry in self._holders.pop(place, ()):
                entry.output = copied(entry.output, written)
                entry.args = copied(entry.args, written)


def _is_leaf(module: nn.Module) -> bool:
    return not module._modules


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
        with unchanged_generators(), torch.no_grad():
            recorder.run(twin, image)
    except Exception:  # noqa: BLE001 - whatever the model raises, the trial was ours
        return ForwardRecorder({}, lambda done, name: None)
    own = dict(zip(map(id, twin.parameters()), model.parameters(), strict=True))
    for entry in recorder.entries:
        entry.args = tuple(own.get(id(a), a) for a in entry.args)
    return recorder
