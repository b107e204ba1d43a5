"""The states of the last few boundaries, for a step back to run one iteration and no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from lenet_tui.history.engine import keyframe
from lenet_tui.history.engine.kept_tape import KeptTape
from lenet_tui.history.engine.keyframe import TrainerState
from lenet_tui.history.engine.stored import StoredParameter
from lenet_tui.tape.engine.entries import Entry, OpEntry, UpdateEntry
from lenet_tui.tape.engine.recorder import TapeRecorder
from lenet_tui.tape.engine.tape import Past, TapeSegment
from lenet_tui.training.engine.copies import copies
from lenet_tui.training.engine.same_bits import all_identical, same_bits

FEWEST = 3
"""Boundaries whose states are kept whatever they take: what a step back from the last needs."""
TAPED = 2
"""Boundaries whose tensors are on the tape and in its base anyway."""
MOST = 8
SHARE = 4
"""More than the fewest are kept in this part of the history's budget."""
TAPES = 3
"""Tapes that are kept, the present one among them, if each is at most this part of the budget:"""
TAPE_SHARE = 16
SPARE_SHARE = 16
"""A GPU's tapes may take this part of what is free there instead: they lie in its memory, which the
budget does not count."""


@dataclass(frozen=True, slots=True)
class NearState:
    """A state with the tensors themselves, and what the next tape takes over from the last.

    ``kept``: the tape of the iteration that ends there, if it is small.
    """

    state: TrainerState
    past: Past
    bytes: int
    kept: KeptTape | None = None


class NearStates:
    """States by iteration, within ``budget`` bytes but for the last ``FEWEST``."""

    def __init__(self, budget: int) -> None:
        self._budget, self._most = budget // SHARE, budget // TAPE_SHARE
        self._states: dict[int, NearState] = {}

    def keep(self, iteration: int, recorder: TapeRecorder) -> None:
        """Keep the live state, all of whose iteration is on the tape, which has most of it."""
        past = recorder.past
        if past.forward is not None:
            past = replace(past, forward=_light(past.forward))
        self._states.pop(iteration, None)  # to be the last again
        kept = KeptTape.of(recorder, max(self._most, spare(recorder.trainer.device)))
        self._states[iteration] = replace(_taken(recorder, past), kept=kept)
        self._let_go()
        while len(self._states) > FEWEST and (
            len(self._states) > MOST or self.bytes > self._budget
        ):
            del self._states[next(iter(self._states))]

    def _let_go(self) -> None:
        """Keep no more than the last few tapes."""
        taped = [i for i, state in self._states.items() if state.kept]
        for iteration in taped[:-TAPES]:
            self._states[iteration] = replace(self._states[iteration], kept=None)

    def go_to(self, iteration: int, recorder: TapeRecorder) -> bool:
        """Go to the end of an iteration whose tape is kept, unless something has changed it."""
        near = self._states.get(iteration)
        if near is None or near.kept is None or not near.kept.intact:
            return False
        keyframe.restore_state(recorder.trainer, near.state, shared=True)
        near.kept.put_back(recorder, near.past)
        del self._states[iteration]  # to be the last again
        self._states[iteration] = replace(near, kept=near.kept.renewed())
        return True

    def at(self, iteration: int) -> NearState | None:
        """The state in which an iteration had just finished, if it is kept."""
        return self._states.get(iteration)

    def drop_after(self, iteration: int) -> None:
        """Drop the states of later iterations."""
        self._states = {i: s for i, s in self._states.items() if i <= iteration}

    @property
    def bytes(self) -> int:
        """Memory that they take at most beside the tape, which has the last ``TAPED`` itself.

        Without the tapes that are kept only because a GPU has memory to spare.
        """
        states = list(self._states.values())
        tapes = [state.kept.bytes for state in states[:-1] if state.kept]
        tapes = [size for size in tapes if size <= self._most]
        return sum(tapes) + sum(state.bytes for state in states[:-TAPED] if not state.kept)


def spare(device: torch.device) -> int:
    """Bytes that each kept tape may take of a GPU's free memory."""
    return torch.cuda.mem_get_info(device)[0] // SPARE_SHARE if device.type == "cuda" else 0


def _taken(recorder: TapeRecorder, past: Past) -> NearState:
    """The live state: parameters as the tape has them, a copy of what it has not."""
    own = recorder.trainer.options.step
    live = keyframe.state_of(recorder.trainer)
    updated = [
        (past.updates[n].after, p.value) for n, p in live.parameters.items() if n in past.updates
    ]
    changed = own and not all_identical(updated)
    kept = {n: _kept(p, past.updates.get(n), own, changed) for n, p in live.parameters.items()}
    named = {name: b for name, b in live.buffers.items() if b is not None}
    copied = copies([*named.values(), *live.attribute_tensors])
    buffers = dict(zip(named, copied, strict=False))
    state = replace(
        live,
        data=replace(live.data),
        parameters=kept,
        buffers={name: buffers.get(name) for name in live.buffers},
        attribute_tensors=tuple(copied[len(named) :]),
    )
    beside = [t for p in kept.values() for t in (p.value, p.grad, *p.state.values())]
    beside += [*state.buffers.values(), *state.attribute_tensors]
    return NearState(state, past, sum(map(_bytes, beside)))


def _kept(
    live: StoredParameter, update: UpdateEntry | None, own: bool, changed: bool
) -> StoredParameter:
    """A parameter as its last update left it; copied if that was not the last change of it.

    ``own``: a step of one's own may write into gradients, and change parameters as it likes;
    ``changed``: some are not as their last update left them.
    """
    if update is None or (changed and not same_bits(update.after, live.value)):
        grad = None if live.grad is None else live.grad.detach().clone()
        return StoredParameter(live.value.detach().clone(), grad, _cloned(live.state))
    grad = live.grad.detach().clone() if own and live.grad is not None else live.grad
    return StoredParameter(update.after, grad, update.state_after if live.state else {})


def _cloned(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {key: value.detach().clone() for key, value in state.items()}


def _light(forward: TapeSegment) -> TapeSegment:
    """A forward with its graph, but without what it computed: of that only the shapes.

    It is shown until the next forward begins; a backward has freed what its graph had saved.
    """
    light: dict[int, Entry] = {id(e): _without_tensors(e) for e in forward.entries}
    output = forward.output
    if output is not None:
        found = light.get(id(output)) or _without_tensors(output)
        output = found if isinstance(found, OpEntry) else None
    return replace(forward, entries=[*light.values()], output=output, returned={})


def _without_tensors(entry: Entry) -> Entry:
    if entry.dropped or not isinstance(entry, OpEntry):
        return entry
    several = entry.output
    output = tuple(map(_shape, several)) if isinstance(several, tuple) else _shape(several)
    return OpEntry(  # ``replace`` takes three times as long
        entry.name, entry.op, entry.module, (), {}, output, entry.node,
        entry.line, entry.edges, entry.given, entry.row, entry.wrote,
    )  # fmt: skip


def _shape(part: Any) -> Any:
    """A tensor of the same shape without memory; anything else as it is."""
    return _empty(part.shape, part.dtype) if isinstance(part, Tensor) else part


@lru_cache(maxsize=1024)
def _empty(shape: torch.Size, dtype: torch.dtype) -> Tensor:
    return torch.empty(shape, dtype=dtype, device="meta")


def _bytes(tensor: Tensor | None) -> int:
    return 0 if tensor is None else tensor.numel() * tensor.element_size()
