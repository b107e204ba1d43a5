"""The README's command takes a few of many cases; the slow tests take the others too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import pytest

T = TypeVar("T")


def few(cases: Iterable[T], *fast: T, spread: bool = False) -> list[object]:
    """The cases for ``parametrize``: all but those in ``fast`` are marked as slow.

    Without ``fast`` it is the first case that is not. ``spread``: each case is a tuple of several
    arguments.
    """
    every = list(cases)
    chosen = fast or (every[0],)
    unknown = [case for case in chosen if case not in every]
    assert not unknown, f"no such case: {unknown}"
    return [case if case in chosen else _slow(case, spread) for case in every]


def _slow(case: object, spread: bool) -> object:
    values = case if spread and isinstance(case, tuple) else (case,)
    return pytest.param(*values, marks=pytest.mark.slow)
