"""Whether a script that goes on from a checkpoint has taken up all that its steps depend on.

Weights alone may be read to fine-tune them, whatever else the file holds. A script resumes where
its loop counts on from a number of the file, or where another part of it was taken up. Whether a
generator was set cannot be read off it: it is asked of the source.
"""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, MultiplicativeLR, ReduceLROnPlateau
from torch.optim.optimizer import register_optimizer_step_pre_hook

from lenet_tui.around.engine import found as around_found
from lenet_tui.findings.engine.held_files import HeldFile, HeldFiles, sample_of
from lenet_tui.findings.engine.numbers.resumed import steps_of
from lenet_tui.findings.finding import NOTE, WARNING, Finding
from lenet_tui.protocol.phases import UPDATE

SETS_GENERATOR = ("set_rng_state", "set_state", "setstate")
LEAST = 2
"""What a loop counts from where it begins anew is less."""
SCALE = 65536.0
"""What a new ``GradScaler`` begins with."""


OPTIMIZER, SCHEDULER, SCALER, GENERATOR = "optimizer", "scheduler", "scaler", "generator"
KINDS = (OPTIMIZER, SCHEDULER, SCALER, GENERATOR)
Part = tuple[str, str]
"""What kind of state it is, and its name in the script."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A loop's ``counter`` goes on at ``value`` from the ``number`` that the file calls ``key``."""

    counter: str
    value: int
    key: str


@dataclass(slots=True)
class _Anew:
    """A scheduler that begins anew. ``updates``: of its optimizer, after each of which it was
    called once as long as ``each`` is true.
    """

    scheduler: LRScheduler
    updates: int = 0
    each: bool = True

    def note(self, optimizer: Optimizer) -> None:
        """The optimizer is about to make its next update."""
        if vars(self.scheduler).get("optimizer") is optimizer:
            self.each = self.each and int(self.scheduler.last_epoch) == self.updates
            self.updates += 1


@dataclass(frozen=True, slots=True)
class _Lacks:
    """What the first update showed. ``anew``: schedulers that lack only if each update calls them:
    the step that a loop goes on at says nothing of those that are called once an epoch.
    """

    unused: list[Part]
    missing: list[Part]
    anew: list[_Anew]
    evidence: dict[str, Any]

    def findings(self) -> Iterator[Finding]:
        """One, or none, after as many updates as were seen."""
        late = [a.scheduler for a in self.anew if a.each and a.updates > 1]
        missing = [*self.missing, *((SCHEDULER, type(s).__name__) for s in late)]
        missing.sort(key=lambda part: KINDS.index(part[0]))
        if not self.unused and not missing:
            return
        grave = self.unused or any(kind in (OPTIMIZER, SCHEDULER) for kind, _ in missing)
        names = [[name for _, name in parts] for parts in (self.unused, missing)]
        evidence = {
            "reason": "unused" if self.unused else "missing", **self.evidence,
            "unused": names[0], "missing": names[1], "lacking": names[0] + names[1],
        }  # fmt: skip
        level, line = WARNING if grave else NOTE, str(evidence["read_at"])
        yield Finding("resume-lacks-state", UPDATE.name, "", line, evidence, level)


