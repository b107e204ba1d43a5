"""What is said of losses by name is what a look at all of them says, at the cost of new ones."""

from __future__ import annotations

import random

import numpy as np
import numpy.typing as npt
import pytest

from lenet_tui.curves.known_names import KnownName
from lenet_tui.protocol.loss_series import Losses

Array = npt.NDArray[np.float64 | np.bool_]


def whole_look(whole: Losses, mine: Losses, last: int) -> tuple[int, bool]:
    """The same, by looking at everything."""
    known = [n for n, v in enumerate(mine.values[: last + 1]) if not np.isnan(v)]
    pairs = list(enumerate(whole.values[: last + 1]))
    there = dict(enumerate(mine.values[: last + 1]))
    same = all(np.isnan(v) or there.get(n) == v for n, v in pairs)
    return (known[0] if known else 0), same


@pytest.mark.parametrize("seed", range(20))
def test_it_is_what_a_whole_look_says(seed: int) -> None:
    luck = random.Random(seed)
    losses = Losses()
    mine = losses.named.setdefault("a", Losses())
    known = KnownName(losses, mine)
    for _ in range(200):
        size = len(losses.values)
        first = luck.choice([size, size, size, max(1, size - luck.randint(1, 9))])
        several = [luck.choice([1.0, 2.0, np.nan]) for _ in range(luck.randint(1, 4))]
        alike = luck.random() < 0.9
        other = several if alike else [luck.choice([1.0, np.nan]) for _ in several]
        move = luck.random()
        if move < 0.6:
            losses.add(first, several, (("a", np.array(other)),), known=luck.random() < 0.5)
        elif move < 0.8:
            end = max(1, size - luck.randint(0, 12))
            for each in (losses, mine):
                each._cut(end)
        elif move < 0.83:
            losses.put(losses.copy())
            mine = losses.named["a"]
            known = KnownName(losses, mine)
        if luck.random() < 0.5:
            last = luck.randint(0, len(losses.values) + 2)
            assert (known.first(last), known.same(last)) == whole_look(losses, mine, last)


def test_a_look_reads_what_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    losses = Losses()
    numbers = np.arange(1.0, 100_001.0)
    losses.add(1, numbers, (("a", numbers), ("b", np.full(100_000, np.nan))))
    known = [KnownName(losses, each) for each in losses.named.values()]
    read: list[int] = []

    def counting(values: Array) -> Array:
        read.append(np.size(values))
        return np.zeros(np.shape(values), dtype=bool)

    for each in known:
        each.first(10**6)
    monkeypatch.setattr(np, "isnan", counting)
    for _ in range(3):
        assert [each.same(10**6) for each in known] == [True, False]
        assert [each.first(10**6) for each in known] == [1, 0]
    assert sum(read) == 0
