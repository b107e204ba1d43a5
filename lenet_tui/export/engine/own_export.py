"""Writes a session on a training file as a script that repeats it; the file lies beside it."""

from __future__ import annotations

import inspect

from lenet_tui.export.engine import own_runtime, script_runtime
from lenet_tui.export.own_plan import OwnPlan
from lenet_tui.export.source import Pulled, merged, pull
from lenet_tui.history.engine.navigator import Navigator
from lenet_tui.protocol.options import Options
from lenet_tui.training.engine import batch, outputs
from lenet_tui.training.engine.training_file import MODEL

REPLACED = ("copied", "returned_loss")
"""Functions of the runtime whose definition is the session's own."""


def own_plan(navigator: Navigator, begun: Options) -> OwnPlan:
    """An empty plan for the trainer's file."""
    trainer = navigator.trainer
    several: tuple[str, ...] = ()
    if not trainer.file.what and MODEL not in trainer.file.names:
        several = tuple(name for name, _ in trainer.file.modules())
    others = tuple(trainer.objects.modules) if trainer.objects else ()
    return OwnPlan(begun, others, several)


def helpers(plan: OwnPlan, always: tuple[str, ...]) -> Pulled:
    """What the statements call, from the runtimes and from the session's own code."""
    own = pull(inspect.getsource(own_runtime), [h for h in plan.helpers if h not in REPLACED])
    for name in REPLACED:
        own.definitions.pop(name, None)
    general = pull(inspect.getsource(script_runtime), [*always, *plan.helpers])
    batches = pull(inspect.getsource(batch), ["split", "copied"])
    wanted = ["returned_loss", *(["_main"] if plan.mentions("_main(") else [])]
    return merged(general, batches, pull(inspect.getsource(outputs), wanted), own)
