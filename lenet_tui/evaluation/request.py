"""The questions to the engine about held-out data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from lenet_tui.protocol.evaluation import Evaluation
from lenet_tui.protocol.request import Request

CLASSES = 1000
"""Classes that a confusion matrix has at most."""


@dataclass(frozen=True, slots=True)
class Evaluate(Request[Evaluation]):
    """Asks how good the model was when the last iteration before the cursor had finished.

    Nothing of the training changes; the result is kept with the session.
    """

    answered_in: ClassVar[str] = "lenet_tui.history.engine.answers"


@dataclass(frozen=True, slots=True)
class ListEvaluations(Request[tuple[Evaluation, ...]]):
    """Asks for all results that are kept, in order."""

    answered_in: ClassVar[str] = "lenet_tui.history.engine.answers"


@dataclass(frozen=True, slots=True, eq=False)
class Mistaken:
    """A sample held out, number ``sample``. ``share``: the softmax of the class ``predicted``;
    ``loss``: −log of that of its own class ``target``. ``picture``: (rows, cols), if it is one.
    """

    sample: int
    target: int
    predicted: int
    share: float
    loss: float
    picture: npt.NDArray[np.float32] | None


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Each sample held out, after ``iteration``: ``counts[t, p]`` are of class t, predicted as p.

    ``worst``: those with the largest loss, the largest first, right ones too if there is room.
    """

    iteration: int
    counts: npt.NDArray[np.int64]
    worst: tuple[Mistaken, ...]


@dataclass(frozen=True, slots=True)
class Judge(Request[Judged]):
    """Asks what the model makes of each class that is held out, and of its ``most`` worst samples.

    Nothing of the training changes. Only where there are classes, ``CLASSES`` at most.
    """

    answered_in: ClassVar[str] = "lenet_tui.history.engine.answers"
    most: int
