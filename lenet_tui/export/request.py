"""The export room's question to the engine."""

from __future__ import annotations

from dataclasses import dataclass

from lenet_tui.protocol.request import Request


@dataclass(frozen=True, slots=True)
class Export(Request[str]):
    """The session up to the cursor as the text of a Python script."""
