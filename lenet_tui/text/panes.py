"""Words of the tensor panes: titles, legends, states."""

from __future__ import annotations

from lenet_tui.text.words import Table

PANES: Table = {
    "view.none": ("None", "None"),
}
