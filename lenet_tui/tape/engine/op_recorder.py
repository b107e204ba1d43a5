"""Records each op of torch as it is called: the part of a recorder that runs for every op."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node

from lenet_tui.tape.engine import edges
from lenet_tui.tape.engine.edges import NO_GRAPH
from lenet_tui.tape.engine.entries import OpEntry, same
from lenet_tui.tape.engine.holders import Holders
from lenet_tui.tape.engine.in_place import replaced, storage, tensors
from lenet_tui.tape.engine.making import maker, pass_unseen, plain_call
from lenet_tui.tape.engine.module_paths import Paths
from lenet_tui.tape.engine.op_names import OpNames
from lenet_tui.tape.engine.source_line import SourceLine
from lenet_tui.tape.engine.torch_functions import KNOWN, known
from lenet_tui.tape.engine.written_parameters import WrittenParameters
from lenet_tui.training.engine.compiled_calls import CompiledCall
from lenet_tui.training.engine.function_modes import OwnMode

NOTHING: tuple[str, tuple[Any, ...], dict[str, Any]] = ("", (), {})
NO_EDGE = (None,)  # the edges of one tensor that no node made

Within = tuple[nn.Module | None, int, str, bool]
"""A module under way, the number of ops before it, its path, and whether it is a leaf."""
OUTSIDE: Within = (None, 0, "", False)
_mapping = torch._C._functorch.peek_interpreter_stack


class StopHere(BaseException):
    """Ends a forward or backward at the op where it was asked to stop."""


class OpRecorder(OwnMode):
    """Records every outermost torch function that returns tensors.

    ``enters`` is called before each op, ``passed`` after it with their number; after ``stop_after``
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
        """The modules under way."""
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
            if not function.silent:
                pass_unseen()
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
        holders, changed = self._holders, self.changed
        if writes:
            given, places = holders.taken(writes, given, self._within[0])
            if not changed.places.keys().isdisjoint(places):
                changed.written(places)
        if self._graphless:
            for operand in args:
                if isinstance(operand, Tensor):
                    self._adopt(operand)
        self._enters(name)
        read: edges.Given = {}
        note = holders.given.add
        for place, value in enumerate(args):
            kind = type(value)
            if kind is Tensor:
                note(id(value))
                node = value.grad_fn
                if node is not None:
                    read[place] = ((node, value.output_nr),)
            elif kind in NO_GRAPH or (kind is tuple and NO_GRAPH.issuperset(map(type, value))):
                continue
            else:
                holders.note((value,))
                if several := edges.of(value):
                    read[place] = several
        for key, value in kwargs.items() if kwargs else ():
            if type(value) not in NO_GRAPH and (several := edges.of(value)):
                read[key] = several
        if writes:
            holders.given.difference_update(map(id, writes))
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
            output = result.detach()
            try:
                place = result.untyped_storage().data_ptr()
            except (NotImplementedError, RuntimeError):  # it has no memory of its own
                place = 0
            if place in changed.places:
                output = self._copied(result, output)
        elif isinstance(result, tuple) and any(isinstance(t, Tensor) for t in result):
            output = tuple([self._kept(t) if isinstance(t, Tensor) else t for t in result])
            made = edges.edges(result)
            node = next((e[0] for e in made if e is not None), None)
        else:
            changed.called(name, func, args)
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
        if writes and places and node is None and id(result) in map(id, args):
            holders.wrote(entry, later=bool(self._stack))
        if changed.noted:
            entry.wrote = changed.take()
        self._passed(len(entries), name)
        return result

    def _compiled(self, call: CompiledCall, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Make a compiled call, and record it as one op."""
        raise NotImplementedError

    def _stop(self) -> None:
        """End the forward if as many ops as were asked for are done."""
        if len(self.entries) == self._stop_after:
            raise StopHere

    def _line(self) -> int:
        """The line of the model's ``forward`` that is being run; 0: none is."""
        return 0 if self._source is None else self._source.now()

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
        """The result without its graph; a copy where it is the memory of a parameter."""
        kept = result.detach()
        return self._copied(result, kept) if storage(result) in self.changed.places else kept

    def _copied(self, result: Tensor, kept: Tensor) -> Tensor:
        """A copy of what is kept of a result that is the memory of a parameter.

        Nothing that is recorded writes there when the parameter is updated.
        """
        kept = kept.clone()
        self._copies[id(result)] = result, kept
        return kept
