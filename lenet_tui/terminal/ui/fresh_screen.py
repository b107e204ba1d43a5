"""Screens whose widgets are styled when they are mounted, and not twice more before they are seen.

To style all widgets of the main screen takes as long as to paint them. Textual does so each time
that a screen becomes the one that is seen, also when its widgets have just been mounted, and again
when the screen is given the classes of its size.
"""

from __future__ import annotations

from collections.abc import Iterator

from textual.events import ScreenResume
from textual.screen import Screen, ScreenResultType


class FreshScreen(Screen[ScreenResultType]):
    """A screen with the classes of its size from the start."""

    _was_away = False

    def on_compose(self) -> None:
        """Take the classes that a resize would give it, before there are widgets to style."""
        self.add_class(*self._size_classes(), update=False)

    def _size_classes(self) -> Iterator[str]:
        app, (width, height) = self.app, self.app.size
        for size, own, common in (
            (width, self.HORIZONTAL_BREAKPOINTS, app.HORIZONTAL_BREAKPOINTS),
            (height, self.VERTICAL_BREAKPOINTS, app.VERTICAL_BREAKPOINTS),
        ):
            fitting = [step for step in (common if own is None else own) or () if step[0] <= size]
            if fitting:
                yield max(fitting)[1]

    def on_screen_suspend(self) -> None:
        """Only a screen that is not seen may miss a change of styles."""
        self._was_away = True

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Style the screen alone, which was registered before its style sheet was read."""
        if not self._was_away:
            event.refresh_styles = False
            self.app.stylesheet.apply(self)
        self._was_away = False
