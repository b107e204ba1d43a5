"""Records the ops of a forward without touching the model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node
from torch.jit import ScriptModule
from torch.nn.modules import module as nn_module
from torch.overrides import TorchFunctionMode
from torch.utils.hooks import RemovableHandle

from lenet_tui.tape.engine import edges
from lenet_tui.tape.engine.entries import OpEntry, same
from lenet_tui.tape.engine.in_place import copied, replaced, storage, tensors, written_by
from lenet_tui.tape.engine.module_paths import Paths, leaves
from lenet_tui.tape.engine.op_names import OpNames
from lenet_tui.tape.engine.source_line import SourceLine
from lenet_tui.training.engine import compiled_calls
from lenet_tui.training.engine.compiled_calls import CompiledCall
from lenet_tui.training.engine.outputs import main_output, named_parts

VIEWS = ("T", "mT", "H", "mH", "real", "imag")
"""Attributes of a tensor that are ops."""
NOTHING: tuple[str, tuple[Any, ...], dict[str, Any]] = ("", (), {})
IDENTITY = "identity"
"""The op of a layer in which torch did nothing."""
SCRIPTED = "scripted"
"""The op of a module that torch runs as a script."""

Taken = tuple[tuple[Any, ...], edges.Given]


class StopHere(BaseException):
    """Ends a forward or backward at the op where it was asked to stop."""


class ForwardRecorder(TorchFunctionMode):
    """Records every outermost torch function that returns tensors.

    Names: the last op of a leaf module bears its path (``conv1``), its other ops ``path.op``; a
    functional op bears the last leaf's (``conv1.relu``); a repeat gets ``#2``, and so does a layer
    with a name that means something else (``input``, ``loss``). What is compiled or scripted is one
    op. ``enters`` is called before each op, ``passed`` after it with their number; ``stop_after``
    ops the forward ends by ``StopHere``.
    """

    def __init__(
        self,
        paths: Paths,
        passed: Callable[[int, str], None],
        stop_after: int | None = None,
        enters: Callable[[str], None] = lambda name: None,
    ) -> None:
        super().__init__()
        self.entries: list[OpEntry] = []
        self.output: OpEntry | None = None
        """What the model returned, once it has."""
        self.parts: dict[str, OpEntry] = {}
        """Of several tensors that it returned, each by its name."""
        self.attempt: tuple[str, tuple[Any, ...], dict[str, Any]] = NOTHING
        """The op under way, with what it was called with."""
        self.failed_line = 0
        self._enters = enters
        self._source: SourceLine | None = None
        self._paths, self._leaves = paths, leaves(paths)
        self._passed = passed
        self._stop_after = stop_after
        self._stack: list[tuple[nn.Module, int]] = []
        self._leaf = ""
        self._named = OpNames()
        self._holders: defaultdict[int, list[OpEntry]] = defaultdict(list)
        self._indexed = 0
        self._parameters: frozenset[int] = frozenset()
        self._copies: dict[int, tuple[Tensor, Tensor]] = {}
        self._nodes: set[Node] = set()
        self._graphless = False
        """Whether an op ran without a graph, as inside an ``autograd.Function``."""
        self._scripted: list[Taken] = []
        """What the scripted modules under way were given."""
        self._hooks: list[RemovableHandle] = []

    def run(self, model: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """``model(*args, **kwargs)``, recorded."""
        self._source = SourceLine(model)
        self._know_parameters()
        self._hook()
        try:
            with self, compiled_calls.recorded():
                result = model(*args, **kwargs)
            self.output = self.returned(main_output(result))
            parts = named_parts(result).items()
            self.parts = {name: op for name, t in parts if (op := self.returned(t))}
            return result
        finally:
            self._source = None
            self._holders.clear()
            self._copies.clear()
            self._unhook()
            self._name_from(0)

    def _hook(self) -> None:
        """See each module that is called."""
        self._hooks = [
            nn_module.register_module_forward_pre_hook(self._module_enters),
            nn_module.register_module_forward_hook(self._module_leaves),
        ]

    def _unhook(self) -> None:
        for handle in self._hooks:
            handle.remove()

    def _know_parameters(self) -> None:
        """Note where the parameters' memory is."""
        found = (p for module in self._paths for p in module._parameters.values())
        self._parameters = frozenset([storage(p) for p in found if p is not None]) - {0}

    def returned(self, result: object) -> OpEntry | None:
        """The op that made ``result``, an entry beside the ops where none did; else ``None``.

        What a ``torch.autograd.Function`` makes is no op's.
        """
        if not isinstance(result, Tensor):
            return None
        self._adopt(result)
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
            name = getattr(func.__self__, "__name__", "")
            if name not in VIEWS:
                return func(*args, **kwargs)
        if torch._C._functorch.peek_interpreter_stack() is not None:
            return func(*args, **kwargs)  # what ``vmap`` and its like are given cannot be shown
        if isinstance(func, CompiledCall):
            return self._compiled(func, args, kwargs)
        self._stop()
        given = args
        if self._copies:
            given = replaced(args, self._copies)
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
        self.attempt = name, args, kwargs
        read = edges.given(args, kwargs)
        try:
            result = func(*args, **kwargs)
        except Exception:
            self.failed_line = self._line()
            raise
        self.attempt = NOTHING
        output: Tensor | tuple[Any, ...]
        if isinstance(result, Tensor):
            output, made = self._kept(result), edges.edges([result])
            if written and any(result is t for t in args):  # it may be written again by anything
                output = output.clone()
        elif isinstance(result, tuple) and any(isinstance(t, Tensor) for t in result):
            output = tuple([self._kept(t) if isinstance(t, Tensor) else t for t in result])
            made = edges.edges(result)
        else:
            return result
        module = self._stack[-1][0] if self._stack else None
        path = self._paths.get(module, "") if module is not None else ""
        node = next((e[0] for e in made if e is not None), None)
        if node is not None:
            self._nodes.add(node)
        elif not torch.is_grad_enabled():
            self._graphless = True
        op, line = name.strip("_") or name, self._line()
        self.entries.append(OpEntry("", op, path, given, kwargs, output, node, line, made, read))
        if module not in self._leaves:
            self._name_from(len(self.entries) - 1)
        self._passed(len(self.entries), name)
        return result

    def _stop(self) -> None:
        """End the forward if as many ops as were asked for are done."""
        if len(self.entries) == self._stop_after:
            raise StopHere

    def _line(self) -> int:
        """The line of the model's ``forward`` that is being run; 0: none is."""
        return self._source.now() if self._source is not None else 0

    def _module_enters(self, module: nn.Module, args: Any) -> None:
        self._enter(module, args)

    def _module_leaves(self, module: nn.Module, args: Any, output: Any) -> None:
        self._leave(module, args, output)

    def _enter(self, module: nn.Module, args: Any) -> None:
        self._stack.append((module, len(self.entries)))
        if isinstance(module, ScriptModule):
            self._stop()
            self._enters(SCRIPTED)
            with torch._C.DisableTorchFunction():
                self._scripted.append(self._taken(args))

    def _leave(self, module: nn.Module, args: Any, output: Any) -> None:
        _, first = self._stack.pop()
        if isinstance(module, ScriptModule):
            taken = self._scripted.pop()
            if len(self.entries) == first:
                with torch._C.DisableTorchFunction():
                    self._closed(SCRIPTED, module, taken, output)
        if module in self._leaves:
            self._leaf = self._paths[module]
            if len(self.entries) == first and any(output is a for a in args):
                self._hand_on(output)
            inside = [e for e in self.entries[first:] if not e.name]
            for entry in inside[:-1]:
                entry.name = self._named.unique(f"{self._leaf or 'input'}.{entry.op}")
            if inside:
                inside[-1].name = self._named.unique(self._leaf or inside[-1].op)

    def _taken(self, args: tuple[Any, ...]) -> Taken:
        """What a call is given that may write into any of it: as it is, with where it is from."""
        places = {storage(t) for t in tensors(args)} - {0}
        self._protect(places)
        return copied(args, places), edges.given(args, {})

    def _compiled(self, call: CompiledCall, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Make a compiled call, which is not to see that it is recorded, and record it as one op.

        Where a module was compiled in place, torch calls no hook for it.
        """
        module = call.module
        if module is not None:
            self._module_enters(module, args)
        self._stop()
        self._enters(call.__name__)
        self.attempt = call.__name__, args, kwargs
        taken = self._taken((*args, *kwargs.values()))
        self._unhook()
        try:
            result = call.function(*args, **kwargs)
        except Exception:
            self.failed_line = self._line()
            raise
        finally:
            self._hook()
        self.attempt = NOTHING
        within = module or (self._stack[-1][0] if self._stack else None)
        self._closed(call.__name__, within, taken, result)
        if module is not None:
            self._module_leaves(module, args, result)
        return result

    def _closed(self, op: str, module: nn.Module | None, taken: Taken, result: Any) -> None:
        """Record a call of which only the result is known."""
        several = [result] if isinstance(result, Tensor) else [*named_parts(result).values()]
        if not several:
            return
        kept, made = tuple([self._kept(t).clone() for t in several]), edges.edges(several)
        node = next((e[0] for e in made if e is not None), None)
        path = self._paths.get(module, "") if module is not None else ""
        output = kept[0] if isinstance(result, Tensor) else kept
        name, line, (given, read) = self._named.unique(path or op), self._line(), taken
        self._leaf = path or self._leaf
        self.entries.append(OpEntry(name, op, path, given, {}, output, node, line, made, read))
        self._passed(len(self.entries), op)

    def name_all(self, stem: str, others: Iterable[OpEntry]) -> None:
        """Name every op after the phase that it is in; ``others``: with names of their own."""
        self._named = OpNames([op.name for op in others])
        for entry in self.entries:
            entry.name, entry.module = self._named.unique(f"{stem}.{entry.op}"), ""

    def _hand_on(self, output: object) -> None:
        """Record a layer that gave its input back as it is."""
        if not isinstance(output, Tensor):
            return
        self._stop()
        self._enters(IDENTITY)
        with torch._C.DisableTorchFunction():
            made, kept, node = edges.edge(output), self._kept(output), output.grad_fn
        line, read = self._line(), edges.Given({0: (made,)})
        self.entries.append(
            OpEntry("", IDENTITY, self._leaf, (output,), {}, kept, node, line, (made,), read)
        )
        self._passed(len(self.entries), IDENTITY)

    def _name_from(self, first: int) -> None:
        """Name functional ops after the last leaf (``input`` before the first)."""
        for entry in self.entries[first:]:
            if not entry.name:
                entry.name = self._named.unique(f"{self._leaf or 'input'}.{entry.op}")

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
                entry.node, entry.edges = node, edges.edges([tensor])
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
