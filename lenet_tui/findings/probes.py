"""The probes: questions to the engine that try something on one batch and undo it to the bit.

Each is about the iteration at the cursor (before the first: about that): it begins in the state in
which that iteration began, and with its batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lenet_tui.protocol.request import Request

Number = float | int | str | bool | None


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    """What a probe found. ``probe``: its name; ``verdict``: a word of ``VERDICTS[probe]``.

    ``numbers``: the evidence by name; ``None``: it is not known. ``series``: named rows of
    numbers, such as the losses of the steps. ``where``: the op or module that it is about, ``line``
    its line in the file of the model (0: not known).
    """

    probe: str
    verdict: str
    iteration: int
    numbers: tuple[tuple[str, Number], ...] = ()
    series: tuple[tuple[str, tuple[float, ...]], ...] = ()
    where: str = ""
    line: int = 0

    def number(self, name: str) -> Number:
        """One of ``numbers``; ``KeyError`` if there is none of this name."""
        return dict(self.numbers)[name]


OVERFIT, ZEROED, SHUFFLED = "overfit", "zeroed-input", "shuffled-labels"
MODES, INDEPENDENCE, STEP_SIZE = "train-against-eval", "batch-independence", "step-size"

VERDICTS = {
    OVERFIT: ("overfits", "falls", "stuck", "diverges", "several-losses"),
    ZEROED: ("looks", "blind"),
    SHUFFLED: ("matter", "ignored"),
    MODES: ("same", "differs"),
    INDEPENDENCE: ("independent", "mixes", "statistics"),
    STEP_SIZE: ("fits", "too-large", "could-be-larger", "uphill", "not-repeatable"),
}
"""The verdicts of each probe, by its name."""

FACTORS = (0.0, 0.1, 0.5, 1.0, 2.0, 10.0)
"""The parts of an update after which the loss is computed."""


@dataclass(frozen=True, slots=True)
class OverfitBatch(Request[ProbeAnswer]):
    """Asks what ``steps`` steps on the same batch bring the loss to, within some ``seconds``.

    Numbers: ``first``, ``last``, ``floor`` (the least that the loss can be), ``steps``. Series:
    ``loss``, before each step and after the last.
    """

    answered_in: ClassVar[str] = "lenet_tui.findings.engine.probes.answers"
    steps: int = 100
    seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class ZeroInput(Request[ProbeAnswer]):
    """Asks what the loss is with an input of zeros, at once and after ``steps`` steps.

    Of whole numbers, such as tokens, each is the same one instead: then ``whole`` is true. Numbers:
    ``real``, ``zeroed``, ``steps``, ``whole``. Series: ``real``, ``zeroed``, the losses of the
    steps.
    """

    answered_in: ClassVar[str] = "lenet_tui.findings.engine.probes.answers"
    steps: int = 20
    seconds: float = 15.0


@dataclass(frozen=True, slots=True)
class ShuffleLabels(Request[ProbeAnswer]):
    """Asks what the loss is with the targets of other samples, at once and after ``steps`` steps.

    Numbers: ``real``, ``shuffled``, ``moved`` (samples whose target is another one now). Series:
    ``real``, ``shuffled``.
    """

    answered_in: ClassVar[str] = "lenet_tui.findings.engine.probes.answers"
    steps: int = 20
    seconds: float = 15.0


@dataclass(frozen=True, slots=True)
class TrainAgainstEval(Request[ProbeAnswer]):
    """Asks for the first op whose output differs between the modes, on the same batch.

    Numbers: ``ops``, ``before`` (ops that are equal before it), ``difference`` (its largest) and
    ``output`` (that of the model's output).
    """

    answered_in: ClassVar[str] = "lenet_tui.findings.engine.probes.answers"


@dataclass(frozen=True, slots=True)
class BatchIndependence(Request[ProbeAnswer]):
    """Asks whether a sample's output changes with another sample's input.

    Numbers: ``batch``, ``changed`` (the sample that was), ``moved`` (others whose output is another
    one then), ``difference`` (the largest of those).
    """

    answered_in: ClassVar[str] = "lenet_tui.findings.engine.probes.answers"


@dataclass(frozen=True, slots=True)
class StepSize(Request[ProbeAnswer]):
    """Asks for the loss on the same batch after parts of the update: ``FACTORS``.

    Numbers: ``before``, ``after``, ``best`` (the factor with the least loss). Series: ``factor``,
    ``loss``.
    """

    answered_in: ClassVar[str] = "lenet_tui.findings.engine.probes.answers"


PROBES: dict[str, type[Request[ProbeAnswer]]] = {
    OVERFIT: OverfitBatch,
    ZEROED: ZeroInput,
    SHUFFLED: ShuffleLabels,
    MODES: TrainAgainstEval,
    INDEPENDENCE: BatchIndependence,
    STEP_SIZE: StepSize,
}
"""The request of each probe, by its name; each can be made without arguments."""
