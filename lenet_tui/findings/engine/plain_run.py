"""An iteration that is only run and watched, where the recorded ones before it decide the rest."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, overrides

from lenet_tui.findings.engine import losses
from lenet_tui.findings.engine.anomaly import no_anomaly
from lenet_tui.findings.engine.calls import Call
from lenet_tui.findings.engine.detectors.loss import LabelDetector
from lenet_tui.findings.engine.index_range import INDEXING
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.numbers.elements import finite
from lenet_tui.findings.engine.numbers.many import all_finite
from lenet_tui.findings.engine.recording import eager
from lenet_tui.history.engine.keyframe import TrainerState
from lenet_tui.protocol.session_api import DeviceLost
from lenet_tui.tape.engine.torch_functions import KNOWN, known
from lenet_tui.training.engine import global_hooks
from lenet_tui.training.engine.function_modes import OwnMode
from lenet_tui.training.engine.rejecting import rejecting
from lenet_tui.training.engine.trainer import Trainer

Op = tuple[str, torch.Size]
"""An op that gradients go through: its name, and the shape that it made."""
WITH_LABELS = frozenset((*losses.CLASSES, *losses.BINARY, *INDEXING))
"""Ops whose labels or indices are looked at before they run."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """What an iteration did, whatever its numbers were.

    ``modes``: whether each module was in train mode as it began; ``trains``: whether each parameter
    required a gradient at its end.
    """

    ops: Sequence[Op]
    modes: Sequence[bool]
    trains: Mapping[str, bool]


def modes(trainer: Trainer) -> list[bool]:
    """Whether each module is in train mode."""
    return [module.training for _, module in trainer.modules()]


def pattern(iteration: Iteration, begun: Sequence[bool]) -> Pattern:
    """Of a recorded iteration; ``begun``: the modes in which it began."""
    made = [(c.name, c.made[0]) for c in iteration.calls if c.graph and c.made]
    return Pattern([(n, t.shape) for n, t in made if t.requires_grad], begun, iteration.trains)


def run_plain(trainer: Trainer, number: int) -> None:
    """Run the iteration ``number`` as it is; raises what ``rejecting`` makes of its error."""
    trainer.begin(number)
    with ExitStack() as stack:
        stack.enter_context(eager())
        stack.enter_context(no_anomaly())
        stack.enter_context(rejecting(trainer))
        trainer.plain_iteration()
        if not trainer.options.step:
            trainer.note_loss()


def runs_alike(trainer: Trainer, number: int, like: Pattern, start: TrainerState) -> bool:
    """Run the iteration ``number`` as it is; whether a recorded one would say no more of it.

    So it is where it did the same as ``like``, in the same modes, with labels in their range, and
    nothing was raised or is not finite now that was so at the ``start`` of the check.
    """
    begun, labels = modes(trainer), LabelDetector()
    watch = _Watch(labels.before)
    try:
        with watch:
            run_plain(trainer, number)
    except DeviceLost:
        raise
    except Exception:  # noqa: BLE001 - it is run again, recorded, and says it itself
        return False
    trains = {name: p.requires_grad for name, p in trainer.parameters.items()}
    same = Pattern(watch.ops, begun, trains) == like and not labels.found
    return same and _stays_finite(trainer, start)


def _stays_finite(trainer: Trainer, start: TrainerState) -> bool:
    """Whether the loss is finite, and so are gradients, parameters and buffers that were."""
    if not math.isfinite(trainer.last_loss or 0.0):
        return False
    live = trainer.parameters.values()
    if not all_finite((*live, *(p.grad for p in live))):
        return False
    buffers = trainer.buffers
    if all_finite(buffers.values()):
        return True
    return all(finite(t) or not finite(start.buffers.get(n)) for n, t in buffers.items())


class _Watch(OwnMode):
    """Notes each op that gradients go through; ``before`` is given the calls with labels.

    An optimizer's own are none of them.
    """

    def __init__(self, before: Callable[[Call], None]) -> None:
        super().__init__()
        self.ops: list[Op] = []
        self._before = before
        self._updating = self._popped = False

    def __enter__(self) -> _Watch:
        self._hooks = [
            global_hooks.before_updates(lambda *_: self._updates(True)),
            global_hooks.after_updates(lambda *_: self._updates(False)),
        ]
        super().__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._updates(False)
        super().__exit__(*error)
        for hook in self._hooks:
            hook.remove()

    def _updates(self, updating: bool) -> None:
        """Look away where nobody else looks on, which costs least; else hand each call on."""
        self._updating = updating
        if self._popped:
            overrides._push_mode(self)  # type: ignore[no-untyped-call]
        modes = overrides._get_current_function_mode_stack()  # type: ignore[no-untyped-call]
        self._popped = updating and modes[-1] is self
        if self._popped:
            overrides._pop_mode()  # type: ignore[no-untyped-call]

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if self._updating:
            return func(*args, **kwargs)
        function = KNOWN.get(func) or known(func)
        if function.silent:
            return func(*args, **kwargs)
        graph = torch.is_grad_enabled()
        if function.op in WITH_LABELS:
            self._before(Call(function.op, args, kwargs, "", graph, []))
        result = func(*args, **kwargs)
        if graph:
            first = result if isinstance(result, Tensor) else _first(result)
            if first is not None and first.requires_grad:
                self.ops.append((function.op, first.shape))
        return result


def _first(result: Any) -> Tensor | None:
    several = result if isinstance(result, (tuple, list)) else ()
    return next((t for t in several if isinstance(t, Tensor)), None)
