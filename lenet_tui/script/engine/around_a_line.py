"""What ``lenet_tui.here`` does: takes the step's parts from around a line, and asks if unclear."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping
from types import FrameType
from typing import Any

from torch import Tensor, nn

from lenet_tui.attach.opening import Kind, place
from lenet_tui.cli.options import LANGUAGE, complain
from lenet_tui.protocol.options import LANGUAGES
from lenet_tui.script.engine import candidates, door
from lenet_tui.script.engine.candidates import Candidate
from lenet_tui.script.instead import no_screen
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Notice, Problem, notice
from lenet_tui.training.engine.frame_locals import frame_locals
from lenet_tui.training.engine.live_objects import Given, Unusable

PARTS = ("model", "batch", "loss", "optimizer")
MOST = 9
"""Candidates that are offered."""
RETURNS_LOSS = Candidate("None", None)


class Unclear(Exception):
    """It is not clear what ``part`` is, among ``found``."""

    def __init__(self, part: str, found: list[Candidate]) -> None:
        super().__init__(part)
        self.part, self.found = part, found


def look(frame: FrameType) -> None:
    """Look at the step whose parts are among the variables of a frame."""
    at = door.line_of(frame)
    if door.prevented(at):
        return
    chosen: dict[str, Candidate] = {}
    try:
        taken = _taken(frame_locals(frame), frame.f_globals, chosen)
        values = {part: candidate.value for part, candidate in taken.items()}
        first = [values.pop(part) for part in PARTS]
        given = Given.of(*first, **values)
    except Unclear as unclear:
        whole = _whole(frame_locals(frame), frame.f_globals) if unclear.part != "batch" else None
        if whole is not None:
            _take(at, whole)
            return
        found = ", ".join(c.text for c in unclear.found[:MOST])
        names_said = clean(found, 300) or notice("script:none-found")
        line = ", ".join(chosen[p].text if p in chosen else f"<{p}>" for p in PARTS)
        complain(
            notice("script:unclear", at=at, part=unclear.part, names=names_said, line=clean(line))
        )
        return
    except _GoOn:
        return
    except Unusable as error:
        complain(notice("script:failed", at=at, error=error.notice))
        return
    door.look(at, given, took=_say(taken))


def _take(at: str, whole: dict[str, Candidate]) -> None:
    """Look at a function of the batch that is the whole step."""
    try:
        given = Given.of(*(candidate.value for candidate in whole.values()))
    except Unusable as error:
        complain(notice("script:failed", at=at, error=error.notice))
        return
    door.look(at, given, took=_say(whole))


def _say(taken: dict[str, Candidate]) -> Notice:
    """Say what is taken, also where a screen will not hide it; returns what has been said."""
    what = ", ".join(f"{part} = {_described(c)}" for part, c in taken.items())
    said = notice("script:took", what=clean(what, 400))
    complain(said)
    return said


def _whole(local: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Candidate] | None:
    """A function that is the whole step, and its batch; ``None``: not one of each."""
    steps = candidates.steps(candidates.visible(local, others))
    batches = candidates.batches(candidates.visible(local, {}))
    if len(steps) != 1 or len(batches) != 1:
        return None
    return {"step": steps[0], "batch": batches[0]}


def _taken(
    local: Mapping[str, Any], others: Mapping[str, Any], chosen: dict[str, Candidate]
) -> dict[str, Candidate]:
    """The parts of the step; ``chosen`` gets each as soon as it is known."""
    names = candidates.visible(local, others)
    optimizers = candidates.optimizers(names)
    models = candidates.models(names, [c.value for c in optimizers])
    model = chosen["model"] = _one("model", models)
    chosen["optimizer"] = _one("optimizer", _moving(optimizers, model.value))
    near = candidates.batches(candidates.visible(local, {}))
    batch = chosen["batch"] = _one("batch", near or candidates.batches(names))
    losses = candidates.losses(names, model.value)
    if not losses and not _has_target(batch.value):
        losses = [RETURNS_LOSS]
    elif not losses:
        losses = [*candidates.functional(batch.value), RETURNS_LOSS]
    chosen["loss"] = _one("loss", losses)
    more = {
        name: found[0]
        for name, found in (
            ("scheduler", _of(candidates.schedulers(names), chosen["optimizer"].value)),
            ("scaler", candidates.scalers(names)),
        )
        if len(found) == 1
    }
    return {**{part: chosen[part] for part in PARTS}, **more}


def _moving(optimizers: list[Candidate], model: nn.Module) -> list[Candidate]:
    """The optimizers that hold parameters of the model; all, where none does."""
    own = {id(p) for p in model.parameters()}
    moving = [
        c
        for c in optimizers
        if any(id(p) in own for group in c.value.param_groups for p in group["params"])
    ]
    return moving or optimizers


def _of(schedulers: list[Candidate], optimizer: object) -> list[Candidate]:
    return [c for c in schedulers if getattr(c.value, "optimizer", None) is optimizer]


def _has_target(batch: Any) -> bool:
    return isinstance(batch, (tuple, list)) and len(batch) == 2


def _one(part: str, found: list[Candidate]) -> Candidate:
    """The candidate that is clearly the one; else the one that the person names."""
    by_name = part != "batch" and len(found) > 1 and found[0].fits > found[1].fits
    if len(found) == 1 or by_name:
        return found[0]
    if not found or not _can_ask():
        raise Unclear(part, found)
    return _asked(part, found[:MOST])


class _GoOn(Exception):
    """The person wants no look."""


def _can_ask() -> bool:
    """Whether somebody sits at this process's terminal."""
    with contextlib.suppress(Problem):
        return no_screen() is None and place().kind is Kind.HERE
    return False


def _asked(part: str, found: list[Candidate]) -> Candidate:
    """Have one chosen by its number."""
    _write(notice("script:which", part=part), end="\n")
    for number, candidate in enumerate(found, 1):
        sys.stderr.write(f"  {number}  {clean(_described(candidate), 200)}\n")
    sys.stderr.write("  0  ")
    _write(notice("script:go-on"), end="\n")
    while True:
        _write(notice("script:number"))
        line = sys.stdin.readline()
        if not line or line.strip() == "0":
            raise _GoOn
        if line.strip().isdecimal() and int(line) <= len(found):
            return found[int(line) - 1]


def _write(what: Notice, end: str = "") -> None:
    sys.stderr.write(what.text(LANGUAGES.index(LANGUAGE.get())) + end)
    sys.stderr.flush()


def _described(candidate: Candidate) -> str:
    """As it is written there, and what it is: ``model (Net)``."""
    value = candidate.value
    if value is None:
        return notice("script:returned").text(LANGUAGES.index(LANGUAGE.get()))
    kind = type(value).__name__
    if isinstance(value, tuple):
        kind = ", ".join(map(_shape, value))
    elif isinstance(value, Tensor):
        kind = _shape(value)
    elif callable(value) and hasattr(value, "__name__"):
        kind = "function"
    return f"{candidate.text} ({kind})"


def _shape(value: Any) -> str:
    if not isinstance(value, Tensor):
        return type(value).__name__
    return f"{'×'.join(map(str, value.shape)) or '1'} {str(value.dtype)[6:]}"
