"""How the screen is painted: only what changed, where Textual's private parts are known to us.

There Chinese lines break as Chinese does as well; elsewhere Textual may begin one with a mark.
``PaintingApp`` and ``PaintingScreen`` are the base classes of the app and its main screen;
``paint_parts`` is for the screens over it, ``set_border_titles`` sets a pane's titles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lenet_tui.terminal.textual_version import private_ok

if TYPE_CHECKING or private_ok():
    from lenet_tui.terminal.ui.private.cell_diff import CellDiffApp as PaintingApp
    from lenet_tui.terminal.ui.private.line_breaks import break_wide_lines
    from lenet_tui.terminal.ui.private.partial_compositor import PartScreen as PaintingScreen
    from lenet_tui.terminal.ui.private.partial_compositor import paint_parts, set_border_titles

    break_wide_lines()
else:
    from lenet_tui.terminal.ui.plain_painting import PlainApp as PaintingApp
    from lenet_tui.terminal.ui.plain_painting import PlainScreen as PaintingScreen
    from lenet_tui.terminal.ui.plain_painting import paint_parts, set_border_titles

__all__ = ["PaintingApp", "PaintingScreen", "paint_parts", "set_border_titles"]
