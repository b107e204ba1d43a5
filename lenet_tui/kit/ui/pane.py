"""The base class of the panes of the main screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from lenet_tui.kit.ui.settings import Reader, ascii_only
from lenet_tui.terminal.ui.painting import set_border_titles

if TYPE_CHECKING:
    from lenet_tui.protocol.frame import Frame
    from lenet_tui.protocol.views import ViewRequest


class Pane(Reader, Widget):
    """A part of the screen that shows a frame.

    The app gathers ``requests()`` of the visible panes, asks the engine for them, and hands each
    new frame to ``show``. A pane that wants to see something else posts ``RequestsChanged``.
    """

    wants_graph: ClassVar[bool] = False
    """Whether ``Frame.graph`` is needed while this pane is seen."""

    class RequestsChanged(Message):
        """The pane's ``requests()`` have changed."""

    _entitled: tuple[Content | None, Content | None] = (None, None)

    def entitle(self, title: str, subtitle: str, scale: Content | None = None) -> None:
        """Set the border's texts, and paint those of its two lines again that are not as before.

        ``scale``: a coloured text after the subtitle.
        """
        above, below = Content(title), Content(subtitle)
        if scale is not None:
            below = below + ("  " if subtitle else "") + scale
        width = self.outer_size.width
        if ascii_only(self) and width > 6:  # Textual would cut them with a sign that is not ASCII
            above, below = above.truncate(width - 6), below.truncate(width - 6)
        before, self._entitled = self._entitled, (above, below)
        pairs = zip(before, (above, below), strict=True)
        set_border_titles(self, *(None if old and new.is_same(old) else new for old, new in pairs))

    @property
    def cell(self) -> str:
        """The name of the number under the cursor, as ``loss``; empty: there is none."""
        return ""

    def requests(self) -> tuple[ViewRequest, ...]:
        """The views this pane needs at its present size."""
        return ()

    def forget(self) -> None:
        """Show nothing of the last frame any longer: the next is another session's."""

    def remember(self) -> object:
        """What the person has chosen to see here, for ``recall``."""
        return None

    def recall(self, remembered: Any) -> None:
        """Show what ``remember`` returned."""

    def show(self, frame: Frame) -> None:
        """Show the frame; also called again after a change of language, theme or size."""
