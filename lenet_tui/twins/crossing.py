"""What crosses between two scripts that are compared and who compares them: plain values alone.

It is imported before a script is run, and NumPy is not to be there by then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from lenet_tui.text.notice import Notice
from lenet_tui.twins.align import key_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.floating[Any]]"
Shape = tuple[int, ...]
Part = tuple[int, int]
"""The number of an entry of an iteration, and of one of its tensors."""


@dataclass(frozen=True, slots=True)
class ToRun:
    """A script with its words: ``words[0]`` is a file, or with ``module`` a module's name.

    ``seed``: what the generators begin with, before the script's own first line.
    """

    words: tuple[str, ...]
    module: bool
    seed: int
    tape_mb: int


@dataclass(frozen=True, slots=True)
class Summary:
    """A tensor without its numbers. ``digest``: equal where all numbers are, and NaN is NaN.

    ``number``: its one element, or the norm of a larger one, in float64; ``None``: it is empty.
    """

    shape: Shape
    dtype: str
    digest: bytes
    size: int
    number: float | None


@dataclass(frozen=True, slots=True)
class Yielded:
    """An entry of a tape, or a tensor beside it: what it is called, and what it yielded.

    ``gradient``: it is a parameter's ``.grad``. ``by_hand``: no call that is observed made it.
    ``line``: of ``Seen.file``; 0: it is not known.
    """

    phase: str
    op: str
    name: str
    tensors: tuple[Summary | None, ...]
    gradient: bool = False
    by_hand: bool = False
    line: int = 0
    numbers: tuple[tuple[str, float], ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is known by in both scripts, however often it was done before."""
        return key_of(self.phase, self.op, self.name)

    @property
    def finer(self) -> tuple[tuple[str, str, str], bool]:
        """Tells an optimizer's update from one by hand, where both scripts have both."""
        return self.key, self.by_hand

    @property
    def identity(self) -> tuple[tuple[str, str, str], bool, Shape | None]:
        """What it is known by where the other script has it at another place."""
        first = next(iter(self.tensors), None)
        return *self.finer, None if first is None else first.shape


@dataclass(frozen=True, slots=True)
class Seen:
    """An iteration of a script, which stands meanwhile; ``start``: what the first one began from.

    ``file``: whose lines are named. ``error``: what the script raised in it, with its
    ``traceback``.
    """

    number: int
    file: str
    start: tuple[Yielded, ...]
    entries: tuple[Yielded, ...]
    loss: float | None
    error: Notice | None = None
    traceback: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[Yielded, ...]:
        """In the order by which ``Want`` counts."""
        return (*self.start, *self.entries)


@dataclass(frozen=True, slots=True)
class Over:
    """No iteration comes any more, after ``updates``. ``status``: that the script exits with.

    ``error``: why, where it did not simply end, with the ``traceback``.
    """

    updates: int
    status: int = 0
    error: Notice | None = None
    traceback: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Want:
    """Send the numbers of these tensors of the iteration, each as one flat array."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The answer to ``Want``: exact in their type; of complex numbers the magnitudes."""

    arrays: tuple[Floats, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class GoOn:
    """Run one more iteration."""


class Enough(SystemExit):
    """Ends a script where enough was seen of it."""
