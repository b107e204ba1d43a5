"""A recorded op, and what is known of its kind: its arithmetic, and what depends on what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor
from torch.autograd.graph import Node

from lenet_tui.explain.engine.links import Connection, Links, broadcast
from lenet_tui.explain.engine.terms import Gradient, Index, NoArithmetic, Source, Sum
from lenet_tui.tape.engine.edges import Edge
from lenet_tui.tape.engine.entries import NodeEntry, OpEntry


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """An op of the forward or the loss. ``arguments`` has each by its name (see
    ``registry.named_arguments``), the tensors among them as a ``Source``. ``part``: which of
    several outputs is meant, if not the first. ``ran`` finds what a node did in a backward.
    """

    entry: OpEntry
    arguments: dict[str, Any]
    part: int | None = None
    ran: Callable[[Node], NodeEntry | None] = lambda node: None

    @property
    def op(self) -> str:
        return self.entry.op

    @property
    def name(self) -> str:
        return self.entry.name if self.part is None else f"{self.entry.name}[{self.part}]"

    @property
    def tensor(self) -> Tensor:
        return self.entry.tensor if self.part is None else self.entry.parts[self.part]

    @property
    def output(self) -> Source:
        return Source(self.name, self.tensor, self.entry, part=self.part)

    @property
    def edge(self) -> Edge | None:
        return self.entry.edge(self.part)

    def parts(self) -> list[Call]:
        """The op with each of its outputs, if it has several; else itself."""
        others = list(self.entry.parts)[1:]
        return [replace(self, part=None), *(replace(self, part=n) for n in others)]

    def makes(self, source: Source) -> bool:
        """Whether a tensor is its output."""
        return source.entry is self.entry and source.part == self.part

    def get(self, name: str, default: Any = None) -> Any:
        """An argument; ``default`` where it was not given, or given as ``None``."""
        value = self.arguments.get(name)
        return default if value is None else value

    def given(self, *names: str) -> dict[str, Any]:
        """Those of some arguments that were given and are not ``None``."""
        return {n: self.arguments[n] for n in names if self.arguments.get(n) is not None}

    def source(self, name: str = "input") -> Source:
        """A tensor argument."""
        value = self.arguments[name]
        assert isinstance(value, Source)
        return value

    def tensors(self) -> Iterator[tuple[str, Source]]:
        """The tensor arguments by name."""
        return ((k, v) for k, v in self.arguments.items() if isinstance(v, Source))


NOT_THOUGHT_OF = (LookupError, TypeError, ValueError, ArithmeticError, RuntimeError,
                  AttributeError, AssertionError)  # fmt: skip


class asked:
    """``NoArithmetic`` where an op was called in a way that its rule has not thought of."""

    def __init__(self, op: str) -> None:
        self._op = op

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, NOT_THOUGHT_OF):
            raise NoArithmetic(self._op) from None


Connect = Callable[[Call, str], Connection | None]


def element_wise(call: Call, argument: str) -> Links:
    """The op works element by element and broadcasts its operands."""
    return broadcast(call.source(argument).shape, tuple(call.tensor.shape))


def whole_tensors(call: Call, argument: str) -> None:
    """Any element may depend on every element."""


def of_input(connection: Callable[[Call], Connection]) -> Connect:
    """What depends on ``input``; any element may depend on every element of other arguments."""
    return lambda call, argument: connection(call) if argument == "input" else None


@dataclass(frozen=True, slots=True)
class Rule:
    """All that an explanation knows of some torch functions that work alike.

    ``names`` are torch's own, and ``signature`` names their positional arguments as torch's
    documentation does; both are words with spaces between them.
    ``forward(call, index)`` is how the output at ``index`` comes about.
    ``backward(call, argument, index, g)`` is the op's share of the gradient on its tensor
    ``argument`` at ``index``, from the gradient ``g`` on its output.
    ``connect(call, argument)`` is which elements of the output depend on which of an argument;
    ``None``: any may depend on every one.
    ``parts``: whether these know which of several outputs is meant; else only the first is known.
    ``together``: whether ``backward`` takes the gradients on all outputs at once, ``g.beside``.
    ``inner``: what terms call that which is inside of the op and no cell of its own.
    Each of these raises ``NoArithmetic`` where the op was called in a way that is not known here.
    """

    names: str
    signature: str
    forward: Callable[[Call, Index], Sum]
    backward: Callable[[Call, str, Index, Gradient], Sum]
    connect: Connect = element_wise
    parts: bool = False
    together: bool = False
    inner: str = ""
