"""Which classes the model takes for which: the confusion matrix of the held-out data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rich.cells import cell_len
from textual.content import Content

from lenet_tui.curves.class_names import longest_that_fit, name_of, told_apart
from lenet_tui.curves.ui.judged_pane import JudgedPane
from lenet_tui.evaluation.request import Judged
from lenet_tui.kit.ui.format import padded
from lenet_tui.text.words import Words

LONGEST = (12, 8, 6, 4, 3)
"""Cells of a class's name: as many as there is room for."""
Counts = npt.NDArray[np.int64]


class ConfusionPane(JudgedPane):
    """A row for each class as it is, a column for each that it was taken for."""

    title_key = "curves.confusion"

    def lines(self, judged: Judged, width: int, height: int) -> list[Content]:
        share = self.words("curves.confusion.share")
        dot, more = self.glyphs.dot, self.glyphs.more
        made = matrix(judged.counts, width, dot, self.names, share=share, more=more)
        if made is None or len(made) > height:
            return mistakes(judged.counts, height, self.words, self.names, width=width, more=more)
        return made

    def below(self, judged: Judged) -> list[str]:
        wrong = int(judged.counts.sum() - np.trace(judged.counts))
        total = int(judged.counts.sum())
        key = "curves.wrong" if wrong else "curves.all-right"
        said = self.words(key, wrong=wrong, total=total)
        return [f"{self.words('curves.confusion.rows')}  {said}", said, ""]


def matrix(
    counts: Counts,
    width: int,
    dot: str,
    names: Sequence[str] = (),
    *,
    share: str = "",
    more: str = "…",
) -> list[Content] | None:
    """A line for each class, with its name before it and the share of right ones behind it.

    A class that there is nothing of and that nothing was taken for is left out. ``names``: of the
    classes, cut where there is no room for them; they are numbers where that leaves too little.
    ``share``: what stands above the shares, in 5 cells at most. ``more``: the mark of a cut name.
    ``None``: it has no room. Numbers that are mistakes are bold, none is a dot.
    """
    there = np.flatnonzero(counts.sum(axis=0) + counts.sum(axis=1)).tolist()
    for longest in LONGEST if names else ():
        labels = told_apart([name_of(n, names) for n in there], longest, more)
        if labels is None or len({*labels}) < len(labels):
            continue
        if made := _matrix(counts, [*zip(there, labels, strict=True)], width, dot, share):
            return made
    return _matrix(counts, [(n, str(n)) for n in there], width, dot, share)


def _matrix(
    counts: Counts, classes: Sequence[tuple[int, str]], width: int, dot: str, title: str
) -> list[Content] | None:
    there, labels = [n for n, _ in classes], [name for _, name in classes]
    widest = max((cell_len(label) for label in labels), default=0)
    label = widest + 1
    cell = max(len(str(int(counts.max(initial=0)))), widest) + 1
    shares = label + cell * len(there) + 6 <= width
    if label + cell * len(there) > width:
        return None
    head = " " * label + "".join(padded(name, cell, left=True) for name in labels)
    head += padded(title, 6, left=True) if shares and title else ""
    lines = [Content.styled(head, "$foreground-muted")]
    for target, name in classes:
        parts: list[tuple[str, str]] = [(padded(name, label, left=True), "$foreground-muted")]
        for predicted in there:
            count = int(counts[target, predicted])
            style = "$text-success" if predicted == target else "bold $text-error"
            text = str(count) if count else dot
            parts.append((f"{text:>{cell}}", style if count else "$foreground-disabled"))
        whole = int(counts[target].sum())
        if shares and whole:
            share = 100 * int(counts[target, target]) / whole
            parts.append((f"{share:>4.0f} %", "$foreground-muted"))
        lines.append(Content.assemble(*parts))
    return lines


def mistakes(
    counts: Counts,
    most: int,
    words: Words,
    names: Sequence[str] = (),
    *,
    width: int = 0,
    more: str = "…",
) -> list[Content]:
    """The commonest pairs of a class and what it was taken for.

    ``width``: the cells of a line, which names are cut for; 0: of any length. ``more``: the mark
    of a cut name.
    """
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[: max(most, 0)]
    pairs = [(int(k) // len(counts), int(k) % len(counts)) for k in order]
    pairs = [(t, p) for t, p in pairs if wrong[t, p]]
    longest = max((int(wrong[pair]) for pair in pairs), default=0)
    said = cell_len(words("curves.taken-for", target="", predicted="", n=longest))
    there = sorted({n for pair in pairs for n in pair})
    room = width - said if width else sum(cell_len(name_of(n, names)) for n in there)
    called = longest_that_fit(there, names, pairs, room, more)
    return [
        Content(
            words("curves.taken-for", target=called[t], predicted=called[p], n=int(wrong[t, p]))
        )
        for t, p in pairs
    ]
