"""The words of the explain pane on a phase or an op, with the numbers of the moment in them."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

from lenet_tui.explain.words.functions import EXPLAIN_FUNCTIONS
from lenet_tui.explain.words.joins import EXPLAIN_JOINS
from lenet_tui.explain.words.layers import EXPLAIN_LAYERS
from lenet_tui.explain.words.losses import EXPLAIN_LOSSES
from lenet_tui.explain.words.norms import EXPLAIN_NORMS
from lenet_tui.explain.words.phases import EXPLAIN_PHASES
from lenet_tui.explain.words.pointwise import EXPLAIN_POINTWISE
from lenet_tui.explain.words.products import EXPLAIN_PRODUCTS
from lenet_tui.explain.words.updates import EXPLAIN_UPDATES
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.phases import BACKWARD, INIT, LOSS, PHASES, UPDATE
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Table
from lenet_tui.text.numbers import shape_text, thousands
from lenet_tui.text.words import Words

EXPLAIN: Table = {
    **EXPLAIN_PHASES,
    **EXPLAIN_LAYERS,
    **EXPLAIN_PRODUCTS,
    **EXPLAIN_JOINS,
    **EXPLAIN_NORMS,
    **EXPLAIN_FUNCTIONS,
    **EXPLAIN_POINTWISE,
    **EXPLAIN_LOSSES,
    **EXPLAIN_UPDATES,
}

LOSS_OPS = {"cross_entropy": "cross_entropy", "mse": "mse_loss"}
"""The op of each loss option: a loss phase is explained by it."""


def explain_words(words: Words, phase: str, op: str | None, values: Mapping[str, str]) -> list[str]:
    """The lines to show, the most important first, for what ``explain_values.py`` found.

    A line that needs a value which is not known yet is left out.
    """
    lines = words(explain_key(words, phase, op, values)).splitlines()
    if "skipped" in values:
        lines.insert(0, words("explain.skipped"))
    known = (line for line in lines if needed(line) <= values.keys())
    return [words.spell(line.format_map(values)) for line in known]


def failure_words(words: Words, frame: Frame) -> list[str]:
    """What raised an exception, with what it was given, and its owner's traceback."""
    failure, position = frame.failure, frame.position
    if failure is None:
        return []
    here = position.iteration == failure.iteration and position.op is not None
    operands = ", ".join(
        f"{shape_text(shape)} {dtype}"
        for shape, dtype in zip(failure.shapes, failure.dtypes, strict=True)
    )
    if not here:
        done = thousands(failure.done)
        said = words("explain.failed.ahead", n=failure.iteration, done=done)
    elif failure.op:
        said = words("explain.failed", op=clean(failure.op), operands=operands, line=failure.line)
    else:
        said = words("explain.failed.code")
    return [words.spell(said), *failure.traceback, ""]


def explain_key(words: Words, phase: str, op: str | None, values: Mapping[str, str]) -> str:
    """Which entry of the table speaks of ``op``, or of ``phase`` where it is ``None``."""
    kind = PHASES[phase]
    if kind is UPDATE:
        told = "told" if "statement" in values else values.get("optimizer", "manual")
        key = f"explain.update.{told}"
        return key if key in words else "explain.update.manual"
    if kind is LOSS:
        op = op or LOSS_OPS.get(values.get("loss", ""))
    if op is None or kind.alike:
        if kind is INIT and "own" in values:
            return "explain.phase.init.own"
        return "explain.phase.vector" if "vector" in values else f"explain.phase.{phase}"
    if f"explain.op.{op}" in words:
        return f"explain.op.{op}"
    if kind is LOSS:
        return "explain.phase.loss"
    return "explain.node.other" if kind is BACKWARD else "explain.op.other"


def needed(line: str) -> set[str]:
    """The names of the values that a line has places for."""
    return {name for _, name, _, _ in Formatter().parse(line) if name}
