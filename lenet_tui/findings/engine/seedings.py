"""Where the owner's code sets a random number generator to a state of its choice."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import overrides

from lenet_tui.findings.engine.own_frames import line_now

State = Callable[[], Any]


@dataclass(slots=True, eq=False)
class Seeding:
    """A call of ``function`` with a ``seed``. ``line``: ``file.py:17``; ``at``: how many calls of
    torch came before it. ``drew``: whether numbers were drawn from that state since.
    """

    function: str
    seed: str
    line: str
    at: int
    state: State
    after: Any
    drew: bool = False

    def look(self) -> None:
        """Note whether numbers have been drawn, before somebody sets the generator again."""
        self.drew = self.drew or self.state() != self.after


def _numpy() -> Any:
    name, keys, *places = np.random.get_state()
    return name, np.asarray(keys).tobytes(), tuple(places)


def _torch() -> Any:
    return torch.get_rng_state().numpy().tobytes()


PLACES: tuple[tuple[Any, str, str, State | None], ...] = (
    (torch, "manual_seed", "torch.manual_seed", _torch),
    (np.random, "seed", "numpy.random.seed", _numpy),
    (random, "seed", "random.seed", random.getstate),
    (np.random, "default_rng", "numpy.random.default_rng", None),
)
"""Where each function is found, and the state that it sets; ``None``: that of what it returns."""


class Seedings:
    """Notes meanwhile each seeding of the owner's; ``count`` says how many calls there were."""

    def __init__(self, count: Callable[[], int]) -> None:
        self.all: list[Seeding] = []
        self._count = count
        self._originals: list[tuple[Any, str, Any]] = []

    def __enter__(self) -> Seedings:
        overrides.get_ignored_functions()  # torch keeps those that it finds at its first call
        for place, name, said, state in PLACES:
            original = getattr(place, name)
            self._originals.append((place, name, original))
            setattr(place, name, self._observed(original, said, state))
        return self

    def __exit__(self, *error: object) -> None:
        for place, name, original in self._originals:
            setattr(place, name, original)
        self._count = int  # whoever has kept an observed function keeps nothing else
        for seeding in self.all:
            if not any(s.function == seeding.function for s in self._after(seeding)):
                seeding.look()

    def _after(self, seeding: Seeding) -> list[Seeding]:
        return self.all[self.all.index(seeding) + 1 :] if seeding.state in STATES else []

    def _observed(self, original: Any, said: str, state: State | None) -> Any:
        def observed(*args: Any, **kwargs: Any) -> Any:
            line = line_now()
            last = next((s for s in reversed(self.all) if s.function == said), None)
            if last is not None and last.state in STATES:
                last.look()
            made = original(*args, **kwargs)
            given = [*args, *kwargs.values()]
            if line and given and isinstance(given[0], (int, str, np.integer)):
                asks = state or (lambda: str(made.bit_generator.state))
                self.all.append(Seeding(said, str(given[0]), line, self._count(), asks, asks()))
            return made

        return observed


STATES = (_torch, _numpy, random.getstate)
"""Those of generators that several seedings have in common."""
