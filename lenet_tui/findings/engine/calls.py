"""What a check sees of an iteration beside its tape: each call of torch, with live tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node
from torch.optim import Optimizer

from lenet_tui.findings.engine.mode_changes import ModeChanges
from lenet_tui.findings.engine.own_frames import line_now
from lenet_tui.findings.engine.seedings import Seedings
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.tape.engine.in_place import tensors, written_by
from lenet_tui.tape.engine.making import told_of_unseen
from lenet_tui.tape.engine.torch_functions import KNOWN, known
from lenet_tui.training.engine import global_hooks
from lenet_tui.training.engine.function_modes import OwnMode


class StopCheck(Exception):
    """Ends an iteration before a call that the device would not survive."""


@dataclass(slots=True, eq=False)
class Call:
    """A call of a torch function. ``args``, ``kwargs`` and ``result`` are the live values.

    ``line``: ``file.py:17`` of the innermost frame that is not torch's. ``graph``: whether
    gradients were enabled. ``read``: the tensors it was given, each with its version before.
    ``written``: those that it wrote into, each with the version after. ``entry``: its op on the
    tape. ``made``: the tensors that it returned. ``error``: what it raised.
    """

    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    line: str
    graph: bool
    read: list[tuple[Tensor, int]]
    result: Any = None
    written: list[tuple[Tensor, int]] = field(default_factory=list)
    entry: OpEntry | None = None
    error: BaseException | None = None
    made: list[Tensor] = field(default_factory=list)

    def argument(self, place: int, name: str, default: Any = None) -> Any:
        """An argument by its place or name."""
        return self.args[place] if len(self.args) > place else self.kwargs.get(name, default)

    @property
    def where(self) -> str:
        """Its name on the tape; of a call that is on none, the function's."""
        return self.entry.name if self.entry is not None and self.entry.name else self.name


@dataclass(slots=True, eq=False)
class ModuleCall:
    """A call of a module: its ``path``, whether it was in train mode, and the calls inside it."""

    path: str
    module: nn.Module
    training: bool
    graph: bool
    first: int
    last: int = 0
    args: tuple[Any, ...] = ()
    output: Any = None


class Observer:
    """Sees each call of torch that is recorded, as it makes it for the recorder.

    ``before``: is given each call that is about to be made; what it raises ends the iteration.
    """

    def __init__(
        self, paths: dict[int, str], before: Sequence[Callable[[Call], None]] = ()
    ) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self.modules: list[ModuleCall] = []
        self.optimizers: list[Optimizer] = []
        self.modes = ModeChanges(self.calls.__len__)  # nothing that leads back here
        self.seedings = Seedings(self.calls.__len__)
        self.closures = False
        self.unseen = 0
        """Calls inside a function that ``torch.func`` transforms, which nobody can be shown."""
        self._paths = paths
        self._before = before
        self._stack: list[ModuleCall] = []
        self._handles: list[Any] = []

    def __enter__(self) -> Observer:
        self._handles = [
            global_hooks.around_modules(self._enters, self._leaves),
            global_hooks.before_updates(self._updates),
        ]
        self._told = told_of_unseen(self._misses)
        self._told.__enter__()
        self.modes.__enter__()
        self.seedings.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.seedings.__exit__(*error)
        self.modes.__exit__(*error)
        self._told.__exit__(None, None, None)
        for handle in self._handles:
            handle.remove()
        self._handles = []

    def _misses(self) -> None:
        self.unseen += 1

    def makes(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Make a call, and keep it with its live tensors."""
        function, line = KNOWN.get(func) or known(func), line_now()
        if function.silent and not line:  # torch's own code has read it
            return func(*args, **kwargs)
        writes = (
            written_by(func, function.name, args, kwargs)
            if function.writes or "out" in kwargs
            else ()
        )
        read = _read((*args, *kwargs.values()) if kwargs else args)
        call = Call(function.op, args, kwargs, line, torch.is_grad_enabled(), read)
        self.calls.append(call)
        for before in self._before:
            before(call)
        try:
            result = call.result = func(*args, **kwargs)
        except Exception as error:
            call.error = error
            raise
        call.made = [result] if isinstance(result, Tensor) else tensors(result)
        if writes:
            call.written = [(t, version(t)) for t in writes]
        return result

    def pair(self, entries: Iterable[OpEntry]) -> None:
        """Tell the calls which op of the tape each is; ``entries``: in the order they ran."""
        at, calls = 0, self.calls
        for entry in entries:
            for number in range(at, len(calls)):
                call = calls[number]
                if call.name == entry.op and _is(call, entry):
                    call.entry, at = entry, number + 1
                    break

    def _enters(self, module: nn.Module, args: Any) -> None:
        path = self._paths.get(id(module), "")
        call = ModuleCall(
            path, module, module.training, torch.is_grad_enabled(), len(self.calls), args=args
        )
        self.modules.append(call)
        self._stack.append(call)

    def _leaves(self, module: nn.Module, args: Any, output: Any) -> None:
        while self._stack:
            call = self._stack.pop()
            if call.module is module:
                call.last, call.output = len(self.calls), output
                return

    def _updates(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        if all(known is not optimizer for known in self.optimizers):
            self.optimizers.append(optimizer)
        given = args[1] if len(args) > 1 else kwargs.get("closure")
        self.closures = self.closures or given is not None


class Backwards(OwnMode):
    """Has an observer make the ``backward`` that is called meanwhile, outside of any recorder."""

    def __init__(self, observer: Observer) -> None:
        super().__init__()
        self._observer = observer

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if func is Tensor.backward:
            return self._observer.makes(func, args, kwargs or {})
        return func(*args, **(kwargs or {}))


def _is(call: Call, entry: OpEntry) -> bool:
    """Whether a call of its function is the one of an entry: both come in the order made."""
    made = call.made
    return bool(made) and made[0].shape == entry.tensor.shape


def node_of(tensor: Tensor) -> Node | None:
    """``grad_fn``; ``None`` too where torch forbids to ask, as for a view that was overwritten."""
    try:
        return tensor.grad_fn
    except RuntimeError:
        return None


def _read(given: tuple[Any, ...]) -> list[tuple[Tensor, int]]:
    """The tensors among what a call is given, each with its version."""
    found: list[tuple[Tensor, int]] = []
    for value in given:
        if isinstance(value, Tensor):
            found.append((value, version(value)))
        elif isinstance(value, (tuple, list)):
            found += [(t, version(t)) for t in tensors(value)]
    return found


def version(tensor: Tensor) -> int:
    """How often torch has written a tensor; 0 where it does not count."""
    try:
        return tensor._version
    except RuntimeError:  # made in inference mode
        return 0
