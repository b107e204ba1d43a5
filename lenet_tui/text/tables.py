"""Every table of what is said."""

from __future__ import annotations

from lenet_tui.text.app import APP
from lenet_tui.text.autograd import AUTOGRAD
from lenet_tui.text.cells import CELLS
from lenet_tui.text.commands import COMMANDS
from lenet_tui.text.explain import EXPLAIN
from lenet_tui.text.export import EXPORT
from lenet_tui.text.inspector import INSPECTOR
from lenet_tui.text.lab import LAB
from lenet_tui.text.panes import PANES
from lenet_tui.text.parity import PARITY
from lenet_tui.text.tour import TOUR
from lenet_tui.text.touring import TOURING
from lenet_tui.text.trace import TRACE
from lenet_tui.text.words import Table

TABLES: tuple[Table, ...] = (
    APP, AUTOGRAD, CELLS, COMMANDS, INSPECTOR, PANES, EXPLAIN, TOUR, TOURING, TRACE, LAB, EXPORT,
    PARITY,
)  # fmt: skip
