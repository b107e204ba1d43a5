"""Answers the training room's requests."""

from __future__ import annotations

from lenet_tui.protocol.frame import Device
from lenet_tui.protocol.request import answers
from lenet_tui.training.engine.devices import list_devices
from lenet_tui.training.request import ListDevices


@answers(ListDevices)
def devices(request: ListDevices, session: object) -> tuple[Device, ...]:
    """Every device that torch can name here."""
    return list_devices()
