"""The parameter ledger: what is known of each parameter at the cursor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lenet_tui.protocol.frame import Shape
from lenet_tui.protocol.request import Request

NONE, ZERO, VALUE = "none", "zero", "value"


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A parameter, or a tensor that requires grad and that no module has registered.

    ``group``: the number of its group in an optimizer, with the optimizer's name where there are
    several; empty: in none; ``None``: not known. ``path``: whether a backward from the last loss
    reaches it; ``None``: there is no loss yet. ``gradient``: ``none``, ``zero`` or ``value``, then
    with its ``norm``. ``moved``: its value changed in this iteration. ``shares``: another name of
    the same storage. ``name``: of a parameter that can be gone to; else ``held_by`` may say who
    has it.
    """

    name: str
    shape: Shape
    registered: bool
    requires_grad: bool
    group: str | None
    path: bool | None
    gradient: str
    norm: float = 0.0
    moved: bool = False
    shares: str = ""
    held_by: str = ""


@dataclass(frozen=True, slots=True)
class Ledger(Request[tuple[LedgerRow, ...]]):
    """Asks for the rows of all parameters."""

    answered_in: ClassVar[str] = "lenet_tui.findings.engine.ledger"
