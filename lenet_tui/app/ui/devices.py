"""The device picker: what exists here with its memory, and why the others do not."""

from __future__ import annotations

from textual import work
from textual.widgets import OptionList

from lenet_tui.kit.ui.open_screens import is_open
from lenet_tui.kit.ui.pick import Choice, PickScreen
from lenet_tui.protocol.frame import Device
from lenet_tui.protocol.request import Asks
from lenet_tui.text.words import Words
from lenet_tui.training.request import ListDevices


class DevicesScreen(PickScreen):
    """The picker opens at once and is filled when the engine has answered."""

    def __init__(self, engine: Asks, present: str) -> None:
        self._engine = engine
        self._present = present
        super().__init__("device")

    def on_mount(self) -> None:
        """Ask which devices there are."""
        self._ask()

    @work
    async def _ask(self) -> None:
        """Show the devices that the engine finds, those that cannot be used too."""
        devices = (await self._engine.ask(ListDevices())).answer or ()
        if not is_open(self):
            return
        self.fill([choice(device, self._present, self.words) for device in devices])
        self.query_one(OptionList).focus()


def choice(device: Device, present: str, words: Words) -> Choice:
    """A device as a line of the picker."""
    if device.problem:
        note = words.say(device.problem)
    elif device.total:
        free = gigabytes(device.free or 0)
        note = f"{device.title}, " + words(
            "device.memory", free=free, total=gigabytes(device.total)
        )
    else:
        note = device.title
    return Choice(device.name, device.name, note, bool(device.problem), device.name == present)


def gigabytes(count: int) -> str:
    """Bytes in GiB."""
    return f"{count / 2**30:.1f} GiB"
