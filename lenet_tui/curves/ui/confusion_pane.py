"""Which classes the model takes for which: the confusion matrix of the held-out data."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from textual.content import Content

from lenet_tui.curves.ui.judged_pane import JudgedPane
from lenet_tui.evaluation.request import Judged
from lenet_tui.text.words import Words

Counts = npt.NDArray[np.int64]


class ConfusionPane(JudgedPane):
    """A row for each class as it is, a column for each that it was taken for."""

    title_key = "curves.confusion"

    def lines(self, judged: Judged, width: int, height: int) -> list[Content]:
        made = matrix(judged.counts, width, self.glyphs.dot)
        if made is None or len(made) > height:
            return mistakes(judged.counts, height, self.words)
        return made

    def below(self, judged: Judged) -> list[str]:
        wrong = int(judged.counts.sum() - np.trace(judged.counts))
        total = int(judged.counts.sum())
        key = "curves.wrong" if wrong else "curves.all-right"
        return [self.words(key, wrong=wrong, total=total), ""]


def matrix(counts: Counts, width: int, dot: str) -> list[Content] | None:
    """A line for each class, with its number before it and the share of right ones behind it.

    ``None``: it has no room. Numbers that are mistakes are bold, none is a dot.
    """
    names = [str(n) for n in range(len(counts))]
    label = len(names[-1]) + 1
    cell = max(len(str(int(counts.max(initial=0)))), len(names[-1])) + 1
    shares = label + cell * len(counts) + 6 <= width
    if label + cell * len(counts) > width:
        return None
    head = " " * label + "".join(f"{name:>{cell}}" for name in names)
    lines = [Content.styled(head, "$foreground-muted")]
    for target, row in enumerate(counts.tolist()):
        parts: list[tuple[str, str]] = [(f"{target:>{label}}", "$foreground-muted")]
        for predicted, count in enumerate(row):
            style = "$text-success" if predicted == target else "bold $text-error"
            text = str(count) if count else dot
            parts.append((f"{text:>{cell}}", style if count else "$foreground-disabled"))
        whole = sum(row)
        if shares and whole:
            parts.append((f"{100 * row[target] / whole:>4.0f} %", "$foreground-muted"))
        lines.append(Content.assemble(*parts))
    return lines


def mistakes(counts: Counts, most: int, words: Words) -> list[Content]:
    """The commonest pairs of a class and what it was taken for."""
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[: max(most, 0)]
    pairs = [(int(k) // len(counts), int(k) % len(counts)) for k in order]
    return [
        Content(words("curves.taken-for", target=t, predicted=p, n=int(wrong[t, p])))
        for t, p in pairs
        if wrong[t, p]
    ]
