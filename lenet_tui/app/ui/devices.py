"""The device picker: what exists here with its memory, and why the others do not."""

from __future__ import annotations

from textual import work
from textual.widgets import OptionList

from lenet_tui.kit.ui.pick import Choice, PickScreen, options
from lenet_tui.protocol.frame import Device
from lenet_tui.protocol.request import Asks
from lenet_tui.text.words import Words
from lenet_tui.training.request import ListDevices


class DevicesScreen(PickScreen):
    """Opens at once and is filled when the engine has looked."""

    def __init__(self, engine: Asks, present: str) -> None:
        self._engine = engine
        self._present = present
        super().__init__("device")

    def on_mount(self) -> None:
        """Ask which devices there are."""
        self._ask()

    @work
    async def _ask(self) -> None:
        self.fill((await self._engine.ask(ListDevices())).answer or ())

    def fill(self, devices: tuple[Device, ...]) -> None:
        """Show the devices that the engine found, those that cannot be used too."""
        listed = self.query_one(OptionList)
        listed.clear_options()
        choices = [choice(device, self._present, self.words) for device in devices]
        listed.add_options(options(choices))
        here = [i for i, c in enumerate(choices) if c.here]
        listed.highlighted = here[0] if here else 0
        listed.focus()


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
