"""The entries of a tape: one thing that torch did, and all that can be asked of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar, cast

from torch import Tensor
from torch.autograd.graph import Node

from lenet_tui.protocol.frame import OpRow
from lenet_tui.tape.engine.edges import Edge, Given


@dataclass(slots=True, eq=False)
class Entry:
    """One entry of a tape. ``name``: of its op or parameter; ``module``: the path it ran in.

    ``changes``: what it changes of that tensor: ``value``, ``grad``, ``update``. ``dropped``: it
    has let go of its tensors, as ``dropped.py`` says.
    """

    name: str
    op: str
    module: str
    changes: ClassVar[tuple[str, ...]] = ()
    dropped: ClassVar[bool] = False

    @property
    def tensor(self) -> Tensor | None:
        """The one tensor that it produced; ``None`` if it produced none, or several gradients."""
        return None

    @property
    def numbers(self) -> tuple[tuple[str, float], ...]:
        """What it computed beside tensors, by name."""
        return ()

    @property
    def gradients(self) -> tuple[Tensor | None, ...] | None:
        """Of an autograd node: the gradients that it handed on."""
        return None

    def tensors(self) -> list[Tensor | None]:
        """All tensors that it produced; ``None`` for a missing gradient."""
        return [] if self.tensor is None else [self.tensor]

    def shapes(self) -> tuple[tuple[int, ...] | None, ...]:
        """The shapes of ``tensors``."""
        return tuple(None if t is None else tuple(t.shape) for t in self.tensors())

    def operands(self) -> list[Tensor]:
        """The floating-point tensors that went into it."""
        return []

    def apply(self, values: dict[str, Tensor], grads: dict[str, Tensor | None]) -> None:
        """Put the values and gradients that it changed into these, by the parameters' names."""

    def value_of(self, parameter: str) -> Tensor | None:
        """The value that it gave a parameter; ``None``: none."""
        return None

    def sets_gradient_of(self, parameter: str) -> bool:
        """Whether it gave a parameter another ``.grad``, which may be ``None``."""
        return False

    def gradient_of(self, parameter: str) -> Tensor | None:
        """The ``.grad`` that it gave a parameter, if ``sets_gradient_of`` is true."""
        return None


@dataclass(slots=True, eq=False)
class OpEntry(Entry):
    """An op of the forward, or the loss. ``output``: what it returned, without its graph.

    ``line``: of the file of the model's class, where its ``forward`` was then; 0: not there.
    ``edges``: of each part of ``output``. ``given``: of the arguments, as they were before it.
    """

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    output: Tensor | tuple[Any, ...]
    node: Node | None
    line: int = 0
    edges: tuple[Edge | None, ...] = ()
    given: Given = field(default_factory=dict)
    row: OpRow | None = field(default=None, repr=False)
    """What a screen shows of it, once it has been asked for."""
    wrote: tuple[tuple[str, Tensor], ...] = ()
    """The parameters that it wrote, each with its value afterwards."""
    changes: ClassVar[tuple[str, ...]] = ("value",)

    @property
    def tensor(self) -> Tensor:
        """The output, or the first tensor of it."""
        if isinstance(self.output, tuple):
            return next(t for t in self.output if isinstance(t, Tensor))
        return self.output

    @property
    def parts(self) -> dict[int, Tensor]:
        """Its tensors by their places, if it returned several; the first is ``tensor``."""
        several = self.output if isinstance(self.output, tuple) else ()
        return {n: t for n, t in enumerate(several) if isinstance(t, Tensor)}

    def edge(self, part: int | None = None) -> Edge | None:
        """The edge of its output; of several, of a ``part``, or else of the first."""
        if part is None:
            part = next(iter(self.parts), 0) if isinstance(self.output, tuple) else 0
        return self.edges[part] if part < len(self.edges) else None

    def tensors(self) -> list[Tensor | None]:
        several = self.output if isinstance(self.output, tuple) else (self.output,)
        return [t for t in several if isinstance(t, Tensor)]

    def shapes(self) -> tuple[tuple[int, ...] | None, ...]:
        """The shape of the first tensor alone."""
        return (tuple(self.tensor.shape),)

    def made(self, tensor: Tensor) -> bool:
        """Whether ``tensor`` is what it returned (of several: the first of them)."""
        alone = isinstance(self.output, Tensor) and self.node is not None
        return (alone and self.node is tensor.grad_fn) or same(self.tensor, tensor)

    def apply(self, values: dict[str, Tensor], grads: dict[str, Tensor | None]) -> None:
        for name, value in self.wrote:
            if name in values:
                values[name] = value

    def value_of(self, parameter: str) -> Tensor | None:
        return next((value for name, value in self.wrote if name == parameter), None)

    def operands(self) -> list[Tensor]:
        given = [*self.args, *self.kwargs.values()]
        given += [t for several in given if isinstance(several, (tuple, list)) for t in several]
        return _floating(given)


