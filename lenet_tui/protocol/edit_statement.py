"""What is set by hand, as the statement of a program."""

from __future__ import annotations

import math

from lenet_tui.protocol.moves import Draw, Edit, Move

PICTURE = "picture"
"""What a drawing is called where its pixels are not written out."""


def statement(move: Move) -> str:
    """``net.conv1.weight.data[0, 0, 1, 2] = 0.5``; of a drawing: without its pixels."""
    if isinstance(move, Draw):
        place = f"input[{move.sample}, 0]"
        if move.target is None:
            return f"{place} = {PICTURE}"
        return f"{place}, target[{move.sample}] = {PICTURE}, {move.target}"
    if not isinstance(move, Edit):
        return ""
    index = ", ".join(map(str, move.index)) or "()"
    tensor = "input" if move.next else f"{parameter(move.name)}.data"
    return f"{tensor}[{index}] = {literal(move.value)}"


def parameter(name: str) -> str:
    """The parameter as an expression, ``net.conv1.weight``."""
    if all(part.isidentifier() for part in name.split(".")):
        return f"net.{name}"
    return f"net.get_parameter({name!r})"


def literal(value: float) -> str:
    """The number as it is written in Python."""
    return repr(value) if math.isfinite(value) else f'float("{value!r}")'
