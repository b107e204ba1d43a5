"""The outputs beside the picture: a bar for each class, and what was run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rich.cells import cell_len
from textual.content import Content

from lenet_tui.canvas.request import Prediction
from lenet_tui.kit.ui.bars import bars
from lenet_tui.kit.ui.prose import Fitted
from lenet_tui.text.numbers import aligned, ascii_text, number
from lenet_tui.text.words import Words

GAP, BETWEEN = "  ", "   "
UNLIKE = 4 / 3
"""How many times as high as a sample, or as low, a drawing is that the net has seen none of."""


class KeyLines(Fitted[str]):
    """Keys and what they do, each whole on one of as many lines as it takes."""

    def fitted(self, width: int) -> Content:
        lines: list[str] = []
        for item in self.given.split(BETWEEN):
            if lines and cell_len(lines[-1]) + len(BETWEEN) + cell_len(item) <= width:
                lines[-1] += BETWEEN + item
            else:
                lines.append(item)
        return Content("\n".join(lines))


def lines(
    found: Prediction, words: Words, target: int | None, width: int, ascii_only: bool
) -> list[Content]:
    """The prediction in words, then a line for each class: its bar, softmax and output.

    ``target``: the class that is to come out, if it is known.
    """
    spelled = ascii_text if ascii_only else str
    shares, outputs = np.array(found.probabilities), aligned(found.outputs)
    best = predicted(found)
    said = words("canvas.predicted", label=best, share=number(float(shares[best])))
    room = width - max(map(len, outputs)) - len(GAP)
    drawn = bars(shares, target, None, room, ascii_only)
    shown = [
        Content.assemble(line, " " * max(0, room - line.cell_length), GAP, (spelled(text), "dim"))
        for line, text in zip(drawn, outputs, strict=True)
    ]
    return [Content.styled(said, "bold"), Content.styled(words("canvas.columns"), "dim"), *shown]


def predicted(found: Prediction) -> int:
    """The class with the largest output; one that is NaN counts as the least."""
    outputs = np.nan_to_num(np.array(found.outputs), nan=-np.inf, posinf=np.inf, neginf=-np.inf)
    return int(np.argmax(outputs))


def remarks(found: Prediction, words: Words) -> Sequence[str]:
    """How the model was run."""
    said = [words("canvas.train" if found.training else "canvas.eval")]
    return [*said, words("canvas.drew")] if found.drew else said


def size_remark(drawn: int, sample: int, words: Words) -> Sequence[str]:
    """What to do where a drawing is much higher or lower than the samples; both in rows."""
    if not drawn or max(drawn, sample) < UNLIKE * min(drawn, sample):
        return []
    return [words("canvas.size", rows=drawn, sample=sample)]
