"""What the main screen looks like apart from the session, to be taken up again later."""

from __future__ import annotations

from dataclasses import dataclass

from textual.widget import Widget

from lenet_tui.kit.ui.pane import Pane


@dataclass(frozen=True, slots=True)
class Appearance:
    """``chosen``: what each pane remembers; ``tensor``: the one that is chosen in the layers.

    ``tab``: the one on top. ``filling``: the pane that fills the screen, and ``summoned``: whether
    it has no other place. ``explained``: the cell in the inspector, or empty. ``follows``: whether
    the tensor panes follow the ops. ``training``: whether the curves are in their place.
    """

    chosen: tuple[tuple[Pane, object], ...]
    tensor: str
    tab: str
    focused: Widget | None
    filling: Widget | None
    summoned: bool
    explained: str
    follows: bool
    training: bool
