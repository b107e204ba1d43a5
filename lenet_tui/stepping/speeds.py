"""The speeds of a run, from one op a second to flat out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Speed:
    """A step of ``unit`` each ``seconds``; flat out where that is 0."""

    unit: str
    seconds: float

    @property
    def flat_out(self) -> bool:
        return not self.seconds

    @property
    def rate(self) -> str:
        """Steps a second; empty where the speed is flat out."""
        return "" if self.flat_out else f"{1 / self.seconds:g}"

    @property
    def name(self) -> str:
        """The speed's name in the settings: ``4 op/s``, ``flat out``."""
        return "flat out" if self.flat_out else f"{self.rate} {self.unit}/s"


SPEEDS = (
    Speed("op", 1.0),
    Speed("op", 0.25),
    Speed("op", 0.05),
    Speed("phase", 1.0),
    Speed("phase", 0.25),
    Speed("iteration", 0.5),
    Speed("iteration", 0.1),
    Speed("iteration", 0),
)
NAMES = tuple(speed.name for speed in SPEEDS)
FIRST = NAMES.index("1 phase/s")
"""The speed of somebody who has chosen none: each phase can be read."""
