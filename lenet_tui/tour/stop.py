"""What a stop of the tour is made of."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import cleandoc
from typing import Any

from lenet_tui.protocol.options import Options, resolve


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop. Its words are ``tour.KEY.title`` and ``tour.KEY.text``.

    ``moves``: lines as in ``protocol/moves.py`` that take a new session to its state. ``options``:
    those of the session where they are not ``PRESET``'s: ``digits`` with these.
    ``panes``: ids of the panes to be seen, the first one to be focused. ``tensor``: the one to
    show, ``aspect``: its value, gradient or update, ``numbers``: not as a heatmap. ``lab`` and
    ``lab_input``: the layer to open in the lab instead, and its input's shape. ``source``: the
    lines of Python that the stop is about; all stops' lines run in order. ``prints``: what these
    print, by the engine's names of it; ``then``: moves on from the stop, after which it is printed
    again.
    """

    key: str
    source: str
    moves: tuple[str, ...] = ()
    panes: tuple[str, ...] = ()
    tensor: str = ""
    lab: str = ""
    lab_input: tuple[int, ...] = ()
    aspect: str = "value"
    numbers: bool = False
    prints: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()

    @property
    def code(self) -> str:
        """``source`` without the indentation that it has here."""
        return cleandoc(self.source)

    def session(self, of_chapter: Options) -> Options:
        """The options of the stop's session, on the device, seed and memory of the chapter's."""
        if not self.options:
            return of_chapter
        asked = {name: getattr(of_chapter, name) for name in ("device", "seed", "threads")}
        return resolve("digits", **asked, history_mb=of_chapter.history_mb, **dict(self.options))
