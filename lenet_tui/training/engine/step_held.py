"""What a function holds beside its globals."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from types import CellType
from typing import Any


def cells_of(step: Callable[..., Any] | None) -> dict[str, CellType]:
    """The cells of a function's closure, by the names that it calls them."""
    while isinstance(step, functools.partial):
        step = step.func
    step = getattr(step, "__func__", step)
    names = getattr(getattr(step, "__code__", None), "co_freevars", ())
    return dict(zip(names, getattr(step, "__closure__", None) or (), strict=False))


def held_by(step: Callable[..., Any] | None) -> Mapping[str, Any]:
    """What a function holds beside its globals: its closure, ``self``, arguments given before."""
    held: dict[str, Any] = {}
    while isinstance(step, functools.partial):
        held |= {f"argument.{n}": v for n, v in enumerate(step.args)} | dict(step.keywords)
        step = step.func
    if step is None:
        return held
    if getattr(step, "__self__", None) is not None:
        held["self"] = step.__self__  # type: ignore[attr-defined]
        step = getattr(step, "__func__", step)
    for name, cell in cells_of(step).items():
        try:
            held[name] = cell.cell_contents
        except ValueError:  # not filled yet
            continue
    return held
