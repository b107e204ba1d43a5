"""Runs updates one parameter after the other, and copies what they change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from lenet_tui.protocol.phases import UPDATE
from lenet_tui.tape.engine.entries import UpdateEntry
from lenet_tui.training.engine.copies import clones
from lenet_tui.training.engine.same_bits import all_identical, same_bits
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
        states = self._states(names)
        copies = updater.step_copied(names if len(names) < len(parameters) else None)
        groups, title, told = updater.groups(names), updater.title, updater.own or updater.told
        known = {n: made[n].after if n in made else values[n] for n in names} | edited
        # What has no gradient is as a rule frozen, and may be most of a model.
        idle = [(known[n], parameters[n]) for n in names if parameters[n].grad is None]
        all_still = all_identical(idle)
        without = [n for n in names if n not in copies and parameters[n].grad is not None]
        copies |= zip(without, clones([parameters[n] for n in without]), strict=True)
        states_after = self._states(names)
        entries = []
        for number, name in enumerate(names):
            p, after, before = parameters[name], copies.get(name), known[name]
            edited.pop(name, None)
            if after is None:
                still = p.grad is None and (all_still or same_bits(before, p))
                after = before if still else p.detach().clone()
            settings = groups[name]
            made[name] = entry = UpdateEntry(
                name,
                UPDATE.name,
                name.rpartition(".")[0],
                before,
                p.grad,
                after,
                settings.get("lr", updater.lr),
                title,
                {} if states is None else states[number],
                {} if states_after is None else states_after[number],
                settings if told else {},
            )
            entries.append(entry)
        return entries

    def _states(self, names: Sequence[str]) -> list[dict[str, Tensor]] | None:
        """The optimizer's state of each parameter; ``None``: it has none of any."""
        if self._trainer.updater.has_state:
            return [self._state(name) for name in names]
        self._copied.clear()
        return None

    def _state(self, name: str) -> dict[str, Tensor]:
        """The optimizer's state of a parameter, copied where it is not the one copied last."""
        live = self._trainer.updater.state(name)
        if not live:
            self._copied.pop(name, None)
            return {}
        known = self._copied.get(name)
        if not self._trainer.updater.own and known is not None and len(live) == len(known[0]):
            pairs = zip(live.values(), known[0], strict=True)
            if all(t is last and t._version == version for t, (last, version) in pairs):
                return known[1]
        copies = {key: value.detach().clone() for key, value in live.items()}
        self._copied[name] = [(t, t._version) for t in live.values()], copies
        return copies
