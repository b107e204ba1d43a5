"""The place of a finding, drawn: shapes that meet, a cut, two versions, two factors."""

from __future__ import annotations

from collections.abc import Callable
from math import log10
from typing import Any

from rich.cells import cell_len
from textual.content import Content

from lenet_tui.findings.finding import Finding
from lenet_tui.findings.words import called, facts, said, spelled_evidence
from lenet_tui.kit.ui.glyphs import Glyphs
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.phase_words import phase_about, phase_text
from lenet_tui.protocol.phases import OTHER
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import figure, index_text, number, shape_text, thousands
from lenet_tui.text.words import Words

PARAMETERS = frozenset(
    {
        *("param-not-registered", "param-not-in-optimizer", "optimizer-stale", "no-gradient"),
        *("frozen-but-moves", "tied-but-apart", "units-alike"),
    }
)
"""The findings whose place is a parameter's row of the ledger."""
ORDER = frozenset(
    {
        *("grad-accumulates", "gradient-unused", "clip-misplaced", "clip-while-scaled"),
        *("gradient-used-twice", "update-while-scaled", "optimizer-anew", "step-too-small"),
        *("accumulation-scale", "mode-eval-in-training", "clip-to-zero", "weights-set-back"),
    }
)
"""The findings whose place is the order of the step's phases."""


NAME = 32
"""Cells of a layer's name beside its bar."""


def drawing(finding: Finding, words: Words, glyphs: Glyphs, frame: Frame | None) -> Content:
    """What is drawn of a finding; its evidence line by line where nothing better is known."""
    draw = _DRAWN.get(finding.id)
    lines = draw(finding, words, glyphs) if draw is not None else []
    if finding.id in ORDER:
        lines = _order(finding, words, glyphs, frame)
    lines = [*map(_flush, lines)] or _evidence(finding, words)
    return Content("\n").join(lines)


def _flush(line: Content) -> Content:
    """A line without its indent, which the widget gives to wrapped lines too."""
    return line[2:] if line.plain.startswith("  ") else line


def _plain(text: str, style: str = "") -> Content:
    return Content.styled(clean(text, 400), style) if style else Content(clean(text, 400))


def _broadcast(finding: Finding, words: Words, glyphs: Glyphs) -> list[Content]:
    """Both shapes and their result, axis by axis, with what is stretched."""
    evidence = finding.evidence
    both = list(evidence["result"])
    shapes = [_aligned(list(evidence[key]), len(both)) for key in ("prediction", "target")]
    titles = [words(f"panel.{key}") for key in ("axis", "prediction", "target", "result")]
    label = max(map(cell_len, titles))
    columns = [[str(n) for n in range(len(both))]]
    marked = [[False] * len(both)]
    for shape in shapes:
        columns.append([_side(size, goal, glyphs) for size, goal in zip(shape, both, strict=True)])
        marked.append([size != goal for size, goal in zip(shape, both, strict=True)])
    columns.append([str(size) for size in both])
    marked.append([False] * len(both))
    widths = [max(len(row[n]) for row in columns) for n in range(len(both))]
    lines = []
    for title, row, stretched in zip(titles, columns, marked, strict=True):
        parts = [Content(f"  {title}{' ' * (label - cell_len(title))}")]
        for text, width, mark in zip(row, widths, stretched, strict=True):
            style = "bold $text-error" if mark else "$foreground-muted" if row is columns[0] else ""
            parts.append(Content.styled(f"   {text:>{width}}", style))
        if any(stretched):
            parts.append(
                Content.styled(f"   {glyphs.back} {words('panel.stretched')}", "$text-error")
            )
        lines.append(Content("").join(parts))
    counts = {key: thousands(int(evidence[key])) for key in ("pairs", "expected")}
    return [*lines, Content(""), _plain(f"  {words('panel.pairs', **counts)}")]


def _aligned(shape: list[int], dims: int) -> list[int | None]:
    return [*([None] * (dims - len(shape))), *shape]


def _side(size: int | None, goal: int, glyphs: Glyphs) -> str:
    if size == goal:
        return str(size)
    return f"{glyphs.none if size is None else size} {glyphs.arrow} {goal}"


def _cut(finding: Finding, words: Words, glyphs: Glyphs) -> list[Content]:
    """The parameters, the op at which their way ends, and the loss."""
    names = [str(name) for name in finding.evidence.get("parameters", ())]
    more = f" {glyphs.more}" if len(names) > 3 else ""
    op = " ".join(filter(None, (_op(finding), finding.line)))
    return [
        _plain(f"  {words('panel.before-cut', names=', '.join(names[:3]) + more)}"),
        _plain(f"  {'│' if glyphs.more == '…' else '|'}"),
        _plain(f"  {glyphs.past} {words('panel.cut', op=op)}", "bold $text-error"),
        _plain(f"  {glyphs.dot}", "$foreground-muted"),
        _plain(f"  {words('panel.after-cut')}", "$foreground-muted"),
    ]


