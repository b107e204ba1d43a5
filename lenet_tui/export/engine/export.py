"""Writes the session as a plain PyTorch script that repeats it up to the cursor."""

from __future__ import annotations

import inspect
import re
import sys
from dataclasses import replace
from functools import cache

from torch import Tensor

from lenet_tui.export.engine import own_export, script_runtime
from lenet_tui.export.engine.samples import pack
from lenet_tui.export.plan import Cut, Plan
from lenet_tui.export.script_text import script
from lenet_tui.export.source import Pulled, merged, pull
from lenet_tui.history.engine import keyframe
from lenet_tui.history.engine.navigator import Navigator
from lenet_tui.protocol.options import DRAWN, Options
from lenet_tui.protocol.options import OWN as OWN_DATA
from lenet_tui.protocol.request import Rejected
from lenet_tui.tape.engine import digests
from lenet_tui.tape.engine.dry_run import dry_run
from lenet_tui.tape.engine.tape import Cursor, Tape
from lenet_tui.training.engine import augment, dataset
from lenet_tui.training.engine.dataset import CLASSES
from lenet_tui.version import __version__

ALWAYS = ("main", "nn", "Tensor", "torch", "sys")
OWN = ("RECORDED", "THEN", "session")
_ACTED_ON = re.compile(
    "[^\t\n\f\r -~\u00a0-\U0010ffff]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
"""Control characters, and those that turn the direction of text about."""


def text(navigator: Navigator) -> str:
    """The script of the session up to the cursor; ``Rejected`` says why there is none."""
    begun = keyframe.unpack(navigator.history.blob(0)).options
    if begun.data in (OWN_DATA, DRAWN):
        return _of_file(navigator, begun)
    made, net = model_source(begun.model)
    plan = make_plan(navigator, begun, made)
    names = plan.draws.names
    needed = [*ALWAYS, *plan.helpers, *(["Samples"] if names else [])]
    helpers = pull(inspect.getsource(script_runtime), needed)
    if plan.mentions("augment("):
        helpers = merged(helpers, pull(inspect.getsource(augment), ["augment"]))
    if plan.mentions("F."):
        helpers.imports["F"] = "import torch.nn.functional as F"
    merged(net, helpers, Pulled({}, dict.fromkeys(OWN, "")))
    seed, size = begun.seed, begun.train_size
    samples = [pack(n, src, seed, plan.draws.taken[src], size) for src, n in names.items()]
    return script(
        plan,
        about=about(navigator),
        net=net,
        helpers=helpers,
        samples=samples,
        recorded=recorded(navigator.tape, navigator.cursor),
        then=script_runtime.place(plan.devices[-1]),
    )


def _of_file(navigator: Navigator, begun: Options) -> str:
    """The script of a session on a training file."""
    plan = own_export.own_plan(navigator, begun)
    _follow(plan, navigator)
    plan.end()
    helpers = own_export.helpers(plan, ALWAYS)
    expected = recorded(navigator.tape, navigator.cursor)
    if not navigator.trainer.says_loss or own_export.inside_step(navigator):
        expected["LOSS"] = "None"
    if plan.mentions("F."):
        helpers.imports["F"] = "import torch.nn.functional as F"
    return script(
        plan,
        about=about(navigator),
        net=Pulled({}, {}),
        helpers=helpers,
        samples=[],
        recorded=expected,
        then=script_runtime.place(plan.devices[-1]),
    )


def _follow(plan: Plan, navigator: Navigator) -> None:
    """Take the session's statements into a plan, from init to the cursor."""
    history, here, cursor = navigator.history, navigator.iteration, navigator.cursor
    for number in range(here):
        plan.iteration(number, history.plan(number))
    last = history.plan(here).cut(cursor.segment, cursor.done)
    cut = cut_at(navigator.tape, cursor)
    plan.iteration(here, last, cut, last=True)


def about(navigator: Navigator) -> tuple[str, ...]:
    """The script's first lines."""
    position = navigator.position
    inside = f", op {position.op}" if position.op is not None else ""
    where = f"iteration {position.iteration}, {position.phase}{inside}"
    return (
        "A training session as a plain PyTorch program.",
        "",
        f"Written by lenet-tui {__version__} at {where}.",
        "It repeats the session from its seed and prints the SHA-256 of every parameter and of",
        "every gradient, of all of them together (STATE), and the last loss: to the bit those of",
        "the session, with the same torch, processor and number of threads. With --verify it",
        "compares them with those recorded, and exits with status 1 if one differs.",
    )


def model_source(spec: str) -> tuple[str, Pulled]:
    """How the model is made, and the definitions that takes."""
    module, _, name = spec.partition(":")
    made = getattr(sys.modules[module], name)
    origin, path = getattr(made, "__module__", ""), getattr(made, "__qualname__", "")
    try:
        pulled = pull(inspect.getsource(sys.modules[origin]), [path])
    except (OSError, TypeError, KeyError, SyntaxError):
        pulled = Pulled({}, {})
    if path not in pulled.definitions:
        raise Rejected("export:no-source", model=spec)
    for source in pulled.definitions.values():
        if found := _ACTED_ON.search(source):
            raise Rejected("export:acted-on", model=spec, text=found[0])
    return f"{path}()", pulled


def make_plan(navigator: Navigator, begun: Options, net: str) -> Plan:
    """The session's statements, from init to the cursor."""
    trainer = navigator.trainer
    returned = trainer.returned
    if returned is not None and not isinstance(returned, Tensor):
        kind = type(returned).__name__
        raise Rejected("export:not-one-tensor", model=trainer.options.model, kind=kind)

    @cache
    def fits() -> bool:
        output = dry_run(trainer).output
        return output is not None and output.tensor.shape[1:] == (CLASSES,)

    def size_of(source: str) -> int:
        return dataset.count(replace(begun, data=source))

    plan = Plan(begun, net, size_of, fits)
    _follow(plan, navigator)
    return plan


def cut_at(tape: Tape, cursor: Cursor) -> Cut | None:
    """Where in a phase the cursor is; ``None`` between phases."""
    if cursor.done is None:
        return None
    passed = tape.segments[cursor.segment].entries[: cursor.done]
    reached = tuple(name for e in passed for name in tape.base.values if e.sets_gradient_of(name))
    return Cut(cursor.done, reached)


def recorded(tape: Tape, cursor: Cursor) -> dict[str, str]:
    """What the script must print: see ``script_runtime.digests``."""
    found: dict[str, str] = {}
    for state in digests.parameters(tape, cursor):
        found[state.name] = state.sha256
        found[f"{state.name}.grad"] = state.grad.sha256 if state.grad else "None"
    loss = tape.loss(cursor)
    return found | {
        "STATE": digests.state_sha256(tape, cursor),
        "LOSS": "None" if loss is None else repr(loss),
    }
