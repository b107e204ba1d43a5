"""The training room's questions to the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lenet_tui.protocol.frame import Device
from lenet_tui.protocol.request import Request


@dataclass(frozen=True, slots=True)
class Weights(Request[bytes]):
    """Asks for the parameters and buffers at the cursor as a file's bytes.

    ``name``: of the file; ``.safetensors`` at its end means that format, else it is a
    ``state_dict`` as torch saves it.
    """

    name: str
    answered_in: ClassVar[str] = "lenet_tui.history.engine.answers"


@dataclass(frozen=True, slots=True)
class EpochLength(Request[int]):
    """Asks how many iterations an epoch has; 0: the data have no end that is known."""

    in_runs: ClassVar[bool] = True
    answered_in: ClassVar[str] = "lenet_tui.history.engine.answers"


@dataclass(frozen=True, slots=True)
class ListDevices(Request[tuple[Device, ...]]):
    """Asks for the devices of this machine, including those that cannot be used."""

    needs_session = False


@dataclass(frozen=True, slots=True)
class HeldWeight:
    """A tensor of a file of weights."""

    name: str
    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class HeldPart:
    """A part of a checkpoint. ``name``: dotted; ``kind``: ``weights``, ``optimizer``,
    ``scheduler``, ``scaler``, ``generator`` or ``value``. ``facts``: what is said of it, by name;
    a value has one without a name.
    """

    name: str
    kind: str
    facts: tuple[tuple[str, int | float | str], ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """What a file holds: ``parts`` and the kinds that it ``lacks``, or ``weights`` alone."""

    parts: tuple[HeldPart, ...] = ()
    lacks: tuple[str, ...] = ()
    weights: tuple[HeldWeight, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadWeights(Request[Held]):
    """Asks what a file of weights, or a checkpoint of a person's own, holds."""

    path: str
    needs_session = False
