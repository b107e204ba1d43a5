"""The first NaN or infinity on the way to a loss that is not finite."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from lenet_tui.findings.engine.numbers import causes
from lenet_tui.findings.engine.numbers.elements import (
    Index,
    finite,
    first_bad,
    has_nan,
    operands,
)
from lenet_tui.findings.engine.numbers.producers import Producers
from lenet_tui.protocol.phases import LOSS
from lenet_tui.tape.engine.entries import OpEntry, same
from lenet_tui.tape.engine.tape import Tape


@dataclass(frozen=True, slots=True)
class Birth:
    """Where a number stopped being finite.

    ``kind``: ``input``, ``forward``, ``backward`` or ``state``; ``where``: the op, tensor or
    parameter. ``value``: the first that is not finite, at ``index``; ``bad`` of ``total`` numbers
    are not. ``factors``: what that element was made of. ``cause``: as ``causes`` and
    ``backward_birth`` name it. ``maker``: the op that made the infinities that ``op`` was given;
    ``then``: the op that made NaN of those of ``op``.
    """

    kind: str
    where: str
    cause: str
    value: float
    index: Index
    bad: int
    total: int
    dtype: str
    factors: tuple[float, ...] = ()
    op: OpEntry | None = None
    phase: str = ""
    names: Mapping[str, float | str] = field(default_factory=dict)
    maker: OpEntry | None = None
    then: OpEntry | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What an iteration was given: ``batch`` by the names of its tensors, and the values that the
    parameters and buffers had at its start, by name; ``names``: of live parameters by ``id``.
    """

    batch: Mapping[str, Tensor]
    before: Mapping[str, Tensor]
    names: Mapping[int, str]


def forward_birth(tape: Tape, given: Given, last: OpEntry | None = None) -> Birth | None:
    """The first number on the way to a loss that is not finite; ``None``: all losses are finite.

    Infinities that a loss does not see, such as those of a mask before a softmax, are none.
    ``last``: a loss that the step did not come to hand to a backward.
    """
    losses = [s.output for s in tape.segments if s.phase is LOSS]
    for loss in (*losses, last):
        if loss is not None and not finite(loss.tensor):
            return _traced(tape, loss, given)
    return None


def behind(tape: Tape, op: OpEntry, given: Given) -> Birth | None:
    """Where the operands of an op stopped being finite; ``None``: they are finite."""
    producers = Producers([op for segment in tape.segments for op in segment.ops])
    for operand in _bad_operands(op, producers, given):
        if operand.producer is None:
            return _from_outside(operand, given) or _foreign(operand, op, tape)
        made, found = _follow(operand.producer, producers, given)
        return found or _birth(made, given, tape, producers)
    return None


def _traced(tape: Tape, loss: OpEntry, given: Given) -> Birth:
    ops = [op for segment in tape.segments for op in segment.ops]
    start = next((op for op in ops if op is loss or op.made(loss.tensor)), loss)
    producers = Producers(ops)
    op, found = _follow(start, producers, given)
    if found is None:
        given_nan = (b for b in _bad_operands(op, producers, given) if b.producer is None)
        found = next(filter(None, (_foreign(b, op, tape) for b in given_nan)), None)
    return found or _birth(op, given, tape, producers)


def _follow(op: OpEntry, producers: Producers, given: Given) -> tuple[OpEntry, Birth | None]:
    """Go from an op to those that made its operands, as long as they are not finite."""
    seen: set[int] = set()
    while id(op) not in seen:
        seen.add(id(op))
        nan = any(t is not None and has_nan(t) for t in op.tensors())
        bad = list(_bad_operands(op, producers, given))
        pick = next((b for b in bad if has_nan(b.tensor)), None)
        if pick is None and bad:
            origin = next((b for b in bad if not _on_purpose(b, producers, given)), None)
            if origin is None:  # a mask, of which this op makes something that is no mask
                return op, None
            pick = origin
        if pick is None or (not nan and causes.wanted(op)):
            return op, None
        if pick.producer is None:
            return op, _from_outside(pick, given)
        op = pick.producer
    return op, None


@dataclass(frozen=True, slots=True)
class _Operand:
    tensor: Tensor
    producer: OpEntry | None


def _bad_operands(op: OpEntry, producers: Producers, given: Given) -> Iterator[_Operand]:
    for place, number, tensor in operands(op):
        name = given.names.get(id(tensor), "")
        value = given.before.get(name, tensor)
        if not finite(value):
            yield _Operand(value, None if name else producers.of(op, place, number, tensor))


