"""Asking where a number comes from changes nothing of the session."""

from __future__ import annotations

import pytest

from lenet_tui.protocol.messages import DoMove
from lenet_tui.protocol.moves import parse_move
from lenet_tui.protocol.options import Options
from lenet_tui.text.numbers import index_text
from tests.harness.explaining import Explained

MOVES = ("run 2", "op", "op", "phase", "phase", "phase", "op", "finish", "back op", "run 1")


def digests(model: str, asking: bool) -> list[str]:
    """The state's digest after each move, with a lot asked in between or nothing."""
    explained = Explained(
        Options(device="cpu", model=model, batch_size=2, optimizer="adam", seed=5)
    )
    found = []
    for move in MOVES:
        moved = explained.session.do(DoMove(1, parse_move(move)))
        assert not moved.error
        found.append(moved.frame.digest)
        navigator = explained.session.navigator
        values = list(navigator.tape.base.values.items())
        for name, value in values[:2] if asking else ():
            index = index_text([0] * value.dim())
            explained.answer(f"{name}{index}")
            explained.answer(f"{name}.grad{index}", check=True)
            explained.answer(f"{name}@1{index}")
        assert navigator.position == moved.frame.position
        assert not navigator.history.divergence
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "model",
    [
        "tests.harness.explaining:Branch",
        pytest.param("lenet_tui.training.engine.model:Net", marks=pytest.mark.slow),
    ],
)
def test_asking_changes_nothing(model: str) -> None:
    """Even where the answer lies in an iteration that has to be run again."""
    assert digests(model, asking=True) == digests(model, asking=False)
