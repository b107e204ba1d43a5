"""What the output pane shows: the numbers of a row, and the target that they are to meet."""

from __future__ import annotations

from math import prod

import numpy as np

from lenet_tui.app.output_rows import OutputRows
from lenet_tui.kit.ui.bars import Numbers
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.views import View
from lenet_tui.text.words import Words


def targets(
    label: View | None, target: View | None, rows: OutputRows
) -> tuple[int | None, Numbers | None]:
    """The target class, or the target's numbers.

    Whole numbers are classes where there is one to each row of the output.
    """
    if label is not None and label.dtype.startswith(("int", "uint")):
        found = row(label) if prod(label.shape) == rows.count else None
        return (int(found[0]) if found is not None else None), None
    return None, row(target)


def batch_right(frame: Frame | None, words: Words) -> str:
    """Of how many samples of the batch the prediction is right; empty where it is not known."""
    if frame is None or frame.right is None:
        return ""
    correct, total = frame.right
    return words("evaluation.right", correct=correct, total=total)


def row(view: View | None) -> Numbers | None:
    """The numbers of a view's first row, if they are there."""
    if view is None or view.values is None or view.state != "value" or not view.values.size:
        return None
    return np.asarray(view.values.reshape(-1, view.values.shape[-1])[0])
