"""The canvas's questions to the engine, which change nothing of the session."""

from __future__ import annotations

from dataclasses import dataclass

from lenet_tui.protocol.request import Request


@dataclass(frozen=True, slots=True)
class Picture:
    """One sample of an input (N, 1, H, W): ``pixels`` are float32, row by row.

    ``low``, ``high``: the numbers of an empty pixel and a full one in these data. ``target``: its
    class; ``None``: the target is none. ``count``: samples of the batch.
    """

    pixels: bytes
    height: int
    width: int
    low: float
    high: float
    target: int | None
    count: int


@dataclass(frozen=True, slots=True)
class OpenPicture(Request[Picture]):
    """Asks for a sample that can be drawn on.

    ``number``: of the data, the test samples among them; ``None``: sample number ``sample`` of the
    batch that is shown, or else of the next one.
    """

    number: int | None = None
    sample: int = 0


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model returns for a picture: a number for each class, and their softmax.

    ``training``: the model is in train mode. ``drew``: its forward draws random numbers.
    """

    outputs: tuple[float, ...]
    probabilities: tuple[float, ...]
    training: bool
    drew: bool


@dataclass(frozen=True, slots=True)
class Predict(Request[Prediction]):
    """Asks what the next forward would return if a packed picture were sample ``sample`` of it."""

    pixels: str
    sample: int = 0