class Resuming:
    """Looks at the first updates of a script; ``found``: what its checkpoint lacks."""

    def __init__(self) -> None:
        self._lacks: _Lacks | None = None
        self._files = HeldFiles()
        self._handle: Any = None
        self._looked = False

    def __enter__(self) -> Resuming:
        self._files.__enter__()
        self._handle = register_optimizer_step_pre_hook(self._first)
        return self

    def __exit__(self, *error: object) -> None:
        self._files.__exit__(*error)
        self._handle.remove()

    def _first(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        if self._looked:
            for anew in self._lacks.anew if self._lacks is not None else ():
                anew.note(optimizer)
            return
        self._looked = True  # a hook that is removed while hooks are called breaks torch's loop
        if not self._files.all:
            return
        try:
            self._lacks = _lacking(self._files.all, optimizer)
        except Exception:  # noqa: BLE001 - the script's objects may do anything, and it goes on
            return
        for anew in self._lacks.anew if self._lacks is not None else ():
            anew.note(optimizer)

    @property
    def found(self) -> list[Finding]:
        """What the checkpoint lacks, as far as the updates so far say."""
        return [] if self._lacks is None else [*self._lacks.findings()]


def _lacking(files: list[HeldFile], optimizer: Optimizer) -> _Lacks | None:
    frames = around_found.own_frames()
    seen = around_found.look_for(frames, None, [optimizer])
    optimizers = {n: o for n, o in seen.optimizers.items() if _read_from(files, o)}
    if not optimizers:
        return None
    counted = _counts_on(files, frames)
    resumed = _Resumed(files, optimizers, counted, frames)
    unused, missing, anew = list(resumed.unused()), list(resumed.missing()), resumed.anew()
    if counted is None:  # another part of the file says that it is one
        missing, anew = [], []
        if not resumed.partly:
            unused = []
    file = next((f for f in files if f.numbers or f.moments), files[0])
    evidence: dict[str, Any] = {"file": file.name, "read_at": file.line}
    if counted is not None:
        evidence |= {"counter": counted.counter, "at": counted.value, "number": counted.key}
    return _Lacks(unused, missing, anew, evidence)


class _Resumed:
    """A script's objects beside what its files hold, before its first update."""

    def __init__(
        self,
        files: list[HeldFile],
        optimizers: dict[str, Optimizer],
        counted: Counted | None,
        frames: list[FrameType],
    ) -> None:
        self._files, self._optimizers, self._frames = files, optimizers, frames
        self._by_epoch = counted is not None and "epoch" in counted.key.lower()
        self._schedulers = list(_schedulers(optimizers.values()))
        self._scaler = _scaler()

    @property
    def partly(self) -> bool:
        """Whether an optimizer or scheduler is not at its start."""
        epochs = {n for f in self._files for n in f.epochs if n >= LEAST}
        moved = any(map(_moved, self._optimizers.values()))
        return moved or any(s.last_epoch in epochs for s in self._schedulers)

    def unused(self) -> Iterator[Part]:
        """The parts that a file holds and nothing has taken up."""
        sizes = [m.parameters for f in self._files for m in f.moments]
        for name, optimizer in self._optimizers.items():
            count = sum(len(g["params"]) for g in optimizer.param_groups)
            if count in sizes and not _moved(optimizer):
                yield OPTIMIZER, _titled(name, optimizer)
        epochs = [n for f in self._files for n in f.epochs if n > 0]
        for scheduler in self._schedulers if epochs else ():
            if scheduler.last_epoch == 0:
                yield SCHEDULER, type(scheduler).__name__
        scales = [s for f in self._files for s in f.scales]
        if self._scaler is not None and scales and self._scaler not in scales:
            yield SCALER, "GradScaler"
        if any(f.generators for f in self._files) and not self._sets_generators():
            yield GENERATOR, "RNG"

    def missing(self) -> Iterator[Part]:
        """The parts that no file holds, and that begin anew."""
        held = [m for f in self._files for m in f.moments]
        moved = any(map(_moved, self._optimizers.values()))
        for name, optimizer in self._optimizers.items():
            if not held and not moved and steps_of(optimizer) == 0:
                yield OPTIMIZER, _titled(name, optimizer)
        for scheduler in self._at_their_start() if self._by_epoch else ():
            yield SCHEDULER, type(scheduler).__name__
        if self._scaler == (SCALE, 0) and not any(f.scales for f in self._files):
            yield SCALER, "GradScaler"
        if not any(f.generators for f in self._files) and not self._sets_generators():
            yield GENERATOR, "RNG"

    def anew(self) -> list[_Anew]:
        """The schedulers that begin anew where a loop goes on that does not count epochs."""
        return [] if self._by_epoch else [*map(_Anew, self._at_their_start())]

    def _at_their_start(self) -> list[LRScheduler]:
        """The schedulers of which no file holds anything, and whose rate is not made by hand."""
        if any(f.epochs for f in self._files):
            return []
        by_hand = (LambdaLR, MultiplicativeLR, ReduceLROnPlateau)
        known = self._schedulers
        return [s for s in known if s.last_epoch == 0 and not isinstance(s, by_hand)]

    def _sets_generators(self) -> bool:
        files = {frame.f_code.co_filename for frame in self._frames}
        return any(word in _source(file) for file in files for word in SETS_GENERATOR)


def _moved(optimizer: Optimizer) -> bool:
    """Whether its state is one of steps that were made."""
    steps = steps_of(optimizer)
    return any(optimizer.state.values()) if steps is None else steps > 0


def _titled(name: str, optimizer: Optimizer) -> str:
    return f"{name} ({type(optimizer).__name__})"


def _read_from(files: list[HeldFile], optimizer: Optimizer) -> bool:
    """Whether at least half of an optimizer's parameters are as a file has them."""
    samples = {s for f in files for s in f.samples}
    parameters = [p for g in optimizer.param_groups for p in g["params"] if isinstance(p, Tensor)]
    own = [s for p in parameters for s in sample_of(p)]
    return bool(own) and 2 * sum(s in samples for s in own) >= len(own)


def _schedulers(optimizers: Iterable[Optimizer]) -> Iterator[LRScheduler]:
    """The schedulers of optimizers that are in no other one."""
    own = [o for o in gc.get_objects() if issubclass(type(o), LRScheduler)]
    inner = {id(part) for o in own for part in vars(o).get("_schedulers", ())}
    known = {id(o) for o in optimizers}
    for scheduler in own:
        if id(scheduler) not in inner and id(vars(scheduler).get("optimizer")) in known:
            yield scheduler


def _scaler() -> tuple[float, int] | None:
    """What the script's only scaler began with; ``None``: there is none, or several."""
    kind = torch.amp.GradScaler
    own = [o for o in gc.get_objects() if issubclass(type(o), kind) and o.is_enabled()]
    if len(own) != 1:
        return None
    begun = vars(own[0])
    try:
        return float(begun["_init_scale"]), int(begun["_init_growth_tracker"])
    except KeyError:  # another version of torch
        return None


# The loop that counts on


def _counts_on(files: list[HeldFile], frames: list[FrameType]) -> Counted | None:
    """A counter of a loop under way that goes on from a number of a file."""
    numbers = {key: n for f in files for key, n in f.numbers.items() if n > 0}
    for frame in frames:
        for name in _counters(frame.f_code.co_filename, frame.f_lineno):
            value = _value(frame, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < LEAST:
                continue
            for key, number in numbers.items():
                if value in (number, number + 1):
                    return Counted(name, value, key)
    return None


def _value(frame: FrameType, name: str) -> Any:
    """The value of a name or of an attribute, as ``self.epoch``, that is stored as such."""
    first, *rest = name.split(".")
    value = frame.f_locals.get(first, frame.f_globals.get(first))
    for part in rest:
        value = getattr(value, "__dict__", {}).get(part)
    return value


@lru_cache(maxsize=64)
def _counters(file: str, line: int) -> tuple[str, ...]:
    """The names that the loops around a line count with."""
    try:
        tree = ast.parse(_source(file))
    except (SyntaxError, ValueError):
        return ()
    found: dict[str, None] = {}
    for loop in ast.walk(tree):
        if not isinstance(loop, (ast.For, ast.While)):
            continue
        if not loop.lineno <= line <= (loop.end_lineno or loop.lineno):
            continue
        targets: list[ast.expr] = []
        if isinstance(loop, ast.For):
            targets += loop.target.elts if isinstance(loop.target, ast.Tuple) else [loop.target]
        else:
            targets += [n for n in ast.walk(loop.test) if isinstance(n, (ast.Name, ast.Attribute))]
        targets += [
            n.target
            for n in ast.walk(loop)
            if isinstance(n, ast.AugAssign)
            and isinstance(n.op, ast.Add)
            and isinstance(n.value, ast.Constant)
            and n.value.value == 1
        ]
        found |= dict.fromkeys(ast.unparse(t) for t in targets)
    return tuple(name for name in found if name.replace(".", "").isidentifier())


@lru_cache(maxsize=64)
def _source(file: str) -> str:
    try:
        return Path(file).read_text("utf-8")
    except (OSError, ValueError):
        return ""
