"""Objects of a script lent to a session in this process, which walks on them by moves."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from lenet_tui.history.engine.live_session import Lent
from lenet_tui.protocol.messages import DoMove, Moved
from lenet_tui.protocol.moves import parse_move
from lenet_tui.training.engine.live_objects import Given

SAMPLES, SIZE, BATCH, CLASSES = 48, 6, 8, 3
WALK = ("op", "back op", "finish", "run 3", "back iteration", "op", "goto 1", "phase", "back op")
"""Forward by several iterations, and back; it ends inside of one."""


def look(*given: Any, keep: bool = False, walk: tuple[str, ...] = WALK, **more: Any) -> list[Moved]:
    """Walk on what ``lenet_tui.step`` would be given; each move must succeed, and repeat itself."""
    made = []
    with Lent(Given.of(*given, **more), keep) as lent:
        session = lent.make_session()
        for number, line in enumerate(walk):
            moved = session.do(DoMove(number, parse_move(line), parameters=True))
            assert not moved.error, f"{line}: {moved.error}"
            assert not moved.frame.divergence, f"{line}: {moved.frame.divergence}"
            made.append(moved)
    return made


def samples() -> tuple[Tensor, Tensor]:
    """Inputs (48, 6) and their classes, the same each time."""
    generator = torch.Generator().manual_seed(5)
    labels = torch.randint(CLASSES, (SAMPLES,), generator=generator)
    return torch.randn(SAMPLES, SIZE, generator=generator), labels


def net(*inside: nn.Module) -> nn.Sequential:
    """A model for them, with these modules in its middle."""
    return nn.Sequential(nn.Linear(SIZE, 12), *inside, nn.ReLU(), nn.Linear(12, CLASSES))


def backward(loss: Tensor) -> None:
    """``loss.backward()``, which torch has not typed."""
    loss.backward()  # type: ignore[no-untyped-call]
