"""How the images of a training batch are changed at random, as an option says it."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from lenet_tui.text.notice import Problem

OFF = "off"
EXAMPLE = "shift=2,rotate=10,noise=0.05"
LIMITS = {"shift": 31, "rotate": 180, "noise": 10}
"""The most of each: pixels, degrees, standard deviation."""


@dataclass(frozen=True, slots=True)
class Augmentation:
    """``shift``: by up to so many whole pixels, each way. ``rotate``: by up to so many degrees.

    ``noise``: the standard deviation of what is added to each pixel.
    """

    shift: int = 0
    rotate: float = 0.0
    noise: float = 0.0

    def __str__(self) -> str:
        """As the option is given."""
        return ",".join(f"{name}={value:.12g}" for name, value in self._on()) or OFF

    def call(self) -> str:
        """As arguments of a call: ``shift=2, rotate=10.0``."""
        return ", ".join(f"{name}={value!r}" for name, value in self._on())

    def values(self) -> dict[str, float]:
        """What is on, by name."""
        return dict(self._on())

    def _on(self) -> list[tuple[str, float]]:
        pairs = [(field.name, getattr(self, field.name)) for field in fields(self)]
        return [(name, value) for name, value in pairs if value]


def parse(text: str) -> Augmentation:
    """``shift=2,rotate=10,noise=0.05``, some of these, or ``off``; else ``Problem``."""
    values: dict[str, float] = {}
    for part in text.split(",") if text != OFF else ():
        name, _, given = part.partition("=")
        name = name.strip()
        if name not in LIMITS or name in values:
            raise Problem("protocol:augment", text=text, example=EXAMPLE)
        try:
            value = int(given) if name == "shift" else float(given)
        except ValueError:
            raise Problem("protocol:augment", text=text, example=EXAMPLE) from None
        if not (math.isfinite(value) and 0 <= value <= LIMITS[name]):
            shown = given.strip()
            raise Problem(
                "protocol:augment-shift" if name == "shift" else "protocol:augment-value",
                **{"name": name, "value": shown, "most": LIMITS[name]},
            )
        values[name] = value
    return Augmentation(**values)  # type: ignore[arg-type]
