"""Digests and statistics of what a move passed, for the transcript."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor

from lenet_tui.protocol.transcript import GradientState, OpState, ParameterState
from lenet_tui.tape.engine.digest import dense, digest, state_digest
from lenet_tui.tape.engine.entries import Entry
from lenet_tui.tape.engine.tape import Cursor, Tape


def parameters(tape: Tape, cursor: Cursor) -> tuple[ParameterState, ...]:
    """Every parameter and its gradient at the cursor."""
    states = []
    for name, value, grad in tape.state(cursor):
        found = None if grad is None else GradientState(digest(grad), norm(grad))
        states.append(ParameterState(name, tuple(value.shape), digest(value), found))
    return tuple(states)


def norm(tensor: Tensor) -> float:
    """The Euclidean norm, in float64."""
    dtype = torch.complex128 if tensor.is_complex() else torch.float64
    return float(torch.linalg.vector_norm(dense(tensor), dtype=dtype))


def state_sha256(tape: Tape, cursor: Cursor) -> str:
    """The SHA-256 digest of all parameters and gradients at the cursor, as a script prints it."""
    return state_digest(tape.state(cursor))


def ops(tape: Tape, segment: int) -> tuple[OpState, ...]:
    """The entries of one segment."""
    before = sum(len(s.entries) for s in tape.segments[:segment])
    phase = tape.segments[segment].segment.phase
    return tuple(
        _op(entry, tape, phase, before + number)
        for number, entry in enumerate(tape.segments[segment].entries, 1)
    )


def _op(entry: Entry, tape: Tape, phase: str, index: int) -> OpState:
    state = OpState(
        tape.iteration, phase, index, entry.name, entry.op, entry.module, numbers=entry.numbers
    )
    if entry.gradients is not None:
        grad = entry.gradient_of(entry.name)
        return replace(
            state,
            gradients=tuple(None if g is None else _brief(g) for g in entry.gradients),
            grad=None if grad is None else _brief(grad),
        )
    tensor = entry.tensor
    if tensor is None:
        parameter = tape.base.values.get(entry.name)
        if parameter is None:
            return state
        return replace(state, shape=tuple(parameter.shape), dtype=str(parameter.dtype)[6:])
    low, high, mean, std = _statistics(tensor)
    return replace(
        state,
        shape=tuple(tensor.shape),
        dtype=str(tensor.dtype)[6:],
        sha256=digest(tensor),
        low=low,
        high=high,
        mean=mean,
        std=std,
    )


def _brief(tensor: Tensor) -> tuple[tuple[int, ...], str]:
    return tuple(tensor.shape), digest(tensor)


def _statistics(tensor: Tensor) -> tuple[float, float, float, float]:
    """Minimum, maximum, mean and ``Tensor.std()`` (of one element: NaN), taken in float64.

    Those of complex numbers are of their absolute values.
    """
    real = tensor.detach().abs() if tensor.is_complex() else dense(tensor)
    flat = real.to(torch.float64).reshape(-1)
    if not flat.numel():
        return math.nan, math.nan, math.nan, math.nan
    std = float(flat.std()) if flat.numel() > 1 else math.nan
    return float(flat.min()), float(flat.max()), float(flat.mean()), std
