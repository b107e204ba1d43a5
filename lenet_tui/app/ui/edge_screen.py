"""The lines at the top and bottom edges of the screen; they are the first picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import Initialize, var

from lenet_tui.app.engine_state import Activity, EngineState, Loading, Outcome
from lenet_tui.app.ui.panes.code_line import CodeLine
from lenet_tui.app.ui.panes.footer import MINIMUM, HintLine, KeyBar, TooSmall
from lenet_tui.app.ui.panes.rail import PipelineRail
from lenet_tui.app.ui.panes.status import StatusLine
from lenet_tui.kit.ui.settings import words_of
from lenet_tui.terminal.ui.painting import PaintingScreen
from lenet_tui.watch.ui.line import WatchLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lenet_tui.protocol.frame import Frame
    from lenet_tui.protocol.messages import Ready
    from lenet_tui.protocol.moves import Move
    from lenet_tui.protocol.options import Options
    from lenet_tui.text.words import Words


class EdgeScreen(PaintingScreen[None]):
    """Holds the session's state as reactives, which its lines are bound to.

    ``options``: those that the session was started with. ``ready``: what the engine reports of the
    model. ``state``: what the engine is doing; ``activity``: what was asked of it and is not done;
    ``outcome``: of the last move, if there is something to say of it.
    ``moves``: a file's, to be played by a key.
    """

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual's way
        (0, "-tiny-w"), (MINIMUM[0], "-small-w"), (80, "-medium-w"),
        (112, "-wide"), (160, "-huge-w"),
    ]  # fmt: skip
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - Textual's way
        (0, "-tiny-h"), (MINIMUM[1], "-small-h"), (34, "-tall"), (50, "-huge-h"),
    ]  # fmt: skip

    words: var[Words] = var(Initialize(words_of), init=False)
    options: var[Options] = var(None, init=False)  # type: ignore[arg-type]  # set by __init__
    ready: var[Ready | None] = var(None, init=False)
    frame: var[Frame | None] = var(None, init=False)
    state: var[EngineState] = var(Loading(), init=False)
    activity: var[Activity] = var(Activity(), init=False)
    outcome: var[Outcome | None] = var(None, init=False)

    def __init__(self, options: Options, moves: Sequence[Move]) -> None:
        super().__init__()
        self.set_reactive(EdgeScreen.options, options)
        self.moves = moves

    def compose(self) -> ComposeResult:
        cls = EdgeScreen
        with Vertical(id="top"):
            yield StatusLine(id="status").data_bind(
                cls.words, cls.options, cls.ready, cls.frame, cls.activity
            )
            yield PipelineRail(id="rail").data_bind(
                cls.words, cls.frame, cls.state, cls.activity, cls.outcome
            )
            yield CodeLine(id="code-line").data_bind(cls.words, cls.frame, cls.ready)
        yield from self.middle()
        with Vertical(id="bottom"):
            yield HintLine(id="hint")
            yield WatchLine(id="watch-line").data_bind(cls.words, cls.frame)
            yield KeyBar(bool(self.moves), id="keys").data_bind(cls.words)
        yield TooSmall(id="too-small").data_bind(cls.words)

    def middle(self) -> ComposeResult:
        """The widgets between the top and bottom lines."""
        return ()
