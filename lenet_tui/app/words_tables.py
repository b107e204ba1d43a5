"""The word tables of all rooms."""

from __future__ import annotations

from lenet_tui.app.words import APP
from lenet_tui.app.words_panes import PANES
from lenet_tui.canvas.words import CANVAS
from lenet_tui.curves.words import CURVES
from lenet_tui.evaluation.words import EVALUATION
from lenet_tui.explain.words.autograd import AUTOGRAD
from lenet_tui.explain.words.cells import CELLS
from lenet_tui.explain.words.inspector import INSPECTOR
from lenet_tui.explain.words.pane import EXPLAIN
from lenet_tui.export.words import EXPORT
from lenet_tui.findings.words import FINDINGS
from lenet_tui.lab.words import LAB
from lenet_tui.parity.words import PARITY
from lenet_tui.protocol.phase_words import PHASE_WORDS
from lenet_tui.stepping.words import COMMANDS
from lenet_tui.text.notice import Table
from lenet_tui.tour.words import TOUR
from lenet_tui.twins.words import TWINS

TABLES: tuple[Table, ...] = (
    APP, PANES, AUTOGRAD, CELLS, COMMANDS, EVALUATION, INSPECTOR, EXPLAIN, TOUR, LAB,
    EXPORT, CANVAS, CURVES, PARITY, FINDINGS, TWINS, PHASE_WORDS,
)  # fmt: skip
