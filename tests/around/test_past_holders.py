"""What the tapes of earlier iterations hold stays as it was when a later one writes there."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from lenet_tui.around.engine.iteration_recorder import AllHolders
from lenet_tui.tape.engine.entries import OpEntry


def op(*args: Any) -> OpEntry:
    return OpEntry("op", "op", "", args, {}, torch.zeros(1), None)


@pytest.mark.parametrize("nested", [False, True])
def test_what_an_earlier_iteration_was_given_is_copied_before_it_is_written(nested: bool) -> None:
    mean = torch.ones(3)
    past = [op([mean, torch.zeros(3)] if nested else mean)]
    ops = [op(torch.zeros(3))]
    holders = AllHolders(ops, [past])
    given, places = holders.taken([mean], (mean, 2), None)
    mean.add_(1)
    kept: Tensor = past[0].args[0][0] if nested else past[0].args[0]
    assert kept.tolist() == given[0].tolist() == [1, 1, 1]
    assert places == [mean.untyped_storage().data_ptr()]
    again, _ = holders.taken([mean], (mean, 2), None)
    assert again[0].tolist() == [2, 2, 2] and kept.tolist() == [1, 1, 1]


def test_what_was_there_already_is_copied_before_it_is_written() -> None:
    mean = torch.ones(3)
    ops = [op(mean)]
    AllHolders(ops, []).taken([mean], (mean,), None)
    mean.add_(1)
    assert ops[0].args[0].tolist() == [1, 1, 1]
