"""The tour's question to the engine."""

from __future__ import annotations

from dataclasses import dataclass

from lenet_tui.protocol.request import Request


@dataclass(frozen=True, slots=True)
class Print(Request[tuple[str, ...]]):
    """What ``print`` gives at the cursor of ``net``, ``output``, ``conv1.bias.grad``,
    ``loss.grad_fn`` and the like, a text each; empty where there is none yet.
    """

    names: tuple[str, ...]
