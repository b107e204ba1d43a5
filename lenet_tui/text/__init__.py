"""What is said to people, in two languages, one table for each area."""

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
from lenet_tui.text.words import AsciiWords, Table, Words

TABLES: tuple[Table, ...] = (
    APP, AUTOGRAD, CELLS, COMMANDS, INSPECTOR, PANES, EXPLAIN, TOUR, TOURING, TRACE, LAB, EXPORT,
    PARITY,
)  # fmt: skip


def words(language: str, ascii: bool = False) -> Words:
    """All tables in ``language`` (``en`` or ``zh``). ``ascii``: English with ASCII signs only."""
    kind = AsciiWords if ascii and language == "en" else Words
    return kind(language, *TABLES)