def _on_purpose(operand: _Operand, producers: Producers, given: Given) -> bool:
    """Whether the infinities of an operand come from where they were asked for."""
    maker, operand = _maker(operand, producers, given)
    if maker is not None:
        return causes.wanted(maker)
    return operand.producer is None and not _name_of(operand.tensor, given.batch)


def _maker(
    operand: _Operand, producers: Producers, given: Given
) -> tuple[OpEntry | None, _Operand]:
    """The op that made the infinities of an operand, as far back as one did; and its operand."""
    seen: set[int] = set()
    while operand.producer is not None and id(operand.producer) not in seen:
        op = operand.producer
        seen.add(id(op))
        bad = list(_bad_operands(op, producers, given))
        if not bad or causes.wanted(op):
            return op, operand
        operand = bad[0]
    return None, operand


def _name_of(tensor: Tensor, named: Mapping[str, Tensor]) -> str:
    found = (n for n, t in named.items() if same(t, tensor) or _same_memory(t, tensor))
    return next(found, "") or next((n for n, t in named.items() if _copy(t, tensor)), "")


def _copy(a: Tensor, b: Tensor) -> bool:
    """Whether the numbers are the same: of a script's batch there is a copy."""
    if a.shape != b.shape or a.dtype != b.dtype or a.device != b.device:
        return False
    return torch.allclose(a, b, rtol=0, atol=0, equal_nan=True)


def _same_memory(a: Tensor, b: Tensor) -> bool:
    return a.data_ptr() == b.data_ptr() != 0 and a.dtype == b.dtype


def _from_outside(operand: _Operand, given: Given) -> Birth | None:
    """A number that no op made: of the batch, or of a parameter or buffer."""
    tensor = operand.tensor
    index, bad = first_bad(tensor)
    name = _name_of(tensor, given.batch)
    kind = "input" if name else "state"
    if not name:
        name = next((n for n, t in given.before.items() if t is tensor), "")
        name = name or _name_of(tensor, given.before)
    if not name:
        return None
    value = float(tensor.detach()[index])
    return Birth(kind, name, "given", value, index, bad, tensor.numel(), str(tensor.dtype)[6:])


def _foreign(operand: _Operand, op: OpEntry, tape: Tape) -> Birth | None:
    """A NaN that no op made, in a tensor that is known by no name: its first reader names it.

    Infinities of such a tensor may be meant, as those of a mask are.
    """
    tensor = operand.tensor
    if not has_nan(tensor):
        return None
    index, bad = first_bad(tensor)
    return Birth(
        "input", op.name, "foreign", float(tensor.detach()[index]), index, bad, tensor.numel(),
        str(tensor.dtype)[6:], op=op, phase=_phase(op, tape),
    )  # fmt: skip


def _phase(op: OpEntry, tape: Tape) -> str:
    return next((s.phase.name for s in tape.segments if any(e is op for e in s.entries)), "")


def _birth(op: OpEntry, given: Given, tape: Tape, producers: Producers) -> Birth:
    bad_operands = list(_bad_operands(op, producers, given))
    maker = _maker(bad_operands[0], producers, given)[0] if bad_operands else None
    if maker is not None and maker.op in causes.LOGS:
        then = _described(op, given, tape)
        if then.cause == "zero-times-inf":
            found = _described(maker, given, tape)
            if found.cause in ("log-of-zero", "mask-in-loss"):
                return replace(found, cause="log-then-zero", then=op)
    found = _described(op, given, tape)
    if bad_operands and found.cause in ("arithmetic", "overflow", "half-overflow"):
        found = replace(found, cause="inf-minus-inf" if math.isnan(found.value) else "inf-given")
    return replace(found, maker=maker)


def _described(op: OpEntry, given: Given, tape: Tape) -> Birth:
    tensor = next(t for t in op.tensors() if t is not None and not finite(t))
    index, bad = first_bad(tensor)
    value = float(tensor.detach()[index])
    with_values = _as_before(op, given)
    cause = causes.cause(with_values, index, value)
    if causes.wanted(op) and not math.isnan(value):
        cause = "mask-in-loss"
    phase = _phase(op, tape)
    return Birth(
        "forward", op.name, cause, value, index, bad, tensor.numel(), str(tensor.dtype)[6:],
        causes.factors(with_values, index), op, phase,
    )  # fmt: skip


def _as_before(op: OpEntry, given: Given) -> OpEntry:
    """The op with the values that its parameters had when it ran."""

    def value(argument: object) -> object:
        if isinstance(argument, Tensor) and id(argument) in given.names:
            return given.before.get(given.names[id(argument)], argument)
        return argument

    args = tuple(value(a) for a in op.args)
    kwargs = {name: value(a) for name, a in op.kwargs.items()}
    return OpEntry(op.name, op.op, op.module, args, kwargs, op.output, op.node, op.line)
