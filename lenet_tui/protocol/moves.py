"""Moves: what the user can ask a session to do, as plain text and as data."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from lenet_tui.protocol import picture
from lenet_tui.protocol.condition import Watch, WatchError, parse_watch
from lenet_tui.protocol.options import SETTABLE, OptionError, parse_value
from lenet_tui.protocol.phases import OPTIONAL, PHASES, turn
from lenet_tui.protocol.position import SEARCHING
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem
from lenet_tui.text.numbers import index_text

UNITS = ("op", "phase", "iteration")
EVERY = turn(tuple(p.name for p in OPTIONAL))
"""Every phase but init, in turn; whether an optional one is on is checked when it is to run."""
CONTINUE_LIMIT = 10_000
"""Iterations that ``continue`` runs at most, if no limit is given."""
NEXT, KEPT = "next", "-"
"""Of an edit: the next iteration's input. Of a drawing: the batch's own target stays."""
_EDIT = re.compile(
    r"(?P<next>next\s+)?(?P<name>[^\s\[\]]+)\s*(?:\[(?P<index>[\d,\s]*)\])?\s+(?P<value>\S+)"
)


class MoveError(Problem, ValueError):
    """A text that is no move; the message is one line and names what would work."""


@dataclass(frozen=True, slots=True)
class Vector:
    """What a backward starts from on the output: ``random``, ``onehot`` or typed ``values``."""

    kind: str
    onehot: int = 0
    values: tuple[float, ...] = ()

    def __str__(self) -> str:
        if self.kind == "onehot":
            return f"onehot {self.onehot}"
        return "random" if self.kind == "random" else ",".join(repr(v) for v in self.values)


class Move:
    """What a person asks a session to do. Its text is ``verb`` and then its fields."""

    __slots__ = ()
    verb: ClassVar[str] = ""

    def __str__(self) -> str:
        given = (getattr(self, field.name) for field in fields(self))  # type: ignore[arg-type]
        return " ".join([self.verb, *(str(value) for value in given if value is not None)])

    @property
    def brief(self) -> str:
        """The text for a line on the screen: of a picture without its pixels."""
        return str(self)


@dataclass(frozen=True, slots=True)
class Forward(Move):
    """``phase``, ``op`` or ``finish``: forward by one ``unit``."""

    unit: str

    def __str__(self) -> str:
        return "finish" if self.unit == "iteration" else self.unit


@dataclass(frozen=True, slots=True)
class ToOp(Move):
    """To just after the op called ``name``, of this iteration or of the next one.

    Ops of the forward are meant unless the name begins with another phase, as ``loss.mul`` does.
    """

    verb = "goto op"
    name: str


@dataclass(frozen=True, slots=True)
class ToFailure(Move):
    """To just after the last op before an exception, in the phase under way or the next one."""

    verb = "goto failure"


@dataclass(frozen=True, slots=True)
class Run(Move):
    verb = "run"
    count: int


@dataclass(frozen=True, slots=True)
class Back(Move):
    verb = "back"
    unit: str


@dataclass(frozen=True, slots=True)
class Goto(Move):
    verb = "goto"
    iteration: int


@dataclass(frozen=True, slots=True)
class Skip(Move):
    verb = "skip"
    phase: str


@dataclass(frozen=True, slots=True)
class Do(Move):
    verb = "do"
    phase: str
    vector: Vector | None = None


@dataclass(frozen=True, slots=True)
class Set(Move):
    verb = "set"
    option: str
    value: Any


@dataclass(frozen=True, slots=True)
class Edit(Move):
    """Set one number of a parameter or of the ``input``: its ``value``, which may be NaN.

    ``next``: of the input that the next iteration will take. Without it the input is that of the
    iteration under way, which is run again with it up to the cursor.
    """

    verb = "edit"
    name: str
    index: tuple[int, ...]
    value: float
    next: bool = False

    def __str__(self) -> str:
        which = f"{NEXT} " if self.next else ""
        return f"edit {which}{self.name}{index_text(self.index)} {self.value!r}"


@dataclass(frozen=True, slots=True)
class Draw(Move):
    """A picture drawn by hand is sample number ``sample`` of the next iteration's input.

    ``target``: its class; ``None``: the batch's own target stays. ``pixels``: a packed picture.
    """

    verb = "draw"
    target: int | None
    pixels: str
    sample: int = 0

    def __str__(self) -> str:
        return " ".join(
            ["draw", self._class, self.pixels, *([str(self.sample)] * bool(self.sample))]
        )

    @property
    def brief(self) -> str:
        return f"draw {self._class} …"

    @property
    def _class(self) -> str:
        return KEPT if self.target is None else str(self.target)


@dataclass(frozen=True, slots=True)
class AddWatch(Move):
    verb = "watch"
    watch: Watch


@dataclass(frozen=True, slots=True)
class Unwatch(Move):
    verb = "unwatch"
    number: int


@dataclass(frozen=True, slots=True)
class Continue(Move):
    limit: int = CONTINUE_LIMIT

    def __str__(self) -> str:
        return "continue" if self.limit == CONTINUE_LIMIT else f"continue {self.limit}"


@dataclass(frozen=True, slots=True)
class ReverseContinue(Move):
    verb = SEARCHING


@dataclass(frozen=True, slots=True)
class KillEngine(Move):
    verb = "kill-engine"


def parse_move(line: str) -> Move:
    """The move that one line of text means (leading and trailing blanks aside).

    Raises ``MoveError`` with what was wrong and what would work.
    """
    verb, _, rest = line.strip().partition(" ")
    rest = rest.strip()
    parse = _PARSERS.get(verb)
    if parse is None:
        raise MoveError("protocol:no-move", verb=verb, allowed=", ".join(_PARSERS))
    try:
        return parse(verb, rest)
    except (OptionError, WatchError) as error:
        raise MoveError(error.notice) from None


def parse_vector(text: str) -> Vector:
    """``random``, ``onehot K`` or ``V1,V2,…`` as a ``Vector``; else ``MoveError``."""
    words = text.split()
    if words == ["random"]:
        return Vector("random")
    if len(words) == 2 and words[0] == "onehot":
        return Vector("onehot", onehot=_whole("onehot", words[1], 0))
    try:
        values = tuple(float(v) for v in text.split(","))
    except ValueError:
        raise MoveError("protocol:no-vector", text=text) from None
    if not all(math.isfinite(v) for v in values):
        raise MoveError("protocol:vector-not-finite", text=text)
    return Vector("values", values=values)


def _bare(make: Callable[[], Move]) -> Callable[[str, str], Move]:
    def parse(verb: str, rest: str) -> Move:
        if rest:
            raise MoveError("protocol:nothing-after", verb=verb, rest=rest)
        return make()

    return parse


def _whole(verb: str, text: str, low: int) -> int:
    try:
        value = int(text)
    except ValueError:
        value = low - 1
    if not low <= value <= 10**12:
        raise MoveError("protocol:whole-from", verb=verb, low=low, text=text)
    return value


def _choice(verb: str, text: str, allowed: tuple[str, ...]) -> str:
    if text not in allowed:
        raise MoveError("protocol:takes-one-of", verb=verb, allowed=", ".join(allowed), text=text)
    return text


def _goto(verb: str, rest: str) -> Move:
    kind, _, name = rest.partition(" ")
    if rest == "failure":
        return ToFailure()
    return ToOp(name.strip()) if kind == "op" and name.strip() else Goto(_whole(verb, rest, 0))


def _do(verb: str, rest: str) -> Move:
    phase, _, vector = rest.partition(" ")
    _choice(verb, phase, EVERY)
    if not vector.strip():
        return Do(phase)
    if not PHASES[phase].vector:
        raise MoveError("protocol:only-backward", phase=phase)
    return Do(phase, parse_vector(vector.strip()))


def _edit(verb: str, rest: str) -> Move:
    found = _EDIT.fullmatch(rest)
    if found is None:
        raise MoveError("protocol:no-edit", text=clean(rest, 60))
    try:
        value = float(found["value"].replace("−", "-"))
        index = tuple(int(n) for n in (found["index"] or "").split(",") if n.strip())
    except ValueError:
        raise MoveError("protocol:no-edit", text=clean(rest, 60)) from None
    return Edit(found["name"], index, value, bool(found["next"]))


def _draw(verb: str, rest: str) -> Move:
    words = rest.split()
    if len(words) not in (2, 3):
        raise MoveError("protocol:no-drawing", text=clean(rest, 60))
    try:
        picture.unpacked(words[1])
    except Problem as error:
        raise MoveError(error.notice) from None
    target = None if words[0] == KEPT else _whole(verb, words[0], 0)
    return Draw(target, words[1], _whole(verb, words[2], 0) if words[2:] else 0)


def _set(verb: str, rest: str) -> Move:
    option, _, value = rest.partition(" ")
    _choice(verb, option, SETTABLE)
    if not value.strip():
        raise MoveError("protocol:set-needs-value", option=option)
    return Set(option, parse_value(option, value.strip()))


_PARSERS: dict[str, Callable[[str, str], Move]] = {
    "phase": _bare(lambda: Forward("phase")),
    "op": _bare(lambda: Forward("op")),
    "finish": _bare(lambda: Forward("iteration")),
    "run": lambda verb, rest: Run(_whole(verb, rest, 0)),
    "back": lambda verb, rest: Back(_choice(verb, rest, UNITS)),
    "goto": _goto,
    "skip": lambda verb, rest: Skip(_choice(verb, rest, EVERY)),
    "do": _do,
    "set": _set,
    "edit": _edit,
    "draw": _draw,
    "watch": lambda verb, rest: AddWatch(parse_watch(rest)),
    "unwatch": lambda verb, rest: Unwatch(_whole(verb, rest, 1)),
    "continue": lambda verb, rest: Continue(_whole(verb, rest, 1)) if rest else Continue(),
    SEARCHING: _bare(ReverseContinue),
    "kill-engine": _bare(KillEngine),
}
