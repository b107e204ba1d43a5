"""Records the ops of a forward without touching the model."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.jit import ScriptModule

from lenet_tui.tape.engine import edges
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.tape.engine.in_place import tensors
from lenet_tui.tape.engine.module_paths import Paths
from lenet_tui.tape.engine.op_names import OpNames
from lenet_tui.tape.engine.op_recorder import NOTHING, OUTSIDE, OpRecorder
from lenet_tui.tape.engine.source_line import SourceLine
from lenet_tui.tape.engine.written_parameters import WrittenParameters
from lenet_tui.training.engine import compiled_calls, global_hooks
from lenet_tui.training.engine.compiled_calls import CompiledCall
from lenet_tui.training.engine.global_hooks import GlobalHook
from lenet_tui.training.engine.outputs import main_output, named_parts

IDENTITY = "identity"  # the op of a layer in which torch did nothing
SCRIPTED = "scripted"  # the op of a module that torch runs as a script

Taken = tuple[tuple[Any, ...], edges.Given]


class ForwardRecorder(OpRecorder):
    """Records the ops of a model that is called, with the modules that they run in.

    Names: the last op of a leaf module bears its path (``conv1``), its other ops ``path.op``; a
    functional op bears the last leaf's (``conv1.relu``); a repeat gets ``#2``, and so does a layer
    with a name that means something else (``input``, ``loss``). What is compiled, scripted or
    mapped is one op.
    """

    def __init__(
        self,
        paths: Paths,
        passed: Callable[[int, str], None],
        stop_after: int | None = None,
        enters: Callable[[str], None] = lambda name: None,
    ) -> None:
        super().__init__(paths, passed, stop_after, enters)
        self.output: OpEntry | None = None
        """What the model returned, once it has."""
        self.parts: dict[str, OpEntry] = {}
        """Of several tensors that it returned, each by its name."""
        self._scripted: list[Taken] = []
        """What the scripted modules under way were given."""
        self._hooks: list[GlobalHook] = []

    def run(self, model: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """``model(*args, **kwargs)``, recorded."""
        self._source = SourceLine(model)  # nowhere else: it holds a frame, which would hold it
        if not self._source.known:
            self._source = None
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

        What a ``torch.autograd.Function`` makes is no op's. What is made inside of ``vmap`` and its
        like is nobody's afterwards.
        """
        if not isinstance(result, Tensor) or torch._C._functorch.is_functorch_wrapped_tensor(
            result
        ):
            return None
        self._adopt(result)
        made = next((e for e in reversed(self.entries) if e.made(result)), None)
        if made is not None:
            return made
        node, made_by = result.grad_fn, edges.edges([result])
        return OpEntry("output", "", "", (), {}, result.detach(), node, edges=made_by)

    def _module_enters(self, module: nn.Module, args: Any) -> None:
        paths = self._paths
        path, leaf, scripted = paths.kinds.get(module) or paths.kind(module)
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
        if not leaf:
            return
        self._leaf = path
        count = len(entries) - first
        if not count and any(output is a for a in args):
            self._hand_on(output)
            count = len(entries) - first
        if count == 1 and path:  # as of most
            if not (op := entries[first]).name:
                op.name = self._named.unique(path)
        elif count:
            self._named.name_leaf(path, entries[first:])

    def _taken(self, args: tuple[Any, ...]) -> Taken:
        """What a call is given that may write into any of it: as it is, with where it is from."""
        given, _ = self._holders.taken(tensors(args), args, None)
        return given, edges.given(args, {})

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
        self._holders.note(given)
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
        self._holders.note((output,))
        self.entries.append(
            OpEntry("", IDENTITY, self._leaf, (output,), {}, kept, node, line, (made,), read)
        )
        self._passed(len(self.entries), IDENTITY)
