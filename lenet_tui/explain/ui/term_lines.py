"""The terms of a number as the lines of a table: ordered, summed up on the way, folded."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lenet_tui.explain.explanation import Explanation, Operand, Term

ACROSS = 2
"""Operands of a term on one line; of more, each gets a line of its own."""
FEWEST = 3
"""Lines of terms that are shown, however little room there is."""


@dataclass(frozen=True, slots=True)
class Line:
    """``kind``: ``term``, ``more`` (terms folded away: ``count`` of them, ``value`` their sum),
    ``others`` (``count`` operands folded away) or ``sum``.

    ``value`` is the term's, or ``None`` on all but one of the lines of a term; ``running`` is the
    sum so far. ``product`` says whether the term is the product of its operands, and ``first``
    whether this is the first line of its term.
    """

    kind: str
    operands: tuple[Operand, ...] = ()
    value: float | None = None
    running: float | None = None
    count: int = 0
    product: bool = False
    first: bool = True

    @property
    def chooses(self) -> bool:
        """Whether it can be chosen."""
        return self.kind != "sum"


def lines(found: Explanation, *, largest: bool, shown: int, zeros: bool) -> tuple[Line, ...]:
    """The table: ``shown`` lines of terms at most, the rest folded, and the sum.

    ``largest``: by size, else in the order of the sum. ``zeros``: show terms that are 0 there too.
    """
    if not found.terms:
        return ()
    ordered = by_size(found.terms) if largest else in_order(found)
    room = max(FEWEST, shown)
    if any(len(term.operands) > ACROSS for term in ordered):
        chosen = any(key in ("winner", "smallest") for key, _ in found.notes)
        made, used = _operand_lines(ordered, room, chosen)
    else:
        # Folding a single line away would save nothing.
        used = len(ordered) if len(ordered) + bool(found.left) <= room + 1 else room
        there = sum(term.value != 0 for term in ordered)
        if largest and not zeros and used - there > 1:
            used = there or 1
        made = _term_lines(ordered[:used])
    if len(ordered) + found.left == 1:
        return tuple(replace(line, running=None) for line in made)
    rest = [term.value for term in ordered[used:]]
    folded = len(rest) + found.left
    if folded:
        value = total([*rest, found.left_sum])
        before = made[-1].running or 0.0
        made.append(Line("more", value=value, running=before + value, count=folded))
    made.append(Line("sum", value=found.sum, count=len(found.terms) + found.left))
    return tuple(made)


def by_size(terms: Sequence[Term]) -> list[Term]:
    """The largest first; what is no number before all."""
    return sorted(terms, key=lambda t: -math.inf if math.isnan(t.value) else -abs(t.value))


def in_order(found: Explanation) -> list[Term]:
    """As the sum has them; of those that came by size, by the indices of their operands."""
    if not found.left:
        return list(found.terms)
    kinds = {kind: n for n, kind in enumerate(dict.fromkeys(map(_kind, found.terms)))}
    return sorted(found.terms, key=lambda t: (kinds[_kind(t)], [o.index for o in t.operands]))


def _kind(term: Term) -> tuple[str, ...]:
    return tuple(o.tensor for o in term.operands)


def total(values: Sequence[float]) -> float:
    """The sum, exactly rounded where all are finite."""
    finite = all(math.isfinite(v) for v in values)
    return math.fsum(values) if finite else sum(values)


def _term_lines(terms: Sequence[Term]) -> list[Line]:
    made, running = [], 0.0
    for term in terms:
        running += term.value
        made.append(Line("term", term.operands, term.value, running, product=is_product(term)))
    return made


def _operand_lines(terms: Sequence[Term], room: int, chosen: bool) -> tuple[list[Line], int]:
    """A line for each operand, and how many terms they are; one that has very many is folded.

    A term stands beside its last operand; where it is the one ``chosen`` of them, beside that.
    """
    made: list[Line] = []
    running, used = 0.0, 0
    for term in terms:
        if used and len(made) + min(len(term.operands), room) > room:
            break
        running, used = running + term.value, used + 1
        operands = term.operands
        kept = operands if len(operands) <= room + 1 else operands[:room]
        block = [Line("term", (o,), first=not n) for n, o in enumerate(kept)] or [Line("term")]
        if len(kept) < len(operands):
            block.append(Line("others", count=len(operands) - len(kept), first=False))
        winner = [n for n, o in enumerate(kept) if chosen and o.value == term.value]
        place = winner[0] if winner else -1
        block[place] = replace(block[place], value=term.value, running=running)
        made += block
    return made, used


def is_product(term: Term) -> bool:
    """Whether two operands make the term by multiplying them; both are exact in float64."""
    if len(term.operands) != ACROSS:
        return False
    first, second = term.operands
    return first.value * second.value == term.value


def heads(table: Sequence[Line]) -> tuple[str, ...]:
    """What most of the operands of each column belong to; empty where there is no such tensor."""
    named = []
    for column in range(ACROSS):
        names = Counter(x.operands[column].tensor for x in table if len(x.operands) > column)
        name, count = names.most_common(1)[0] if names else ("", 0)
        named.append(name if count >= FEWEST else "")
    return tuple(named)
