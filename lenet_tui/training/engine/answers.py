"""Answers the training room's requests."""

from __future__ import annotations

from lenet_tui.protocol.frame import Device
from lenet_tui.protocol.request import Rejected, answers
from lenet_tui.text.notice import Problem
from lenet_tui.training.engine import weights
from lenet_tui.training.engine.devices import list_devices
from lenet_tui.training.request import HeldWeight, ListDevices, ReadWeights


@answers(ListDevices)
def devices(request: ListDevices, session: object) -> tuple[Device, ...]:
    """Every device that torch can name here."""
    return list_devices()


@answers(ReadWeights)
def read_weights(request: ReadWeights, session: object) -> tuple[HeldWeight, ...]:
    """The tensors of the file in its order; ``Rejected`` where it holds no weights alone."""
    try:
        found = weights.held(request.path)
    except Problem as error:
        raise Rejected(error.notice) from None
    return tuple(HeldWeight(n, str(t.dtype)[6:], tuple(t.shape)) for n, t in found.items())
