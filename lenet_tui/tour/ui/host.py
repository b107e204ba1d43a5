"""What the tour needs of the main screen, and what it keeps for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from textual.app import App

from lenet_tui.kit.ui.port import Port
from lenet_tui.protocol.engine_api import Engine
from lenet_tui.protocol.loss_series import Losses
from lenet_tui.protocol.messages import Ready
from lenet_tui.protocol.options import Options
from lenet_tui.stepping.ui.move_queue import MoveQueue
from lenet_tui.stepping.ui.moves_player import MovesRecorder
from lenet_tui.tour.stop import Stop


class Host(Port, Protocol):
    """The main screen, as the tour needs it."""

    recorder: MovesRecorder
    queue: MoveQueue

    @property
    def app(self) -> App[object]:
        """The app, for its screens."""

    @property
    def options(self) -> Options:
        """The options that the session was started with."""

    @property
    def ready(self) -> Ready | None:
        """What the engine reports of the model; ``None`` before the first report."""

    @property
    def is_dead(self) -> bool:
        """Whether the engine has ended and is not being replaced."""

    def restart(self) -> None:
        """End the engine, and carry on from history in a new one."""

    @property
    def session_losses(self) -> Losses:
        """The losses of the session that the engine has."""

    def change_session(
        self, options: Options, use: Callable[[Engine], None], losses: Losses | None = None
    ) -> None:
        """Go over to another session, which ``use`` has the engine start or resume."""

    def know_evaluations(self) -> None:
        """Have the curves, if they are seen, show every evaluation of the session."""

    def remember(self) -> Any:
        """What is seen now, for ``recall``."""

    def recall(self, before: Any) -> None:
        """Have everything look as it did."""

    def restore(self) -> None:
        """Give the pane that fills the screen its place back."""

    def show_beside_tour(self, stop: Stop | None) -> None:
        """Make room for the tour and a stop's panes; ``None``: the tour is closed."""


@dataclass(frozen=True, slots=True)
class Own:
    """The person's own session while the tour has the engine."""

    options: Options
    recorder: MovesRecorder
    losses: Losses
