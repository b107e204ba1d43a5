"""The questions to the engine about where a session is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lenet_tui.protocol.moves import Move
from lenet_tui.protocol.request import Request


@dataclass(frozen=True, slots=True)
class StateDigest(Request[str]):
    """Asks for the SHA-256 of all that the next iterations depend on.

    Such are parameters, gradients, buffers, the optimizer's state, the generators, the place in the
    data and the options.
    """


@dataclass(frozen=True, slots=True)
class StoreKeyframe(Request[bool]):
    """Has a keyframe stored where the session is, if that is the end of an iteration.

    So that what is saved then holds this very state. The answer is whether there is one now.
    It takes the place of the one that was last stored so. During a run the answer comes between two
    iterations.
    """

    in_runs: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class MayMake(Request[tuple[Move, ...]]):
    """Asks whether the engine would take moves; it answers with them in an order that works.

    It rejects them with what it would say of the first that it refused, and makes none of them.
    """

    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class ListRates(Request[tuple[tuple[int, float], ...]]):
    """Asks for the learning rate of ``most`` iterations at most, spread over all that are recorded.

    Empty where it does not follow from the schedule: the optimizer is a person's own, or what
    decides the rate was changed on the way.
    """

    most: int
