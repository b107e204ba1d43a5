"""The training room's questions to the engine."""

from __future__ import annotations

from dataclasses import dataclass

from lenet_tui.protocol.frame import Device
from lenet_tui.protocol.request import Request


@dataclass(frozen=True, slots=True)
class ListDevices(Request[tuple[Device, ...]]):
    """The devices that exist here, those that cannot be used too."""

    needs_session = False
