"""Runs updates one parameter after the other, and copies what they change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from lenet_tui.protocol.phases import UPDATE
from lenet_tui.tape.engine.bit_sums import same_bits
from lenet_tui.tape.engine.entries import UpdateEntry
from lenet_tui.training.engine.trainer import Trainer

Copied = tuple[list[tuple[Tensor, int]], dict[str, Tensor]]
"""The optimizer's live tensors for a parameter with their versions, and copies of them."""


class UpdateRecorder:
    """Runs the trainer's updates. What is the same after one as before it is there once."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._copied: dict[str, Copied] = {}

    def forget(self) -> None:
        """Let go of the last copies."""
        self._copied = {}

    def run(
        self,
        names: Sequence[str],
        made: dict[str, UpdateEntry],
        edited: dict[str, Tensor],
        values: Mapping[str, Tensor],
    ) -> list[UpdateEntry]:
        """Update these parameters; returns each one's entry, put into ``made`` for its last one.

        ``edited``: those that were set by hand since then, taken out. ``values``: those of the
        parameters that have no entry yet.
        """
        updater, parameters = self._trainer.updater, self._trainer.parameters
        states = [self._state(name) for name in names]
        updater.step(names if len(names) < len(parameters) else None)
        groups = updater.groups(names)
        for name, state in zip(names, states, strict=True):
            p = parameters[name]
            before = made[name].after if name in made else values[name]
            before = edited.pop(name, before)
            # What has no gradient is as a rule frozen, and may be most of a model.
            still = p.grad is None and same_bits(before, p)
            made[name] = UpdateEntry(
                name,
                UPDATE.name,
                name.rpartition(".")[0],
                before,
                p.grad,
                before if still else p.detach().clone(),
                groups[name].get("lr", updater.lr),
                updater.title,
                state,
                self._state(name),
                groups[name] if updater.own or updater.told else {},
            )

        return [made[name] for name in names]

    def _state(self, name: str) -> dict[str, Tensor]:
        """The optimizer's state of a parameter, copied where it is not the one copied last."""
        live = self._trainer.updater.state(name)
        known = self._copied.get(name)
        if not self._trainer.updater.own and known is not None and len(live) == len(known[0]):
            pairs = zip(live.values(), known[0], strict=True)
            if all(t is last and t._version == version for t, (last, version) in pairs):
                return known[1]
        copies = {key: value.detach().clone() for key, value in live.items()}
        self._copied[name] = [(t, t._version) for t in live.values()], copies
        return copies
