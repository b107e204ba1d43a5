"""What two programs gave when they were stepped together, as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lenet_tui.protocol.frame import Shape
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.request import Request
from lenet_tui.text.notice import Notice

EQUAL, DIFFERS, SHAPES, ONLY_A, ONLY_B = "equal", "differs", "shapes", "only-a", "only-b"
EARLIER_A, EARLIER_B = "earlier-a", "earlier-b"
"""Only one of the two does it here; the other does it further on in the iteration."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The first element of a tensor that differs: where, and its value in both."""

    index: tuple[int, ...]
    a: float
    b: float


@dataclass(frozen=True, slots=True)
class TwinRow:
    """What both programs did at one place of their tapes; ``how``: equal, differs, …

    ``a`` and ``b``: the number of a tensor of one element, or the norm of a larger one; ``None``:
    there is no tensor, as for a gradient that is ``None``. ``line_a``, ``line_b``: of the files, 0
    where it is not known. ``count`` of ``size`` elements differ, at most by ``difference``; where
    ``first`` is ``None`` they were not counted. ``gradient``: it is a parameter's ``.grad``.
    ``file_a``, ``text_a``: whose line it is and what it says, where that is known, as of scripts;
    of a mistake's programs, which are no files, the text alone.
    ``types``: of both tensors, where these differ. ``moved``: the two do it at two places; it has
    a row at each, and the later one compares the numbers.
    """

    phase: str
    name: str
    op: str
    how: str
    gradient: bool = False
    shape_a: Shape | None = None
    shape_b: Shape | None = None
    a: float | None = None
    b: float | None = None
    line_a: int = 0
    line_b: int = 0
    difference: float = 0.0
    count: int = 0
    size: int = 0
    first: Cell | None = None
    file_a: str = ""
    file_b: str = ""
    text_a: str = ""
    text_b: str = ""
    types: tuple[str, str] | None = None
    moved: bool = False

    @property
    def missing(self) -> bool:
        """Whether only one of the two did it, or only one has done it yet."""
        return self.by is not None

    @property
    def early(self) -> bool:
        """Whether one of the two does it only later."""
        return self.how in (EARLIER_A, EARLIER_B)

    @property
    def by(self) -> int | None:
        """Which of the two alone does it here, A (0) or B (1); ``None``: both."""
        if self.how in (ONLY_A, EARLIER_A):
            return 0
        return 1 if self.how in (ONLY_B, EARLIER_B) else None


@dataclass(frozen=True, slots=True)
class TwinIteration:
    """One iteration of both; 0 is what they start from.

    ``losses``: of A and B, as numbers. ``errors``: what ended either, ``tracebacks`` with it.
    """

    number: int
    rows: tuple[TwinRow, ...]
    losses: tuple[float | None, float | None] = (None, None)
    errors: tuple[Notice | None, Notice | None] = (None, None)
    tracebacks: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    @property
    def first(self) -> TwinRow | None:
        """The first row that is not equal, or stands at another place."""
        return next((row for row in self.rows if row.how != EQUAL), None)

    @property
    def first_number(self) -> TwinRow | None:
        """The first row of both that is not equal."""
        return next((r for r in self.rows if r.how != EQUAL and not r.missing), None)


@dataclass(frozen=True, slots=True)
class Ending:
    """A script has ended by itself, after so many iterations and with an exit status."""

    iterations: int
    status: int = 0


@dataclass(frozen=True, slots=True)
class TwinsResult:
    """The answer to ``Twins``; ``names``: of A and B.

    ``error``: why one of them cannot begin, with the ``traceback`` of its own code. ``endings``:
    of scripts that ended before as many iterations as were asked for.
    """

    names: tuple[str, str] = ("", "")
    iterations: tuple[TwinIteration, ...] = ()
    error: Notice | None = None
    traceback: tuple[str, ...] = ()
    endings: tuple[Ending | None, Ending | None] = (None, None)

    @property
    def uneven(self) -> bool:
        """Whether one script ended and the other did not, or with another status."""
        return self.endings[0] != self.endings[1]

    @property
    def differs(self) -> bool:
        """Whether they are not the same in all that was seen."""
        return self.first is not None or self.ended is not None or self.uneven

    @property
    def first(self) -> tuple[int, TwinRow] | None:
        """In which iteration they part, and where."""
        return next(self._found(numbers=False), None)

    @property
    def first_number(self) -> tuple[int, TwinRow] | None:
        """In which iteration something that both did differs first, and where."""
        return next(self._found(numbers=True), None)

    def _found(self, numbers: bool) -> Iterator[tuple[int, TwinRow]]:
        for iteration in self.iterations:
            row = iteration.first_number if numbers else iteration.first
            if row is not None:
                yield iteration.number, row

    @property
    def ended(self) -> TwinIteration | None:
        """The iteration in which either failed."""
        return next((i for i in self.iterations if any(i.errors)), None)


@dataclass(frozen=True, slots=True)
class Twins(Request[TwinsResult]):
    """Step two training files together, from the same seed.

    ``scripts``: instead of the files, two scripts, each with its words as for ``python``; with
    ``module``, two modules. They run as they are, each in a process of its own. ``mistake``:
    instead of the files, the twins of a mistake by its id. ``other``: instead of a second file,
    options that B has, such as ``set lr 1.0``; then A has ``options``, or those of the session, and
    both begin where its present iteration began. Of two files ``options`` are both's, beside the
    file itself; ``None``: only ``device`` and ``seed`` are given.
    """

    a: str = ""
    b: str = ""
    iterations: int = 10
    seed: int = 0
    device: str = "cpu"
    mistake: str = ""
    other: tuple[str, ...] = ()
    options: Options | None = None
    scripts: tuple[tuple[str, ...], ...] = ()
    module: bool = False
    tape_mb: int = Options().tape_mb
    needs_session = False
