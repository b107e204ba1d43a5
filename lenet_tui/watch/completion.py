"""Completing a watchpoint while it is typed."""

from __future__ import annotations

from collections.abc import Iterable

from lenet_tui.protocol.condition import BARE, COMPARE, STATISTICS

FUNCTIONS = (*STATISTICS, "inactive", "ratio")
SIGNS = [sign for sign in COMPARE if sign != "=="]


def complete(text: str, names: Iterable[str], parameters: Iterable[str]) -> list[str]:
    """The lines that ``text`` may become by one more word; empty once a number is due.

    ``names``: of tensors that have values and gradients; ``parameters``: those of them that are
    updated. ``inactive`` takes a layer, ``ratio`` a parameter, the others any tensor, its
    ``.grad``, or a parameter's ``.update``.
    """
    text = text.lstrip()
    function, bracket, rest = text.partition("(")
    if not bracket:
        word = text.rstrip()
        if word in BARE and text != word:
            return [f"{word} {sign} " for sign in SIGNS]
        starts = [f"{b} " for b in BARE] + [f"{f}(" for f in FUNCTIONS]
        return [s for s in starts if s.startswith(text)]
    argument, closed, after = rest.partition(")")
    if closed:
        return [f"{function}({argument}) {sign} " for sign in SIGNS if not after.strip()]
    return [f"{function}({name})" for name in _tensors(function, names, parameters)
            if name.startswith(argument.strip())]  # fmt: skip


def _tensors(function: str, names: Iterable[str], parameters: Iterable[str]) -> list[str]:
    parameters = list(parameters)
    if function == "ratio":
        return parameters
    if function == "inactive":
        return [n for n in names if n not in parameters]
    every: list[str] = []
    for name in names:
        every += [name, f"{name}.grad"]
        if name in parameters:
            every.append(f"{name}.update")
    return every
