"""The base class of the panes of the main screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rich.cells import cell_len
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from lenet_tui.kit.ui.format import fitting
from lenet_tui.kit.ui.settings import Reader, spelled
from lenet_tui.terminal.ui.painting import set_border_titles

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lenet_tui.protocol.frame import Frame
    from lenet_tui.protocol.views import ViewRequest

    Scale = Callable[[int], Content]
    """A coloured text for so many cells; empty where there are too few."""


class Pane(Reader, Widget):
    """A part of the screen that shows a frame.

    The app gathers ``requests()`` of the visible panes, asks the engine for them, and hands each
    new frame to ``show``. A pane that wants to see something else posts ``RequestsChanged``.
    """

    wants_graph: ClassVar[bool] = False
    """Whether ``Frame.graph`` is needed while this pane is seen."""

    class RequestsChanged(Message):
        """The pane's ``requests()`` have changed."""

    _titles_given: tuple[str | Sequence[str], str | Sequence[str], Scale | None] = ("", "", None)
    _entitled: tuple[Content | None, Content | None] = (None, None)

    @property
    def title_room(self) -> int:
        """Cells for a text in the border."""
        return max(0, self.size.width - 4)

    def entitle(
        self,
        title: str | Sequence[str],
        subtitle: str | Sequence[str],
        scale: Scale | None = None,
    ) -> None:
        """Set the border's texts, and paint those of its two lines again that are not as before.

        Each is fitted to the border; of several texts it is the first that has room.
        ``scale`` makes a coloured text after the subtitle, in the cells that are left; the
        subtitle's last parts make room for it, but not the first.
        """
        self._titles_given = title, subtitle, scale
        room, more = self.title_room, self.glyphs.more
        above, under = (
            fitting([spelled(self, text) for text in _candidates(given)], room, more)
            for given in (title, subtitle)
        )
        below = Content(under)
        if scale is not None:
            coloured = scale(room - cell_len(under) - 2 if under else room)
            while not coloured and "  " in under:
                under = under.rpartition("  ")[0]
                below = Content(under)
                coloured = scale(room - cell_len(under) - 2)
            if coloured:
                below = below + ("  " if under else "") + coloured
        new = Content(above), below
        before, self._entitled = self._entitled, new
        same = (a is not None and b.is_same(a) for a, b in zip(before, new, strict=True))
        set_border_titles(self, *(None if s else now for s, now in zip(same, new, strict=True)))

    def on_resize(self) -> None:
        """Fit the border's texts to another width."""
        if any(self._titles_given):
            self.entitle(*self._titles_given)

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


def _candidates(given: str | Sequence[str]) -> Sequence[str]:
    return (given,) if isinstance(given, str) else given