def _versions(finding: Finding, words: Words, glyphs: Glyphs) -> list[Content]:
    """Who saved a tensor, who wrote it, and which version backward wants."""
    evidence = finding.evidence
    if "version" not in evidence:
        return []
    saved, version = evidence["saved_version"], evidence["version"]
    titles = [words("panel.version", n=saved), words("panel.version", n=version)]
    label = max(map(cell_len, titles))
    saver = words(
        "panel.saved", op=evidence.get("saved_by") or "?", node=evidence.get("node") or "?"
    )
    writer = words("panel.written", op=evidence.get("written_by") or "?")
    kept = str(evidence.get("saved_line") or "")
    lines = [
        _plain(f"  {titles[0]}{' ' * (label - cell_len(titles[0]))}   {saver}   {kept}"),
        _plain(
            f"{glyphs.current} {titles[1]}{' ' * (label - cell_len(titles[1]))}   {writer}"
            f"   {finding.line}",
            "bold $text-error",
        ),
    ]
    needs = words("panel.needs", saved=saved, version=version)
    return [*lines, _plain(f"  {needs}   {evidence.get('backward', '')}")]


def _factors(finding: Finding, words: Words, glyphs: Glyphs) -> list[Content]:
    """The numbers of which the first NaN or infinity was made."""
    evidence = finding.evidence
    index = index_text(evidence.get("index", ())) if evidence.get("index") else ""
    value = figure(float(evidence["value"]), 6) if "value" in evidence else "?"
    factors = f" {glyphs.times} ".join(figure(float(f), 6) for f in evidence.get("factors", ()))
    lines = [_plain(f"  {' '.join(filter(None, (_op(finding), finding.line)))}", "bold")]
    if evidence.get("shapes"):
        shapes = ", ".join(shape_text(shape) for shape in evidence["shapes"])
        lines.append(_plain(f"    {words('panel.shapes', shapes=shapes)}"))
    if factors:
        lines.append(_plain(f"  {factors} {glyphs.arrow} {value}", "bold $text-error"))
    for key in ("received", "slope", "operand"):
        if key in evidence:
            shown = _value(evidence[key])
            lines.append(_plain(f"    {words(f'panel.{key}')}  {shown}"))
    if evidence.get("unchosen"):
        lines.append(_plain(f"    {words('panel.unchosen', op=evidence['unchosen'])}"))
    first = "panel.first-found" if finding.id == "nan-input" else "panel.first-made"
    lines.append(_plain(f"  {words(first, index=index or '[]', value=value)}"))
    if evidence.get("total"):
        counts = {key: thousands(int(evidence[key])) for key in ("bad", "total")}
        lines.append(_plain(f"  {words('panel.counted', **counts)}"))
    return lines


def _op(finding: Finding) -> str:
    """The op of a finding by its name, with what it does where the name does not say it."""
    op, name = str(finding.evidence.get("op") or ""), finding.where
    said = op and not name.partition("#")[0].endswith(op)
    return " · ".join(filter(None, (name, op if said else "")))


def _across(finding: Finding, words: Words, glyphs: Glyphs) -> list[Content]:
    """The edge from this iteration's graph to an earlier one's."""
    evidence = finding.evidence
    born = evidence.get("born")
    when = "panel.born-before" if born == 0 else "panel.born"
    return [
        _plain(
            f"  {words('panel.born', n=evidence.get('iteration', '?'))}   "
            f"{finding.where}   {finding.line}"
        ),
        _plain(f"  {glyphs.arrow} {words('panel.edge')}", "bold $text-error"),
        _plain(
            f"  {words(when, n=born or '?')}   {evidence.get('op') or evidence.get('node', '')}   "
            f"{evidence.get('op_line', '')}"
        ),
    ]


def _depth(finding: Finding, words: Words, glyphs: Glyphs) -> list[Content]:
    """The sizes along the depth, a layer each, as bars of their powers of ten."""
    evidence = finding.evidence
    sizes = [float(size) for size in evidence.get("sizes", ())]
    names = [clean(str(name), NAME) for name in evidence.get("names", ())]
    finite = [size for size in sizes if size > 0 and size < float("inf")]
    if not finite or len(names) != len(sizes):
        return []
    what = "activations" if evidence.get("reason") == "activations" else "gradients"
    label = max(map(cell_len, names))
    return [
        _plain(f"  {words(f'panel.depth.{what}')}", "$foreground-muted"),
        *(
            _plain(
                f"  {name}{' ' * (label - cell_len(name))}  {_bar(size, finite, glyphs):<24} "
                f"{number(size, 3)}"
            )
            for name, size in zip(names, sizes, strict=True)
        ),
    ]


