"""The program that a person would have written, with the present options, and the current line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lenet_tui.app import own_program
from lenet_tui.export import statements
from lenet_tui.protocol.frame import Frame, SegmentState, printed_digest
from lenet_tui.protocol.options import DRAWN, LOSSES, NET, OWN, Options, turn_of
from lenet_tui.protocol.phases import BACKWARD, FORWARD, INIT, LOSS, PHASES, UPDATE, left
from lenet_tui.text.numbers import number, shape_text

Note = tuple[str, dict[str, str]]
"""A remark on a line: a key of the words table, and its values."""
INDENT = "    "


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line of the program. ``mark``: ``done``, ``current``, ``skipped``, ``extra`` (done out of
    turn) or nothing. ``notes``: the remarks on it.
    """

    code: str
    phase: str = ""
    mark: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """The lines, and the number of the current one: the phase that the cursor is in or passed
    last.
    """

    lines: tuple[Line, ...]
    current: int


def program(frame: Frame, net: str = "Net", source: Sequence[str] = ()) -> Program:
    """The program at the cursor; ``net``: the name of the model's class.

    The last line is the digest of all parameters and gradients, which the exported script prints;
    it is left out where there are so many that no step waits for it.
    A step of one's own is shown as it stands in its file, whose lines ``source`` has.
    """
    options, segments = frame.options, frame.segments
    if options.step:
        return _owners(frame, source)
    lines = [_begun(line, frame) for line in opening(options, net)]
    body = [line for place in range(len(segments)) for line in _passed(frame, place)]
    begun = frame.position.iteration > 0
    if not begun:
        lines += body
        body = []
    for phase in left(turn_of(options), segments if begun else ()):
        body += _phase(frame, phase)
    note: Note = ("code.iteration", {"n": f"{frame.position.iteration}"})
    lines += [Line(""), Line("for iteration in count(1):", notes=(note,) if begun else ())]
    lines += [Line(INDENT + b.code, b.phase, b.mark, b.notes) for b in body]
    if digest := printed_digest(frame):
        lines += [Line("", notes=(("code.state", {}),)), Line(f"# STATE {digest}")]
    current = next((n for n, line in enumerate(lines) if line.mark == "current"), 0)
    return Program(tuple(lines), current)


def _owners(frame: Frame, source: Sequence[str]) -> Program:
    """The owner's file, with the line of the step that the cursor is in or passed last."""
    here = own_program.line_in_step(frame, source)
    lines = [Line(code) for code in source]
    notes = tuple(_notes(frame, len(frame.segments) - 1)) if frame.segments else ()
    if here >= 0:
        lines[here] = Line(source[here], frame.position.phase, "current", notes)
    if frame.digest:
        known = "code.digest" if frame.looked_at else "code.state"  # a script is not exported
        lines += [Line("", notes=((known, {}),)), Line(f"# STATE {frame.digest}")]
    return Program(tuple(lines), max(here, 0))


def running_line(frame: Frame, net: str, source: Sequence[str], first: int) -> Line:
    """The line that the cursor is in or passed last: inside a forward, that of the model's class.

    ``source``: the lines of the class, which begin at line ``first`` of their file.
    """
    shown = program(frame, net, source)
    line = shown.lines[shown.current] if shown.lines else Line("")
    number = line_inside(frame, first)
    code = source[number] if 0 <= number < len(source) else line.code
    return Line(code.strip(), line.phase, line.mark, line.notes)


def line_inside(frame: Frame, first: int) -> int:
    """Where the class, from line ``first`` on, runs the op of a forward; −1: nowhere."""
    entry, position = frame.entry, frame.position
    if position.phase != FORWARD.name or position.op is None or not (entry and entry.line):
        return -1
    return entry.line - first


def opening(options: Options, net: str) -> list[str]:
    """The lines before the loop."""
    own = options.model != NET
    lines = [f"torch.manual_seed({options.seed})", f'device = "{options.device}"']
    lines.append(f"net = {net}().to(device)")
    if own:
        lines = own_program.opening(options)
    if options.data == "random":
        lines += statements.draw(options.batch_size)
    if options.loss in LOSSES:
        lines.append(statements.criterion(options))
    if options.optimizer == OWN:
        return lines
    return [*lines, statements.optimizer_here(options) or f"lr = {options.lr!r}"]


