"""The loading screen: the first picture, while the engine starts and the panes are imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from lenet_tui.app.ui.edge_screen import EdgeScreen
from lenet_tui.stepping.ui.commands import BY_ID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.events import Key

    from lenet_tui.protocol.messages import Report
    from lenet_tui.protocol.moves import Move
    from lenet_tui.protocol.options import Options

QUIT = BY_ID["quit"].keys


class LoadingScreen(EdgeScreen):
    """Stores the engine's reports and the keys pressed meanwhile, for the main screen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding(",".join(QUIT), "app.quit", show=False)]

    class FrameAcknowledged(Message):
        """The first picture is on the screen: what takes time may begin."""

    def __init__(self, options: Options, moves: Sequence[Move]) -> None:
        super().__init__(options, moves)
        self.reports: list[Report] = []
        self.keys: list[Key] = []

    def on_mount(self) -> None:
        self.call_after_refresh(self.post_message, self.FrameAcknowledged())
