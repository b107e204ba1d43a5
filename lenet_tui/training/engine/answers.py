"""Answers the training room's requests."""

from __future__ import annotations

from lenet_tui.protocol.frame import Device
from lenet_tui.protocol.request import Rejected, answers
from lenet_tui.text.notice import Problem
from lenet_tui.training.engine import checkpoint_file
from lenet_tui.training.engine.devices import list_devices
from lenet_tui.training.request import Held, ListDevices, ReadWeights


@answers(ListDevices)
def devices(request: ListDevices, session: object) -> tuple[Device, ...]:
    """Every device that torch can name here."""
    return list_devices()


@answers(ReadWeights)
def read_weights(request: ReadWeights, session: object) -> Held:
    """What the file holds, in its order; ``Rejected`` where none of it can be read."""
    try:
        return checkpoint_file.held(request.path)
    except Problem as error:
        raise Rejected(error.notice) from None
