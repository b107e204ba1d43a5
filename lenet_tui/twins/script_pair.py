"""Steps two scripts together, each in a process of its own, and says where they part."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import BinaryIO

from lenet_tui.text.clean import clean
from lenet_tui.text.notice import notice
from lenet_tui.twins.crossing import Over, Seen, ToRun
from lenet_tui.twins.result import Ending, TwinIteration, Twins, TwinsResult
from lenet_tui.twins.side_process import SideProcess, shared_input
from lenet_tui.twins.summaries import Comparison

Names = tuple[str, str]
NAMED = 40
"""Characters of the words by which one file with two sets of words is told apart."""


def run_scripts(request: Twins, given: BinaryIO | None = None) -> TwinsResult:
    """What both gave. ``given``: a stream that both read as their standard input.

    What they print goes to standard error, each line after the script's name.
    """
    names = named(request.scripts)
    with ExitStack() as open_sides:
        sides: list[SideProcess] = []
        for words, name in zip(request.scripts, names, strict=True):
            asked = ToRun(words, request.module, request.seed, request.tape_mb)
            side = SideProcess(asked, partial(_say, name))
            open_sides.callback(side.close)
            sides.append(side)
        for side in sides:
            open_sides.callback(side.leave)
        shared_input(given, sides)
        a, b = sides
        return _stepped(names, a, b, request.iterations)


def named(scripts: Sequence[Sequence[str]]) -> Names:
    """What the scripts are called: by their files; where these are named alike, A and B."""
    a, b = (clean(Path(words[0]).name) for words in scripts)
    if a != b:
        return a, b
    a, b = (clean(" ".join((Path(w[0]).name, *w[1:])), NAMED) for w in scripts)
    return (a, b) if a != b else ("A", "B")


def _say(name: str, line: str) -> None:
    sys.stderr.write(f"{name}: {line}\n")


def _stepped(names: Names, a: SideProcess, b: SideProcess, count: int) -> TwinsResult:
    iterations: list[TwinIteration] = []
    for number in range(count):
        if number:
            a.go_on()
            b.go_on()
        one, other = a.next(), b.next()
        if not (isinstance(one, Seen) and isinstance(other, Seen)):
            return _over(names, iterations, one, other)
        iterations += _compared(one, other, a, b)
        if one.error is not None or other.error is not None:
            break
    return TwinsResult(names, tuple(iterations))


def _compared(one: Seen, other: Seen, a: SideProcess, b: SideProcess) -> Iterator[TwinIteration]:
    """The iteration of both; of the first one before it, what they start from."""
    compared = Comparison(one, other)
    compared.count(a.numbers, b.numbers)
    rows = tuple(compared.rows)
    if one.start or other.start:
        yield TwinIteration(0, rows[: compared.start])
    yield TwinIteration(
        max(one.number, other.number), rows[compared.start :], (one.loss, other.loss),
        (one.error, other.error), (one.traceback, other.traceback),
    )  # fmt: skip


def _over(
    names: Names, iterations: Sequence[TwinIteration], one: Seen | Over, other: Seen | Over
) -> TwinsResult:
    """At least one of them came to no further iteration."""
    a, b = _unless_seen(one), _unless_seen(other)
    failed = next(((n, e) for n, e in enumerate((a, b)) if e and e.error is not None), None)
    if failed is not None and not iterations:
        place, end = failed
        why = notice("twins:not-begun", name=names[place], why=end.error)
        return TwinsResult(names, error=why, traceback=end.traceback)
    made = tuple(iterations)
    if failed is not None:
        errors = a.error if a else None, b.error if b else None
        tracebacks = a.traceback if a else (), b.traceback if b else ()
        number = made[-1].number + 1
        losses = _loss(one), _loss(other)
        made += (TwinIteration(number, (), losses, errors, tracebacks),)
    return TwinsResult(names, made, endings=(_ending(a), _ending(b)))


def _unless_seen(told: Seen | Over) -> Over | None:
    return told if isinstance(told, Over) else None


def _loss(told: Seen | Over) -> float | None:
    return told.loss if isinstance(told, Seen) else None


def _ending(over: Over | None) -> Ending | None:
    if over is None or over.error is not None:
        return None
    return Ending(over.updates, over.status)
