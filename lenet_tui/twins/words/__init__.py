"""The questions and answers."""

from __future__ import annotations

from lenet_tui.text.notice import Table
from lenet_tui.twins.words.lessons_loss import LOSS
from lenet_tui.twins.words.lessons_model import MODEL
from lenet_tui.twins.words.lessons_order import ORDER
from lenet_tui.twins.words.screen import SCREEN

TWINS: Table = {**SCREEN, **ORDER, **LOSS, **MODEL}
