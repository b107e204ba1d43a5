"""Which of the things that two programs did belong together, by their names and their order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Generic, TypeVar

from lenet_tui.twins.result import EARLIER_A, EARLIER_B, EQUAL, ONLY_A, ONLY_B

T = TypeVar("T")
LOSS = "loss"


def key_of(phase: str, op: str, name: str) -> tuple[str, str, str]:
    """What an op is known by in both programs, however often it was done before.

    One of the loss is called otherwise where it comes last: ``loss``, not ``loss.mse_loss``.
    """
    stem = name.partition("#")[0]
    return phase, op, LOSS if stem.startswith(f"{LOSS}.") else stem


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """One thing that both did, or that only one did: the other is ``None``.

    ``moved``: the two do it at two places. Then there are two matches with both in them: in the
    first only ``early`` does it yet, A (0) or B (1); by the second both have done it.
    """

    a: T | None
    b: T | None
    moved: bool = False
    early: int | None = None

    @property
    def how(self) -> str:
        """The ``how`` of its row, before anything is measured."""
        if self.early is not None:
            return (EARLIER_A, EARLIER_B)[self.early]
        if self.a is None:
            return ONLY_B
        return ONLY_A if self.b is None else EQUAL


def aligned(
    a: Sequence[T],
    b: Sequence[T],
    key: Callable[[T], Hashable],
    finer: Callable[[T], Hashable] | None = None,
    identity: Callable[[T], Hashable] | None = None,
) -> Iterator[Match[T]]:
    """Matches of what has one ``key`` in both lists, in order.

    What has the same ``finer`` key too is matched before the rest. What stands at two places is
    matched by its ``identity``. Both are the key unless given.
    """
    if [key(one) for one in a] == [key(other) for other in b]:
        yield from (Match(one, other) for one, other in zip(a, b, strict=True))
        return
    matches = _in_order(a, b, [key] if finer is None else [finer, key])
    _match_moved(matches, identity or key)
    yield from matches


def _in_order(
    a: Sequence[T], b: Sequence[T], keys: Sequence[Callable[[T], Hashable]]
) -> list[Match[T]]:
    """Matches by the first of ``keys``; of what lies between two of them by the next ones."""
    if not (keys and a and b):
        return [*(Match(one, None) for one in a), *(Match(None, other) for other in b)]
    key, *others = keys
    matches: list[Match[T]] = []
    matcher = SequenceMatcher(None, [*map(key, a)], [*map(key, b)], autojunk=False)
    for kind, first, last, start, end in matcher.get_opcodes():
        ours, theirs = a[first:last], b[start:end]
        if kind == "equal":
            matches += (Match(one, other) for one, other in zip(ours, theirs, strict=True))
        else:
            matches += _in_order(ours, theirs, others)
    return matches


def _match_moved(matches: list[Match[T]], identity: Callable[[T], Hashable]) -> None:
    """Match what only one did here with what only the other did elsewhere.

    Where one did it more often than the other, nobody knows which of them was moved.
    """
    alone: defaultdict[Hashable, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for n, match in enumerate(matches):
        if match.b is None and match.a is not None:
            alone[identity(match.a)][0].append(n)
        elif match.a is None and match.b is not None:
            alone[identity(match.b)][1].append(n)
    for of_a, of_b in alone.values():
        if len(of_a) != len(of_b):
            continue
        for n, m in zip(of_a, of_b, strict=True):
            both = Match(matches[n].a, matches[m].b, moved=True)
            matches[max(n, m)] = both
            matches[min(n, m)] = replace(both, early=int(m < n))


def index_at(flat: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The index of an element by its number in row-major order."""
    found: list[int] = []
    for size in reversed(shape):
        flat, at = divmod(flat, size)
        found.insert(0, at)
    return tuple(found)


def same_number(a: float, b: float) -> bool:
    """Whether two numbers are equal; NaN is equal to NaN."""
    return a == b or (a != a and b != b)  # noqa: PLR0124 - only NaN is not itself
