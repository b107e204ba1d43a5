"""What the gradient of a parameter holds: of which backwards, and what was done with it."""

from __future__ import annotations

from dataclasses import dataclass, field

from lenet_tui.findings.engine.loss_factor import Datum


@dataclass(slots=True, eq=False)
class Backward:
    """``read``: whether an update has read a gradient of it; ``lost``: whether one was cleared.

    ``factor``: by what its mean was multiplied; ``None``: not known. ``part``: whether it was of a
    part of the batch. ``data``: of which tensors it was.
    """

    iteration: int
    line: str
    scale: float
    factor: float | None
    part: bool
    structure: tuple[str, ...]
    data: dict[Datum, tuple[int, ...]] = field(default_factory=dict)
    of_input: bool = False
    read: bool = False
    lost: bool = False
    names: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Clipping:
    """``fresh``: how many of its gradients no update had read; ``then``: what came of each.

    ``by_hand``: the owner's code made the gradients shorter itself, to clip them or for another
    reason: then it is misplaced only where they are cleared next.
    """

    line: str
    fresh: int
    facts: dict[str, float]
    then: dict[str, str] = field(default_factory=dict)
    by_hand: bool = False


@dataclass(slots=True, eq=False)
class Gradient:
    """What ``.grad`` of a parameter holds: of which backwards, and whether an update has read it.

    ``added``: a backward has added to what was read. ``norms``: before and after that. ``norm``: as
    the last phase left it. ``divided``: it was less than that when an update read it.
    """

    holds: list[Backward] = field(default_factory=list)
    used: bool = False
    added: Backward | None = None
    norm: float = 0.0
    norms: tuple[float, float] = (0.0, 0.0)
    unscaled: bool = False
    divided: bool = False
    clipped: Clipping | None = None

    def cleared(self) -> None:
        """It was set to ``None`` or zero."""
        if self.clipped is not None:
            self.clipped = None
        self.holds, self.used, self.added, self.norm = [], False, None, 0.0
        self.unscaled = self.divided = False