def _along(finding: Finding, words: Words, glyphs: Glyphs) -> list[Content]:
    """The loss along the step's line, a line for each part of the step; the lowest one marked."""
    evidence = finding.evidence
    losses = [float(loss) for loss in evidence.get("losses", ())]
    factors = [float(factor) for factor in evidence.get("factors", ())]
    finite = [loss for loss in losses if 0 < loss < float("inf")]
    if not finite or len(losses) != len(factors):
        return []
    titles = [f"{factor:g}{glyphs.times}" for factor in factors]
    label = max(map(cell_len, titles))
    lines = [_plain(f"  {words('panel.along')}", "$foreground-muted")]
    for factor, title, loss in zip(factors, titles, losses, strict=True):
        style = "bold" if loss == min(finite) else "bold $text-error" if factor == 1 else ""
        text = f"  {title:>{label}}  {_bar(loss, finite, glyphs):<24} {number(loss, 4)}"
        note = f"   {words('panel.taken')}" if factor == 1 else ""
        lines.append(_plain(f"{text}{note}", style))
    return lines


def _bar(size: float, sizes: list[float], glyphs: Glyphs) -> str:
    if not 0 < size < float("inf"):
        return ""
    low, high = log10(min(sizes)), log10(max(sizes))
    share = (log10(size) - low) / (high - low) if high > low else 1.0
    return glyphs.bars[-1] * max(round(share * 24), 1)


def _order(finding: Finding, words: Words, glyphs: Glyphs, frame: Frame | None) -> list[Content]:
    """The phases of the iteration shown, in their order, with that of the finding marked.

    There are none where it has not come as far as to that one.
    """
    phases = [segment.phase for segment in frame.segments] if frame else []
    if finding.phase not in phases:
        return []
    lines = []
    for turn, times in _turns(phases):
        for phase in turn:
            here = phase == finding.phase
            mark = glyphs.current if here else glyphs.dot
            shown = phase_text(phase, words)
            again = f"   {glyphs.times} {times}" if times > 1 and phase == turn[-1] else ""
            lines.append(_plain(f"  {mark} {shown}{again}", "bold $text-error" if here else ""))
    if finding.id == "grad-accumulates" and "zero_grad" not in phases and phases:
        absent = f"  {glyphs.missing} zero_grad: {words('panel.absent')}"
        lines.append(_plain(absent, "bold $text-error"))
    if OTHER.name in phases and finding.phase != OTHER.name:
        lines += [Content(""), _plain(f"  {phase_about(OTHER.name, words)}", "$foreground-muted")]
    return [*lines, Content(""), *_evidence(finding, words)] if lines else []


def _turns(phases: list[str]) -> list[tuple[tuple[str, ...], int]]:
    """The phases as turns that follow each other unchanged, and how many times they do.

    So a step that accumulates fits the screen: ``zero_grad forward loss backward`` × 4.
    """
    turns: list[tuple[tuple[str, ...], int]] = []
    at = 0
    while at < len(phases):
        length, times = 1, 1
        for size in range(1, (len(phases) - at) // 2 + 1):
            turn, n = phases[at : at + size], 1
            while phases[at + n * size : at + (n + 1) * size] == turn:
                n += 1
            if n > 1 and n * size > length * times:
                length, times = size, n
        turns.append((tuple(phases[at : at + length]), times))
        at += length * times
    return turns


def _raised(finding: Finding, words: Words, glyphs: Glyphs) -> list[Content]:
    """What the op was given: the exception and its message are in the title."""
    given = _evidence(finding, words, frozenset({"type", "message"}))
    return given or [_plain(said(finding, words)[1])]


def _evidence(
    finding: Finding, words: Words, without: frozenset[str] = frozenset()
) -> list[Content]:
    """Name and value, a line each."""
    evidence = [
        (called(finding, k, words), spelled_evidence(v, words))
        for k, v in facts(finding, words).items()
        if k != "reason" and k not in without and v not in ("", None)
    ]
    room = max((cell_len(name) for name, _ in evidence), default=0)
    return [
        _plain(f"{name}{' ' * (room - cell_len(name))}  {words.spell(value)}")
        for name, value in evidence
    ]


def _value(value: Any) -> str:
    if isinstance(value, float):
        return figure(value, 6)
    if isinstance(value, (list, tuple)):
        shown = ", ".join(_value(part) for part in value[:12])
        return f"{shown}, …" if len(value) > 12 else shown
    return str(value)


_DRAWN: dict[str, Callable[[Finding, Words, Glyphs], list[Content]]] = {
    "loss-broadcast": _broadcast,
    "graph-cut": _cut,
    "raised": _raised,
    "inplace-overwrite": _versions,
    **dict.fromkeys(("nan-input", "nan-forward", "nan-backward", "nan-state"), _factors),
    "graph-across-iterations": _across,
    "vanishing": _depth,
    "exploding": _depth,
    "step-too-large": _along,
}
