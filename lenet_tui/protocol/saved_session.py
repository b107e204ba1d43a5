"""A saved session, as it is written and read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from lenet_tui.protocol.messages import Snapshot
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.position import Iteration


@dataclass(frozen=True, slots=True, eq=False)
class SavedSession:
    """A session with the keyframes that it can be resumed from, and what it ran on.

    ``keyframes``: bytes by iteration, 0 always among them. ``threads``, ``cpu``, ``torch``: to
    report what is different when it is resumed. ``loss``: the last one, for the list. ``losses``:
    from iteration ``losses_from`` on, as ``Losses`` writes them. ``saved``: seconds since the
    epoch. ``named``: of a step that has several losses, each of them, up to the same iteration.
    """

    ADDED: ClassVar[tuple[str, ...]] = ("named",)

    options: Options
    snapshot: Snapshot
    keyframes: Mapping[Iteration, bytes]
    torch: str = ""
    threads: int = 1
    cpu: str = ""
    loss: float | None = None
    losses: bytes = b""
    losses_from: Iteration = 0
    saved: float = 0.0
    named: Mapping[str, bytes] = field(default_factory=dict)
