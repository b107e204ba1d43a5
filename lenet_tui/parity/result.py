"""What one iteration gives on two devices, entry by entry of the tape, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from lenet_tui.protocol.frame import Shape
from lenet_tui.protocol.request import Request
from lenet_tui.text.notice import Notice

TOLERANCE = {
    "float16": (1e-3, 1e-5),
    "bfloat16": (1.6e-2, 1e-5),
    "float32": (1.3e-6, 1e-5),
    "float64": (1e-7, 1e-7),
    "complex64": (1.3e-6, 1e-5),
    "complex128": (1e-7, 1e-7),
}
"""(relative, absolute) by dtype: the defaults of ``torch.testing.assert_close``. Whole numbers and
truth values have none: they are equal or they are not.
"""


def place(device: str, dtype: str) -> str:
    """Where an iteration is run, by torch's names: ``cuda:0 · float32``."""
    return f"{device} · {dtype}"


@dataclass(frozen=True, slots=True)
class ParityRow:
    """An entry of the tape in both runs.

    ``name`` and ``op`` as on the tape; ``parameter``: whose ``.grad`` it is. Of an entry with
    several tensors, the numbers are those of the tensor that is furthest apart, of ``shape`` and
    ``count`` elements: ``difference``, the largest |reference − other|; ``largest``, the largest
    |reference|; ``share``, the largest part of its tolerance that an element's difference takes
    (above 1: past it); ``past``, how many elements are past it. ``drew``: it took random numbers.
    ``apart``: why there is nothing to compare: ``missing`` (it was not run in the other place),
    ``shapes`` (its tensors have other shapes there); else empty.
    """

    phase: str
    name: str
    op: str
    parameter: str = ""
    shape: Shape = ()
    count: int = 0
    difference: float = 0.0
    largest: float = 0.0
    share: float = 0.0
    past: int = 0
    drew: bool = False
    apart: str = ""

    @property
    def within(self) -> bool:
        """Whether every element is within its tolerance."""
        return self.share <= 1

    @property
    def relative(self) -> float:
        """The largest difference in relation to the largest magnitude."""
        if not self.difference:
            return 0.0
        return self.difference / self.largest if self.largest else float("inf")


@dataclass(frozen=True, slots=True)
class ParityResult:
    """The answer to ``Parity``: ``iteration`` run in two places, ``reference`` as the session did.

    ``choices``: the places that can be compared with here. ``error``: why it cannot be done.
    """

    reference: str = ""
    other: str = ""
    choices: tuple[str, ...] = ()
    iteration: int = 0
    seed: int = 0
    batch: int = 0
    rows: tuple[ParityRow, ...] = ()
    error: Notice | None = None

    @property
    def compared(self) -> tuple[ParityRow, ...]:
        """The rows with numbers."""
        return tuple(row for row in self.rows if not row.apart)

    @property
    def first_past(self) -> ParityRow | None:
        """The first entry that is past its tolerance."""
        return next((row for row in self.compared if not row.within), None)

    @property
    def furthest(self) -> ParityRow | None:
        """The entry that takes the largest part of its tolerance."""
        return max(self.compared, key=lambda row: row.share, default=None)


@dataclass(frozen=True, slots=True)
class Parity(Request[ParityResult]):
    """What the present iteration gives elsewhere.

    ``device`` is torch's name (then in float32), or a place such as ``cpu · float64``; empty means
    the first place that there is here.
    """

    device: str = ""
