"""Writes a session on a training file as a script that repeats it; the file lies beside it."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from itertools import takewhile
from typing import Any

from lenet_tui.export.engine import own_runtime, script_runtime
from lenet_tui.export.own_plan import Moment, OwnFile, OwnPlan
from lenet_tui.export.source import Pulled, merged, pull
from lenet_tui.history.engine.navigator import Navigator
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.phases import BACKWARD, CLIP, FORWARD, UNSCALE, UPDATE, ZERO_GRAD
from lenet_tui.protocol.request import Rejected
from lenet_tui.tape.engine.entries import Entry, UpdateEntry
from lenet_tui.tape.engine.step_phases import BY_HAND
from lenet_tui.training.engine import bare_tensors, batch, observed_calls, outputs
from lenet_tui.training.engine.trainer import Trainer
from lenet_tui.training.engine.training_file import MODEL

REPLACED = ("copied", "returned_loss", "observed_by")
"""Functions of the runtime whose definition is the session's own."""
CHANGING = (ZERO_GRAD, BACKWARD, UNSCALE, CLIP, UPDATE)
"""The phases that change parameters or gradients."""


def own_plan(navigator: Navigator, begun: Options) -> OwnPlan:
    """An empty plan for the trainer's file."""
    trainer = navigator.trainer
    several: tuple[str, ...] = ()
    if not trainer.file.what and MODEL not in trainer.file.names:
        several = tuple(name for name, _ in trainer.file.modules())
    others = tuple(trainer.objects.modules) if trainer.objects else ()
    drawn = trainer.own_data.statements if trainer.own_data else ()
    moment = moment_of(navigator) if inside_step(navigator) else None
    bare = isinstance(trainer.model, bare_tensors.BareTensors)
    return OwnPlan(begun, OwnFile(others, several, drawn, optimizers(trainer), moment, bare))


def optimizers(trainer: Trainer) -> tuple[str, ...] | None:
    """How a script reaches the optimizers of a step; ``None`` where it cannot."""
    found = trainer.objects.optimizers.items() if trainer.objects else ()
    reached = [_reached(trainer.file.names, *name.split("."), of=value) for name, value in found]
    return tuple(reached) if all(reached) else None


def _reached(names: Mapping[str, Any], first: str, *parts: str, of: object) -> str:
    """An expression of a value that a file's names lead to; empty: they do not."""
    here, text = names.get(first), f'file["{first}"]'
    for part in parts:
        if isinstance(here, Mapping):
            here, text = here.get(part), f'{text}["{part}"]'
        elif isinstance(here, (list, tuple)):
            here, text = here[int(part)], f"{text}[{part}]"
        else:
            here, text = getattr(here, part, None), f"{text}.{part}"
    return text if here is of else ""


def inside_step(navigator: Navigator) -> bool:
    """Whether the cursor is inside a step of one's own."""
    return navigator.own_step and bool(navigator.iteration) and not navigator.finished


def moment_of(navigator: Navigator) -> Moment:
    """After which of the calls that a script can watch the cursor is.

    ``Rejected`` where something was changed by hand just before, or within a call more than once:
    such a change may be noticed as late as the next forward.
    """
    counts: dict[str, int] = {}
    kind, reached, cursor = "", None, navigator.cursor
    for segment, entries in navigator.tape.passed(cursor):
        if segment.by_hand:
            kind = BY_HAND
        elif segment.phase in CHANGING and entries:
            kind, reached = segment.phase.name, None
            counts[kind] = counts.get(kind, 0) + 1
            if len(entries) < segment.total:
                sets = [_changed(e, navigator.trainer.parameters) for e in segment.entries]
                changed = [name for name in sets if name]
                if len(set(changed)) < len(changed):
                    kind = BY_HAND
                reached = tuple(name for name in sets[: len(entries)] if name)
    segments = navigator.tape.segments
    before, following = segments[: cursor.segment + 1], segments[cursor.segment + 1 :]
    soon = takewhile(lambda segment: segment.phase is not FORWARD, following)
    late = [s for s in before if s.by_hand and s.phase is UPDATE]
    if kind == BY_HAND or late or any(segment.by_hand for segment in soon):
        raise Rejected("export:inside-step")
    return Moment(kind, counts.get(kind, 0), reached)


def _changed(entry: Entry, parameters: Iterable[str]) -> str:
    """The parameter whose value or gradient an entry changed; empty: none."""
    if isinstance(entry, UpdateEntry):
        return entry.name
    return next((name for name in parameters if entry.sets_gradient_of(name)), "")


def helpers(plan: OwnPlan, always: tuple[str, ...]) -> Pulled:
    """What the statements call, from the runtimes and from the session's own code."""
    own = pull(inspect.getsource(own_runtime), [h for h in plan.helpers if h not in REPLACED])
    for name in REPLACED:
        own.definitions.pop(name, None)
    general = pull(inspect.getsource(script_runtime), [*always, *plan.helpers])
    bare = pull(inspect.getsource(bare_tensors), plan.helpers & {"bare_tensors"})
    batches = pull(inspect.getsource(batch), ["split", "copied"])
    watched = pull(inspect.getsource(observed_calls), plan.helpers & {"install", "observed_by"})
    wanted = ["returned_loss", *(["_main"] if plan.mentions("_main(") else [])]
    return merged(general, batches, pull(inspect.getsource(outputs), wanted), watched, bare, own)