def _begun(code: str, frame: Frame) -> Line:
    """A line of the opening, done at init; the line that builds the model is current there."""
    at_init = frame.position.iteration == 0 and len(frame.segments) <= 1
    current = at_init and code.startswith("net = ")
    return Line(code, INIT.name, "current" if current else "done")


def _phase(frame: Frame, phase: str, vector: str = "") -> list[Line]:
    """The lines of one phase; the last of them runs it."""
    options = frame.options
    kind = PHASES[phase]
    code = [*statements.whole(kind, options, labels=options.data != "random")]
    if kind is UPDATE:
        code = [*statements.scheduled(options), *code]
    if kind is LOSS:
        code = [*own_program.loss(options)] or code
    if kind is FORWARD:
        code = [*_batch(frame), *code]
    elif vector:
        code = ["output.backward(v)"]
    return [*(Line(text) for text in code[:-1]), Line(code[-1], phase)]


def _batch(frame: Frame) -> list[str]:
    options = frame.options
    if options.data in (OWN, DRAWN):
        return own_program.batch(options)
    if options.data == "random":
        return []
    name = "digits" if options.data == "digits" else "samples"
    name += f"[:{options.train_size}]" if options.train_size else ""
    padding = frame.samples.padding if frame.samples else None
    pad = ""
    if padding is not None:
        value = padding if padding % 1 else int(padding)
        pad = f"input = F.pad(input, (2, 2, 2, 2), value={value})  # to 32×32"
    return statements.batch(name, options, device=True, padding=pad)


def _passed(frame: Frame, place: int) -> list[Line]:
    """The lines of a phase that the cursor is in or has passed."""
    segment = frame.segments[place]
    if segment.phase == INIT.name:
        return []
    lines = _phase(frame, segment.phase, segment.vector)
    if segment.edit:
        lines = [Line(segment.edit, segment.phase)]
    if segment.phase == FORWARD.name and (segment.how == "skip" or _fetched(frame, place)):
        lines = lines[-1:]
    elif segment.phase == FORWARD.name and frame.by_hand and len(lines) > 1:
        lines[-2] = Line(lines[-2].code, notes=(("code.then-by-hand", {}),))
    current = place == len(frame.segments) - 1
    mark = "current" if current else {"skip": "skipped", "do": "extra"}.get(segment.how, "done")
    last = Line(lines[-1].code, segment.phase, mark, tuple(_notes(frame, place)))
    return [*lines[:-1], last]


def _fetched(frame: Frame, place: int) -> bool:
    """Whether the iteration's batch was taken by an earlier forward."""
    return any(s.phase == FORWARD.name and s.how != "skip" for s in frame.segments[:place])


def _notes(frame: Frame, place: int) -> list[Note]:
    segments = frame.segments
    segment = segments[place]
    notes: list[Note] = []
    if segment.how == "skip":
        notes.append(("code.skipped", {}))
    elif segment.how == "do":
        notes.append(("code.by-hand" if segment.edit else "code.extra", {}))
    if segment.vector:
        notes.append(("code.vector", {"vector": segment.vector}))
    if place == len(segments) - 1 and frame.position.op is not None:
        return [*notes, _inside(frame, segment)]
    if any(s.phase == segment.phase and s.how != "skip" for s in segments[place + 1 :]):
        return notes
    if segment.how != "skip":
        notes += _result(frame, segment.phase)
    return notes


def _inside(frame: Frame, segment: SegmentState) -> Note:
    """How far the cursor is in the phase, and the op it passed last."""
    known = segment.total < 10_000
    values = {"done": f"{segment.done}", "total": f"{segment.total}" if known else "?"}
    if frame.entry is None:
        return "code.done", values
    return "code.op", values | {"op": frame.entry.op, "name": frame.entry.name}


def _result(frame: Frame, phase: str) -> list[Note]:
    """The result of the last run of a phase, as notes."""
    if frame.entry and frame.entry.phase == phase and frame.entry.numbers:
        text = ", ".join(f"{name} {number(value, 6)}" for name, value in frame.entry.numbers)
        return [("code.numbers", {"numbers": text})]
    output = frame.output_shape
    if phase == FORWARD.name and output is not None:
        return [("code.shape", {"shape": shape_text(output)})]
    if phase == LOSS.name and frame.loss is not None:
        return [("code.loss", {"loss": number(frame.loss, 6)})]
    if phase == BACKWARD.name and frame.accumulated > 1:
        return [("code.accumulated", {"n": f"{frame.accumulated}"})]
    return []
