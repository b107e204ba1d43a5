"""Whether a script's stop has come: read from what is live after an update, or from a tape."""

from __future__ import annotations

from torch import Tensor

from lenet_tui.around.engine.recording import Recording
from lenet_tui.around.engine.script_trainer import ScriptTrainer
from lenet_tui.around.stop import Stop
from lenet_tui.protocol.condition import Watch
from lenet_tui.protocol.evaluation import Evaluations
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.text.notice import Notice, notice
from lenet_tui.watch.engine import evaluate
from lenet_tui.watch.engine.finiteness import all_finite, culprit

LOSS = "loss"
NUMBER = 1
"""Of the one watchpoint that there is."""


class Conditions:
    """Remembers whether the condition held after the update before: to hold on is no stop."""

    def __init__(self) -> None:
        self._held: bool | None = None
        self._checked = False

    def unknown(self, stop: Stop, recording: Recording) -> Notice | None:
        """Why there is not what the condition is about; asked once."""
        if self._checked or stop.watch is None:
            return None
        self._checked = True
        try:
            evaluate.check(stop.watch, recording.trainer, recording.writer.named)
        except MoveRejected as unknown:
            return unknown.notice
        return None

    def begin(self) -> None:
        """From here on: what holds now is known."""
        self._held = True

    def turned(
        self, watch: Watch, trainer: ScriptTrainer, roots: tuple[Tensor | None, int], update: int
    ) -> Notice | None:
        """Whether a condition on what is live holds now and did not before.

        ``roots``: from what the last backward started, and how many there were for the update.
        """
        root, backwards = roots
        if root is not None and root.numel() == 1:
            trainer.last_loss = float(root.detach())
        truth = evaluate.live_truth(trainer, update, {NUMBER: watch}, {}, Evaluations())
        holds, before = truth.get(NUMBER), self._held
        if holds is not None:
            self._held = holds
        if not holds or before:
            return None
        if watch.quantity == LOSS and backwards > 1:
            return notice("around:held-last", watch=str(watch), n=update, count=backwards)
        return notice("around:held", watch=str(watch), n=update)

    def on_tape(self, watch: Watch, recording: Recording) -> bool:
        """Whether it turned true in an iteration; then the recording's cursor is there."""
        tape = recording.tape
        truth: evaluate.Truth = {NUMBER: bool(self._held)}
        found = evaluate.turns(
            tape, None, tape.end, {NUMBER: watch}, truth, names=recording.trainer.names
        )
        first = next((turn for turn in found if turn[1] == NUMBER), None)
        self._held = truth[NUMBER]
        if first is None:
            return False
        recording.cursor, recording.why = first[0], first[2]
        return True

    @staticmethod
    def not_finite(recording: Recording) -> bool:
        """Whether the loss or a parameter is NaN or infinite; the cursor is where it came up."""
        if all_finite(recording.trainer):
            return False
        tape = recording.tape
        found = culprit(tape, None, tape.end, recording.trainer.names)
        if found is None:
            recording.why = notice("around:not-finite", n=tape.iteration)
        else:
            recording.cursor, recording.why = found
        return True
