"""The training room's questions to the engine."""

from __future__ import annotations

from dataclasses import dataclass

from lenet_tui.protocol.frame import Device
from lenet_tui.protocol.request import Request


@dataclass(frozen=True, slots=True)
class ListDevices(Request[tuple[Device, ...]]):
    """Asks for the devices of this machine, including those that cannot be used."""

    needs_session = False
