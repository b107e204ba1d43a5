"""The phases of a training iteration, one row each: a new one joins here, at its place in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase, with all that differs between phases outside the engine.

    ``statement``: its line in a training program, with ``{options}`` in it. ``lazy``: its ops run
    one at a time as they are stepped, so that an option may be set between two; the other phases
    run as a whole. ``option``: the option that turns the phase on (0: off); empty: the phase is in
    every iteration. ``about``: what the option is, for ``--help``.
    ``makes`` and ``needs``: ``output`` or ``loss``, of the same iteration.
    ``own``: the phase occurs only in a step of one's own. ``by_hand``: it is what a person sets by
    hand, between two others.
    ``vector``: the phase may start from a vector on the output. ``gradients``: it changes gradients
    of parameters. ``ops``: what its ops are called. ``alike``: the words on the phase explain each
    of its ops too.
    """

    name: str
    statement: str = ""
    lazy: bool = False
    option: str = ""
    about: str = ""
    makes: str = ""
    needs: tuple[str, ...] = ()
    vector: bool = False
    gradients: bool = False
    ops: str = "ops"
    alike: bool = False
    own: bool = False
    by_hand: bool = False


INIT = Phase("init", alike=True)
FORWARD = Phase("forward", "output = net(input)", makes="output")
LOSS = Phase("loss", "loss = criterion(output, target)", makes="loss", needs=("output",))
ZERO_GRAD = Phase("zero_grad", "net.zero_grad()", lazy=True, gradients=True, alike=True)
BACKWARD = Phase(
    "backward",
    "loss.backward()",
    needs=("output", "loss"),
    vector=True,
    gradients=True,
    ops="autograd nodes",
)
CLIP = Phase(
    "clip",
    "torch.nn.utils.clip_grad_norm_(net.parameters(), {clip!r})",
    option="clip",
    about="clip gradients to this total norm (0: off)",
    gradients=True,
    alike=True,
)
UPDATE = Phase("update", "optimizer.step()", lazy=True)
UNSCALE = Phase("unscale", "scaler.unscale_(optimizer)", gradients=True, own=True)
SCHEDULE = Phase("schedule", "scheduler.step()", alike=True, own=True)
OTHER = Phase("other", own=True)
STEP = Phase("step", "step(batch)", makes="loss", own=True)
EDIT = Phase("edit", alike=True, by_hand=True)

PHASES = {
    p.name: p
    for p in (
        *(INIT, FORWARD, LOSS, ZERO_GRAD, BACKWARD, UNSCALE, CLIP, UPDATE),
        *(SCHEDULE, OTHER, STEP, EDIT),
    )
}
"""Every phase by its name, in turn; ``step`` is a whole iteration in its owner's order, and on the
tape it has the other phases as its parts.
"""

_ORDER = {name: number for number, name in enumerate(PHASES)}

OPTIONAL = tuple(p for p in PHASES.values() if p.option)
"""The phases that an option turns on."""

IN_TURN = ("turn", "skip")
"""How a segment is run that counts as the phase next in turn."""


@cache
def turn(on: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The names of an iteration's phases in turn; ``on``: those of the optional ones among them."""
    if STEP.name in on:
        return (STEP.name,)
    phases = (p for p in PHASES.values() if p is not INIT and not (p.own or p.by_hand))
    return tuple(p.name for p in phases if not p.option or p.name in on)


class Ran(Protocol):
    """A phase as it was run: its name, and how."""

    @property
    def phase(self) -> str: ...

    @property
    def how(self) -> str: ...


def left(turn: tuple[str, ...], passed: Sequence[Ran]) -> tuple[str, ...]:
    """What is left of a turn after the phases ``passed`` (oldest first), some of them in turn."""
    last = next((ran.phase for ran in reversed(passed) if ran.how in IN_TURN), INIT.name)
    return _after(turn, last)


@cache
def _after(turn: tuple[str, ...], last: str) -> tuple[str, ...]:
    return tuple(name for name in turn if _ORDER[name] > _ORDER[last])


TURN = turn()
"""The phases of an iteration in which every optional one is off."""
