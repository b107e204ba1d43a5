"""Observes one of two scripts: tells of each iteration, and stands until more is wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from lenet_tui.around.engine.observer import Observer
from lenet_tui.around.engine.recording import Recording
from lenet_tui.around.stop import Stop
from lenet_tui.tape.engine.tape import Tape
from lenet_tui.text.notice import Notice, verbatim
from lenet_tui.training.engine.own_errors import described, own_traceback
from lenet_tui.training.engine.trainer import Trainer
from lenet_tui.twins.crossing import Enough, GoOn, Numbers, Want
from lenet_tui.twins.engine.summarise import Start, Summarised, begun

Ask = Callable[[Any], Any]
"""Tells something, and returns what is asked next."""


class SideObserver:
    """``ask`` tells of an iteration; ``said`` hears what the observation says, and if it is over.

    ``seen``: how many iterations were told. torch has just been imported.
    """

    def __init__(
        self, seed: int, tape_mb: int, ask: Ask, said: Callable[[Notice, bool], None]
    ) -> None:
        torch.manual_seed(seed)
        self.seen = 0
        self._ask, self._said = ask, said
        self._beginning = _Beginning()
        self._observer = Observer(Stop(at=1), self._stopped, tape_mb, say=self._say)
        self._observer.beside, self._observer.ends_skipped = self._beginning, True
        self._observer.install()

    @property
    def count(self) -> int:
        """The updates so far."""
        return self._observer.count

    def ended(self) -> None:
        """The script has run to its end."""
        self._observer.ended()

    def failed(self, error: Exception) -> None:
        """The script has raised: what was recorded up to there is told."""
        recording = self._observer.failed(error)
        if recording is not None:
            self._tell(recording, error)

    def _say(self, said: Notice) -> None:
        self._said(said, self._observer.stop is None)

    def _stopped(self, recording: Recording) -> Stop | None:
        """An iteration is over; in the script's thread."""
        self._tell(recording)
        return Stop(at=recording.tape.iteration + 1)

    def _tell(self, recording: Recording, error: Exception | None = None) -> None:
        """Tell of an iteration, and answer what is asked of it until that is enough."""
        made = Summarised(recording, self._beginning.taken())
        self.seen += 1
        if error is None:
            told = made.seen
        else:
            told = made.failed(verbatim(described(error)), own_traceback(error))
        asked = self._ask(told)
        while isinstance(asked, Want):
            asked = self._ask(Numbers(tuple(made.numbers(asked.parts))))
        if error is None and not isinstance(asked, GoOn):
            raise Enough(0)


class _Beginning:
    """Implements ``around.engine.beside.Beside``: copies what the first iteration begins from."""

    def __init__(self) -> None:
        self._start: Start | None = None

    def taken(self) -> Start:
        """What the script began from, the first time; then nothing."""
        start, self._start = self._start or (), ()
        return start

    def begins(self, trainer: Trainer) -> None:
        if self._start is None:
            values = {n: p.detach().clone() for n, p in trainer.parameters.items()}
            self._start = begun(values, trainer.buffers)

    def makes(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return func(*args, **kwargs)

    def closes(self) -> None:
        """It holds nothing of the script's calls."""

    def ends(self, trainer: Trainer, tape: Tape, error: BaseException | None) -> None:
        """What is on the tape is read where the script stands."""

    def goes_on(self) -> None:
        """It holds nothing of the iteration."""
