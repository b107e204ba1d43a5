"""What a detector is: it looks at recorded iterations and gives findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from torch import Tensor
from torch.optim import Optimizer

from lenet_tui.findings.engine.calls import Call
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.finding import Finding
from lenet_tui.history.engine.keyframe import TrainerState
from lenet_tui.training.engine.trainer import Trainer

Measure = Callable[[str, tuple[Any, ...], dict[str, Any], Tensor], None]
"""Is given an op that gradients go through, with what it was given and what it made."""


class Detector:
    """Looks for one family of findings; a new one is made for each check.

    A finding that comes again for the same id and place is shown once. ``held``: the state that the
    check begins in, and goes back to when all detectors have ended; ``None``: it goes nowhere.
    """

    held: TrainerState | None = None
    of_numbers = False
    """Whether it says something of finite numbers alone."""

    def begin(self, trainer: Trainer) -> Iterable[Finding]:
        """Look at what an iteration starts from, before the first."""
        return ()

    def before(self, call: Call) -> None:
        """A call of torch is about to be made; the file's code has not seen its result yet."""

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        """Look at an iteration; it may have ended by ``iteration.error``."""
        return ()

    def left(self, iteration: int) -> Iterable[Finding]:
        """An iteration's tape and tensors have been let go of."""
        return ()

    def end(self) -> Iterable[Finding]:
        """After the last iteration."""
        return ()

    def undecided(self) -> bool:
        """Whether another iteration that does the same with other numbers may change what it says.

        Of one that is only run, ``passes`` is asked too.
        """
        return False

    def measures(self, trainer: Trainer) -> Measure | None:
        """What looks at the ops of an iteration that is about to be only run; ``None``: nothing."""
        return None

    def starts_backward(self, trainer: Trainer, root: Tensor | None) -> None:
        """The first backward of an iteration that is only run is about to begin, from ``root``."""

    def writes(self, trainer: Trainer, written: Sequence[Tensor]) -> None:
        """A call outside of any graph is about to write these, in an iteration that is only run."""

    def updates(self, trainer: Trainer, optimizer: Optimizer) -> None:
        """An optimizer is about to make a step in an iteration that is only run."""

    def updated(self, trainer: Trainer, optimizer: Optimizer) -> None:
        """It has made that step."""

    def passes(self, trainer: Trainer) -> bool:
        """Whether an iteration that was only run, and did the same, need not be recorded.

        It may still be for other reasons, and is run again then: nothing is to be noted yet.
        """
        return True

    def passed(self, trainer: Trainer) -> None:
        """An iteration was only run, and will not be recorded."""

    def wants_more(self) -> bool:
        """Whether more iterations than were asked for would decide something."""
        return False
