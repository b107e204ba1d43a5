"""Which of the things that two programs did belong together, by their names and their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

T = TypeVar("T")
LOSS = "loss"


def key_of(phase: str, op: str, name: str) -> tuple[str, str, str]:
    """What an op is known by in both programs, however often it was done before.

    One of the loss is called otherwise where it comes last: ``loss``, not ``loss.mse_loss``.
    """
    stem = name.partition("#")[0]
    return phase, op, LOSS if stem.startswith(f"{LOSS}.") else stem


def aligned(
    a: Sequence[T], b: Sequence[T], keys_a: Sequence[object], keys_b: Sequence[object]
) -> Iterator[tuple[T | None, T | None]]:
    """Pairs of what has one key in both lists, in order; ``None`` beside what only one has."""
    if keys_a == keys_b:
        yield from zip(a, b, strict=True)
        return
    matcher: SequenceMatcher[object] = SequenceMatcher(None, keys_a, keys_b, autojunk=False)
    for kind, first, last, start, end in matcher.get_opcodes():
        if kind == "equal":
            yield from zip(a[first:last], b[start:end], strict=True)
            continue
        yield from ((one, None) for one in a[first:last])
        yield from ((None, other) for other in b[start:end])


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
