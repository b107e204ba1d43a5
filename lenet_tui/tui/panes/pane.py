"""What every pane of the main screen is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

if TYPE_CHECKING:
    from lenet_tui.core.frames import Frame
    from lenet_tui.core.views import ViewRequest
    from lenet_tui.text.words import Words


class Pane(Widget):
    """A part of the screen that shows a frame.

    The app gathers ``requests()`` of the visible panes, asks the engine for them, and hands each
    new frame to ``show``. A pane that wants to see something else posts ``LookChanged``.
    """

    wants_graph: ClassVar[bool] = False
    """Whether ``Frame.graph`` is needed while this pane is seen."""

    class LookChanged(Message):
        """What this pane asks for is not what it asked for before."""

    _entitled: tuple[str, str, Text | None] | None = None

    def entitle(self, title: str, subtitle: str, scale: Text | None = None) -> None:
        """Set the border's texts, and paint its two lines again if they are others than before.

        ``scale``: what stands after the subtitle, in colours. Setting Textual's own attributes
        paints the whole pane, which in a run is most of the work.
        """
        if (title, subtitle, scale) == self._entitled:
            return
        self._entitled = title, subtitle, scale
        below = Content(subtitle)
        if scale is not None:
            below = below + ("  " if subtitle else "") + Content.from_rich_text(scale)
        self._border_title, self._border_subtitle = Content(title), below
        width, height = self.outer_size
        edges = (Region(0, y, width, 1).translate(-self.content_offset) for y in (0, height - 1))
        self.refresh(*edges)

    def requests(self) -> tuple[ViewRequest, ...]:
        """The views this pane needs at its present size."""
        return ()

    def show(self, frame: Frame) -> None:
        """Show the frame; also called again after a change of language, theme or size."""

    @property
    def words(self) -> Words:
        """The words of the app's present language."""
        words: Words = getattr(self.app, "words")  # noqa: B009 - the app's own class imports us
        return words