@dataclass(slots=True, eq=False)
class NodeEntry(Entry):
    """An autograd node that ran: the gradients it ``received`` and those it ``produced``.

    ``name`` and ``module``: of the forward op it came from. ``following``: the edges along which
    it hands gradients on. ``parameter``: for ``AccumulateGrad``, whose; then ``grad`` is that
    parameter's ``.grad``. ``has_run``: false where only the graph is known, and no backward ran.
    ``last``: whether a gradient that it produces goes into a ``.grad`` next.
    """

    node: Node
    following: tuple[tuple[Node | None, int], ...] = ()
    parameter: str = ""
    produced: tuple[Tensor | None, ...] = ()
    received: tuple[Tensor | None, ...] = ()
    grad: Tensor | None = None
    has_run: bool = False
    last: bool = False
    changes: ClassVar[tuple[str, ...]] = ("grad",)

    @property
    def gradients(self) -> tuple[Tensor | None, ...]:
        return self.produced

    def tensors(self) -> list[Tensor | None]:
        return [self.grad] if self.parameter else list(self.produced)

    def operands(self) -> list[Tensor]:
        return _floating(self.received)

    def apply(self, values: dict[str, Tensor], grads: dict[str, Tensor | None]) -> None:
        if self.parameter:
            grads[self.parameter] = self.grad

    def sets_gradient_of(self, parameter: str) -> bool:
        return bool(parameter) and self.parameter == parameter

    def gradient_of(self, parameter: str) -> Tensor | None:
        return self.grad


@dataclass(slots=True, eq=False)
class GradientEntry(Entry):
    """A parameter's ``.grad`` changed from ``before`` to ``after`` by a phase made for it.

    ``facts``: numbers that the phase computed for it.
    """

    before: Tensor | None
    after: Tensor | None = None
    facts: Mapping[str, float] = field(default_factory=dict)
    changes: ClassVar[tuple[str, ...]] = ("grad",)

    @property
    def tensor(self) -> Tensor | None:
        return self.after

    @property
    def numbers(self) -> tuple[tuple[str, float], ...]:
        return tuple(self.facts.items())

    def operands(self) -> list[Tensor]:
        return _floating([self.before])

    def apply(self, values: dict[str, Tensor], grads: dict[str, Tensor | None]) -> None:
        grads[self.name] = self.after

    def sets_gradient_of(self, parameter: str) -> bool:
        return self.name == parameter

    def gradient_of(self, parameter: str) -> Tensor | None:
        return self.after


@dataclass(slots=True, eq=False)
class UpdateEntry(Entry):
    """A parameter's update: ``before``, ``grad``, ``after``, and the optimizer's state of it.

    ``state``: before the step, ``state_after``: after it (empty for ``manual`` and ``sgd``).
    ``settings``: the hyperparameters of its group, of an optimizer of one's own.
    """

    before: Tensor
    grad: Tensor | None
    after: Tensor
    lr: float
    optimizer: str
    state: dict[str, Tensor] = field(default_factory=dict)
    state_after: dict[str, Tensor] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    changes: ClassVar[tuple[str, ...]] = ("value", "update")

    @property
    def tensor(self) -> Tensor:
        return self.after

    def operands(self) -> list[Tensor]:
        return _floating([self.before, self.grad])

    def apply(self, values: dict[str, Tensor], grads: dict[str, Tensor | None]) -> None:
        values[self.name] = self.after

    def value_of(self, parameter: str) -> Tensor | None:
        return self.after if self.name == parameter else None


@dataclass(slots=True, eq=False)
class EditEntry(Entry):
    """A number of a parameter that a person set, at ``index``; or a change of the next input.

    ``before`` and ``after``: the whole parameter; ``None``: it is of the input.
    """

    before: Tensor | None = None
    after: Tensor | None = None
    index: tuple[int, ...] = ()
    changes: ClassVar[tuple[str, ...]] = ("value",)

    @property
    def tensor(self) -> Tensor | None:
        return self.after

    def operands(self) -> list[Tensor]:
        return _floating([self.before])

    def apply(self, values: dict[str, Tensor], grads: dict[str, Tensor | None]) -> None:
        if self.after is not None:
            values[self.name] = self.after

    def value_of(self, parameter: str) -> Tensor | None:
        return self.after if self.name == parameter else None


@dataclass(slots=True, eq=False)
class SettingEntry(Entry):
    """A number that is no tensor changed, such as a learning rate or a scaler's scale."""

    before: float
    after: float

    @property
    def numbers(self) -> tuple[tuple[str, float], ...]:
        return ("before", self.before), ("after", self.after)


def same(a: Tensor, b: Tensor) -> bool:
    """Whether two tensors are the same memory seen in the same way."""
    if a is b:
        return True
    return (
        a.data_ptr() == b.data_ptr() != 0
        and a.shape == b.shape
        and a.stride() == b.stride()
        and a.dtype == b.dtype
        and a.device == b.device
    )


def _floating(given: Iterable[object]) -> list[Tensor]:
    return [t for t in given if isinstance(t, Tensor) and t.is_floating_point()]


Kind = TypeVar("Kind", OpEntry, UpdateEntry, NodeEntry)


def of_kind(entries: list[Entry], kind: type[Kind]) -> list[Kind]:
    """The entries of a class; most phases have those of one alone."""
    kinds = set(map(type, entries))
    those = {each for each in kinds if issubclass(each, kind)}
    if those == kinds:
        return cast("list[Kind]", list(entries))
    return [e for e in entries if isinstance(e, kind)] if those else []
