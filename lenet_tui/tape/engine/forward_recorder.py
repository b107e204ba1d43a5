"""Records the ops of a forward without touching the model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node
from torch.jit import ScriptModule

from lenet_tui.tape.engine import edges
from lenet_tui.tape.engine.entries import OpEntry, same
from lenet_tui.tape.engine.holders import Holders
from lenet_tui.tape.engine.in_place import replaced, tensors
from lenet_tui.tape.engine.making import maker, plain_call
from lenet_tui.tape.engine.module_paths import Paths
from lenet_tui.tape.engine.op_names import OpNames
from lenet_tui.tape.engine.source_line import SourceLine
from lenet_tui.tape.engine.torch_functions import KNOWN, known
from lenet_tui.tape.engine.written_parameters import WrittenParameters
from lenet_tui.training.engine import compiled_calls, global_hooks
from lenet_tui.training.engine.compiled_calls import CompiledCall
from lenet_tui.training.engine.function_modes import OwnMode
from lenet_tui.training.engine.global_hooks import GlobalHook
from lenet_tui.training.engine.outputs import main_output, named_parts

NOTHING: tuple[str, tuple[Any, ...], dict[str, Any]] = ("", (), {})
IDENTITY = "identity"  # the op of a layer in which torch did nothing
SCRIPTED = "scripted"  # the op of a module that torch runs as a script
NO_EDGE = (None,)  # the edges of one tensor that no node made

Taken = tuple[tuple[Any, ...], edges.Given]
Within = tuple[nn.Module | None, int, str, bool]
"""A module under way, the number of ops before it, its path, and whether it is a leaf."""
OUTSIDE: Within = (None, 0, "", False)
_mapping = torch._C._functorch.peek_interpreter_stack


class StopHere(BaseException):
    """Ends a forward or backward at the op where it was asked to stop."""


class ForwardRecorder(OwnMode):
    """Records every outermost torch function that returns tensors.

    Names: the last op of a leaf module bears its path (``conv1``), its other ops ``path.op``; a
    functional op bears the last leaf's (``conv1.relu``); a repeat gets ``#2``, and so does a layer
    with a name that means something else (``input``, ``loss``). What is compiled, scripted or
    mapped is one op. ``enters`` is called before each op, ``passed`` after it with their number;
    after ``stop_after`` ops the forward ends by ``StopHere``.
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
        self.make = maker()
        self._source: SourceLine | None = None
        self._paths = paths
        self._passed = passed
        self._stop_after = stop_after
        self._stack: list[Within] = []
        self._within = OUTSIDE
        """The last of the stack."""
        self._leaf = ""
        self._named = OpNames()
        self._holders = Holders(self.entries, paths.early)
        self.changed = WrittenParameters(Paths())
        self._copies: dict[int, tuple[Tensor, Tensor]] = {}
        self._nodes: set[Node] = set()
        self._graphless = False
        """Whether an op ran without a graph, as inside an ``autograd.Function``."""
        self._scripted: list[Taken] = []
        """What the scripted modules under way were given."""
        self._hooks: list[GlobalHook] = []

    def run(self, model: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """``model(*args, **kwargs)``, recorded."""
        self._source = SourceLine(model)
        self._know_parameters()
        self._hook()
        try:
            with self, compiled_calls.recorded():
                result = model(*args, **kwargs)
            self.changed.rest(self.entries)
            self.output = self.returned(main_output(result))
            parts = named_parts(result).items()
            self.parts = {name: op for name, t in parts if (op := self.returned(t))}
            return result
        finally:
            self._source = None
            self._holders.clear()
            self._copies.clear()
            self._unhook()
            self._named.name_rest(self._leaf, self.entries)

    def _hook(self) -> None:
        """See each module that is called."""
        self._hooks = [global_hooks.around_modules(self._module_enters, self._module_leaves)]

    def _unhook(self) -> None:
        while self._hooks:
            self._hooks.pop().remove()

    def _know_parameters(self) -> None:
        """Note where the parameters' memory is, and copy what is likely to be written."""
        self.changed = WrittenParameters(self._paths)
        self._paths.early.begin()

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
        function = KNOWN.get(func) or known(func)
        if function.silent or _mapping() is not None:
            # What ``vmap`` and its like are given cannot be shown.
            if function.seen:
                return self.make(func, args, kwargs or {})
            return func(*args, **kwargs) if kwargs else func(*args)
        if kwargs is None:
            kwargs = {}
        if function.compiled:
            return self._compiled(func, args, kwargs)
        if self._stop_after is not None:
            self._stop()
        name, given = function.name, args
        if self._copies:
            given = replaced(args, self._copies)
        writes: Sequence[Tensor] = ()
        if kwargs and "out" in kwargs:
            writes = tensors(kwargs["out"])
        elif function.writer is not None:
            writes = function.writer(args, kwargs)
        if writes:
            places = self._holders.places(writes)
            if any(places):
                given = self._holders.taken(writes, places, given, self._within[0])
                self.changed.written(places)
            else:  # they have no memory of their own
                writes = ()
        if self._graphless:
            for operand in args:
                if isinstance(operand, Tensor):
                    self._adopt(operand)
        self._enters(name)
        read = edges.given(args, kwargs)
        make = self.make
        try:
            result = func(*args, **kwargs) if make is plain_call else make(func, args, kwargs)
        except Exception:
            self.attempt, self.failed_line = (name, args, kwargs), self._line()
            raise
        self.attempt = NOTHING
        output: Tensor | tuple[Any, ...]
        made: tuple[edges.Edge | None, ...]
        if isinstance(result, Tensor):
            node = result.grad_fn
            made = NO_EDGE if node is None else ((node, result.output_nr),)
            output = self._kept(result)
        elif isinstance(result, tuple) and any(isinstance(t, Tensor) for t in result):
            output = tuple([self._kept(t) if isinstance(t, Tensor) else t for t in result])
            made = edges.edges(result)
            node = next((e[0] for e in made if e is not None), None)
        else:
            self.changed.called(name, func, args)
            return result
        if node is not None:
            self._nodes.add(node)
        elif not torch.is_grad_enabled():
            self._graphless = True
        _, _, path, in_leaf = self._within
        op, label = function.op, ""
        if not in_leaf:
            label = self._named.unique(f"{self._leaf or 'input'}.{op}")
        entries = self.entries
        entry = OpEntry(label, op, path, given, kwargs, output, node, self._line(), made, read)
        entries.append(entry)
        if writes and node is None and id(result) in map(id, args):
            self._holders.wrote(entry, later=bool(self._stack))
        if self.changed.noted:
            entry.wrote = self.changed.take()
        self._passed(len(entries), name)
        return result

    def _stop(self) -> None:
        """End the forward if as many ops as were asked for are done."""
        if len(self.entries) == self._stop_after:
            raise StopHere

    def _line(self) -> int:
        """The line of the model's ``forward`` that is being run; 0: none is."""
        return self._source.now() if self._source is not None else 0

    def _module_enters(self, module: nn.Module, args: Any) -> None:
        path, leaf, scripted = self._paths.kind(module)
        self._within = within = module, len(self.entries), path, leaf
        self._stack.append(within)
        if scripted:
            self._stop()
            self._enters(SCRIPTED)
            with torch._C.DisableTorchFunction():
                self._scripted.append(self._taken(args))

    def _module_leaves(self, module: nn.Module, args: Any, output: Any) -> None:
        stack = self._stack
        left, first, path, leaf = stack.pop()
        while left is not module:  # that has ended by an exception, which was caught
            left, first, path, leaf = stack.pop()
        self._within = stack[-1] if stack else OUTSIDE
        if not stack:
            self._holders.settle()
        entries = self.entries
        if self._scripted and isinstance(module, ScriptModule):
            taken = self._scripted.pop()
            if len(entries) == first:
                with torch._C.DisableTorchFunction():
                    self._closed(SCRIPTED, module, taken, output)
        if leaf:
            self._leaf = path
            if len(entries) == first and any(output is a for a in args):
                self._hand_on(output)
            self._named.name_leaf(path, entries[first:])

    def _taken(self, args: tuple[Any, ...]) -> Taken:
        """What a call is given that may write into any of it: as it is, with where it is from."""
        writes = tensors(args)
        places = self._holders.places(writes)
        return self._holders.taken(writes, places, args, None), edges.given(args, {})

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
        try:
            result = call.run(*args, **kwargs)
        except Exception:
            self.failed_line = self._line()
            raise
        self.attempt = NOTHING
        self._closed(call.__name__, module or self._within[0], taken, result)
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
        beside = op == compiled_calls.MAPPED
        stem = f"{self._leaf or 'input'}.{op}" if beside else path or op
        name, line, (given, read) = self._named.unique(stem), self._line(), taken
        self._leaf = self._leaf if beside else path or self._leaf
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
        try:
            place = result.untyped_storage().data_ptr()
        except (NotImplementedError, RuntimeError):  # as ``storage`` has it, which is a call more
            return kept
        if place in self.changed.places:
            kept = kept.clone()
            self._copies[id(result)] = result, kept
        return kept
