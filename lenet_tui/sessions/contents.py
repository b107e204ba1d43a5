"""What a saved session holds, read from its headers: nothing of it is executed or restored."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.sessions.file_format import SaveError
from lenet_tui.text.clean import clean


@dataclass(frozen=True, slots=True)
class HeldTensor:
    """A tensor by its name. ``grad``: whether its gradient is there, for a parameter.

    ``state``: what the optimizer keeps for it.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    grad: bool = False
    state: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class Contents:
    """What the last keyframe before the position, of ``iteration``, holds.

    ``generators``: those whose states are there. ``epoch``, ``used``: where in the data it is.
    ``others``: how many tensors the model's code keeps beside these.
    """

    iteration: int
    parameters: tuple[HeldTensor, ...]
    buffers: tuple[HeldTensor, ...]
    generators: tuple[str, ...]
    epoch: int
    used: int
    others: int


def contents(saved: SavedSession) -> Contents:
    """What the keyframe that the session is resumed from holds; ``SaveError`` if it is odd."""
    here = saved.snapshot.position.iteration
    iteration = max(n for n in saved.keyframes if n <= here)
    try:
        header = _header(saved.keyframes[iteration])
        host = header["host"]
        generators = ["torch"] if _tensor("", header["rng"]).count else []
        generators += [name for name in ("python", "numpy") if _tensor("", host[name]).count]
        generators += ["CUDA"] if header["cuda_rng"] is not None else []
        return Contents(
            iteration,
            tuple(_parameter(name, given) for name, given in header["parameters"].items()),
            tuple(_tensor(name, given) for name, given in header["buffers"].items() if given),
            tuple(generators),
            int(header["data"]["epoch"]),
            int(header["data"]["offset"]),
            len(header["attribute_tensors"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, struct.error):
        raise SaveError("sessions:odd-keyframe") from None


def _header(blob: bytes) -> Mapping[str, Any]:
    """The JSON at the beginning of a keyframe, as ``protocol.container`` writes it."""
    (length,) = struct.unpack_from("<Q", blob)
    header: Mapping[str, Any] = json.loads(blob[8 : 8 + length])
    return header


def _parameter(name: str, given: Mapping[str, Any]) -> HeldTensor:
    value = _tensor(name, given["value"])
    state = tuple(clean(key, 60) for key in given["state"])
    return HeldTensor(value.name, value.dtype, value.shape, given["grad"] is not None, state)


def _tensor(name: str, given: Mapping[str, Any]) -> HeldTensor:
    shape = tuple(int(size) for size in given["shape"])
    if min(shape, default=0) < 0 or len(shape) > 99:
        raise ValueError(shape)
    return HeldTensor(clean(name, 200), clean(str(given["dtype"]), 20), shape)
