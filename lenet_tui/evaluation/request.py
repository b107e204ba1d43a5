"""The questions to the engine about held-out data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lenet_tui.protocol.evaluation import Evaluation
from lenet_tui.protocol.request import Request


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
