"""What two programs gave, in plain lines: where they part, and their losses."""

from __future__ import annotations

from rich.cells import cell_len

from lenet_tui.protocol.phase_words import phase_about, phase_text
from lenet_tui.protocol.phases import PHASES
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import index_text, number, shape_text, thousands
from lenet_tui.text.words import Words
from lenet_tui.twins.result import EQUAL, SHAPES, TwinRow, TwinsResult

Labels = tuple[str, str]


def labels(result: TwinsResult, words: Words, lesson: bool) -> Labels:
    """What A and B are called: by their files, if those have two names."""
    if lesson:
        return words("twins.healthy"), words("twins.broken")
    a, b = (clean(name) for name in result.names)
    return (a, b) if a != b else ("A", "B")


def entry(row: TwinRow) -> str:
    """What the tape calls it: ``conv · conv2d``, ``hidden.weight.grad``, ``hidden.weight``."""
    name = row.name.partition("#")[0]
    if row.gradient:
        return clean(f"{row.name}.grad")
    named = row.op in ("batch", "parameter", "buffer") or name.endswith(f".{row.op}")
    phase = PHASES.get(row.phase)
    if named or (phase is not None and row.op == phase.name):
        return clean(row.name)
    return clean(" · ".join(filter(None, (row.name, row.op))))


def parting(result: TwinsResult, words: Words, names: Labels) -> list[str]:
    """Where they part: a paragraph for each line."""
    first, counted = result.first, result.first_number
    if first is None and result.ended is None:
        n = result.iterations[-1].number if result.iterations else 0
        rows = sum(len(iteration.rows) for iteration in result.iterations)
        same = words("twins.same", n=n, rows=thousands(rows))
        return [same, *endings(result, words, names)]
    lines = []
    if first is not None:
        lines.append(words("twins.parts", place=place(*first, words, names)))
        lines += details(first[1], words, names)
    if counted is not None and counted != first:
        lines.append(words("twins.first-number", place=place(*counted, words, names)))
        lines += details(counted[1], words, names)
    met = {row.phase for _, row in filter(None, (first, counted))}
    lines += (f"  {about}" for phase in sorted(met) if (about := phase_about(phase, words)))
    return lines + endings(result, words, names) + stopped(result, words, names)


def endings(result: TwinsResult, words: Words, names: Labels) -> list[str]:
    """Which of the two ended by itself, where the other did not, or not in the same way."""
    if not result.uneven:
        return []
    return [
        words("twins.exited", name=name, n=end.iterations, status=end.status)
        if end.status
        else words("twins.over", name=name, n=end.iterations)
        for name, end in zip(names, result.endings, strict=True)
        if end is not None
    ]


def stopped(result: TwinsResult, words: Words, names: Labels) -> list[str]:
    """Which of the two ended with an exception, and with which."""
    ended = result.ended
    if ended is None:
        return []
    pairs = zip(names, ended.errors, strict=True)
    return [
        words("twins.stopped", name=name, n=ended.number, error=clean(words.say(error), 500))
        for name, error in pairs
        if error is not None
    ]


def place(n: int, row: TwinRow, words: Words, names: Labels) -> str:
    """The iteration, phase, op and line of a row, and who does it there if not both."""
    op = entry(row)
    phase = phase_text(row.phase, words)
    text = words("twins.at", n=n, phase=phase, op=op) if n else words("twins.start", op=op)
    lines = [line for line in (row.line_a, row.line_b) if line]
    texts = _own_texts(row)
    if texts:  # two of them are shown below
        text += f" · {clean(texts[0], 100)}" if len(texts) == 1 else ""
    elif len(set(lines)) == 2:
        text += f" · {words('twins.lines', a=lines[0], b=lines[1])}"
    elif lines:
        text += f" · {words('twins.line', a=lines[0])}"
    if row.by is not None:
        said = words("twins.later" if row.early else "twins.only", name=names[row.by ^ row.early])
        text += f" · {said}"
    elif row.moved:
        text += f" · {words('twins.elsewhere')}"
    return text


def details(row: TwinRow, words: Words, names: Labels) -> list[str]:
    """The two numbers, and how many differ."""
    if row.how == EQUAL:
        return []
    return [*_sources(row, names), *_values(row, words, names)]


def _own_texts(row: TwinRow) -> list[str]:
    """What the lines say of programs that are no files, each once."""
    known = not (row.file_a or row.file_b)
    return list(dict.fromkeys(t for t in (row.text_a, row.text_b) if t)) if known else []


def _sources(row: TwinRow, names: Labels) -> list[str]:
    """What the lines say that made it, where that is known."""
    found = (row.file_a, row.line_a, row.text_a), (row.file_b, row.line_b, row.text_b)
    named = [f"{clean(file)}:{line}" if file else "" for file, line, _ in found]
    if named[0] == named[1]:
        named = list(names)
    width = max(map(cell_len, named))
    shown = row.file_a or row.file_b or len(_own_texts(row)) > 1
    return [
        f"  {name}{' ' * (width - cell_len(name))}  {clean(text, 100)}"
        for name, (_, _, text) in zip(named, found, strict=True)
        if shown and text
    ]


def _values(row: TwinRow, words: Words, names: Labels) -> list[str]:
    a, b = names
    if row.missing:
        return []
    if row.how == SHAPES:
        shapes = {"va": _shape(row.shape_a, words), "vb": _shape(row.shape_b, words)}
        return [f"  {words('twins.shapes', a=a, b=b, **shapes)}"]
    if row.types is not None:
        types = dict(zip(("va", "vb"), row.types, strict=True))
        return [f"  {words('twins.types', a=a, b=b, **types)}"]
    if row.first is None:
        va = _tensor(row.shape_a, row.a, words)
        vb = _tensor(row.shape_b, row.b, words)
        return [f"  {words('twins.cell', index='', a=a, b=b, va=va, vb=vb).strip()}"]
    index = index_text(row.first.index) if row.first.index else ""
    va, vb = number(row.first.a, 9), number(row.first.b, 9)
    lines = [f"  {words('twins.cell', index=index, a=a, b=b, va=va, vb=vb).strip()}"]
    if row.size > 1:
        counts = {"count": thousands(row.count), "size": thousands(row.size)}
        counts["shape"] = _shape(row.shape_a, words)
        lines.append(f"  {words('twins.count', gap=number(row.difference, 4), **counts)}")
    return lines


def _shape(shape: tuple[int, ...] | None, words: Words) -> str:
    if shape is None:
        return words("twins.none")
    return shape_text(shape) if shape else words("twins.scalar")


def _tensor(shape: tuple[int, ...] | None, norm: float | None, words: Words) -> str:
    if shape is None or norm is None:
        return words("twins.none")
    return words("twins.tensor", shape=_shape(shape, words), norm=number(norm, 4))
