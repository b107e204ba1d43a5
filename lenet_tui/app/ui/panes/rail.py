"""The pipeline rail: the six phases, where we are in them, and inside the one we are in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import Initialize, var

from lenet_tui.app.engine_state import (
    Activity,
    Busy,
    Dead,
    EngineState,
    Loading,
    Outcome,
    Restarting,
    Running,
    calm,
)
from lenet_tui.app.ui.panes.rail_strip import MANY, NARROW, ROOMY, WIDE, module_ticks, strip
from lenet_tui.curves.loss_names import called
from lenet_tui.evaluation import summary
from lenet_tui.kit.ui.format import seconds
from lenet_tui.kit.ui.glyphs import ASCII, Glyphs
from lenet_tui.kit.ui.settings import glyphs_of, not_offered, words_of
from lenet_tui.protocol.phase_words import phase_text
from lenet_tui.protocol.phases import BACKWARD, FORWARD
from lenet_tui.protocol.position import LOADS_CUDNN, SEARCHING, STARTS_CUDA
from lenet_tui.stepping.phase_states import Station, around, fitted, stations
from lenet_tui.terminal.ui.line_widget import LineWidget
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import shape_text, thousands

if TYPE_CHECKING:
    from lenet_tui.protocol import messages
    from lenet_tui.protocol.frame import Frame
    from lenet_tui.text.words import Words

STYLES = {
    "done": "$text-success",
    "current": "bold $text-accent",
    "next": "bold",
    "later": "dim",
    "skipped": "$text-warning",
    "extra": "$text-secondary",
    "missing": "dim strike",
}
STARTS = {STARTS_CUDA: "rail.cuda", LOADS_CUDNN: "rail.cudnn"}
WIDEST_GAP = 9
INPUT = "input["
"""How a statement begins that sets what the next iteration takes."""
EXTRAS = 2
MOST_LEFT_OUT = 3
"""Cells of ``+12``, the number of phases left out at an end."""


class PipelineRail(LineWidget):
    """Three lines: the phases, their times, and the present position in words; where it is low,
    without the times.
    """

    words: var[Words] = var(Initialize(words_of), init=False)
    frame: var[Frame | None] = var(None, init=False)
    state: var[EngineState] = var(Loading(), init=False)
    activity: var[Activity] = var(Activity(), init=False)
    outcome: var[Outcome | None] = var(None, init=False)

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._phases: tuple[object, ...] = ()
        self._upper: tuple[Content, ...] = ()

    def _draw(self) -> None:
        """Repaint the lines that have changed."""
        width, glyphs = self.content_size.width, glyphs_of(self)
        if width <= 0:
            return
        phases = self.frame, width, glyphs, self.words, self.activity.phase
        if phases != self._phases:  # while something is busy, only the third line changes
            self._phases, self._upper = phases, phase_lines(*phases)
        position = position_line(
            self.frame,
            self.state,
            self.words,
            glyphs,
            self.activity.waiting,
            outcome=self.outcome,
            passing=self.activity.passing,
            width=width,
            ends="restart" not in not_offered(self),
        )
        upper = self._upper[: max(0, self.content_size.height - 1)]
        dots = glyphs is not ASCII
        position = position.truncate(width, ellipsis=dots)
        progress = with_progress(position, self.frame, self.words, width, ellipsis=dots)
        self.put([*upper, progress])

    on_resize = watch_words = watch_frame = watch_state = watch_activity = watch_outcome = _draw


def phase_lines(
    frame: Frame | None, width: int, glyphs: Glyphs, words: Words, runs: str = ""
) -> tuple[Content, Content]:
    """The phases with their marks, and below each how long it took or how far it is.

    ``runs``: the phase that torch is in.
    """
    for extras in range(EXTRAS, -1, -1):
        row, left_out = fitted(stations(frame, runs), extras)
        names = [f"{getattr(glyphs, s.state)} {phase_text(s.phase, words)}" for s in row]
        mark = f"+{left_out} " if left_out else ""
        if cell_len(mark + " ".join(names)) <= width:
            break
    rest = ""
    if cell_len(mark + " ".join(names)) > width:
        room = width - 2 * (MOST_LEFT_OUT + 1)
        first, end = around(row, [cell_len(name) + 1 for name in names], room)
        mark = f"+{left_out + first} " if left_out + first else ""
        rest = f" +{len(row) - end}" if end < len(row) else ""
        row, names, width = row[first:end], names[first:end], width - cell_len(rest)
    notes = [_note(s, glyphs) for s in row]
    cells = [
        max(cell_len(name), 2 + cell_len(note)) for name, note in zip(names, notes, strict=True)
    ]
    spare = width - sum(cells) - cell_len(mark)
    if spare < len(row) - 1:
        notes = ["" for _ in row]
        cells = [cell_len(name) for name in names]
        spare = width - sum(cells) - cell_len(mark)
    gap = max(1, min(WIDEST_GAP, spare // max(1, len(row) - 1)))
    upper: list[Content | tuple[str, str]] = [(mark, "dim")]
    lower: list[Content | tuple[str, str]] = [(" " * cell_len(mark), "")]
    for number, (station, name, note, cell) in enumerate(
        zip(row, names, notes, cells, strict=True)
    ):
        between = number < len(row) - 1
        line = _connector(cell - cell_len(name), gap, glyphs) if between else ""
        upper += [(name, STYLES[station.state]), (line, "$foreground 30%")]
        style = "$text-accent" if station.state == "current" else "dim"
        lower.append((f"  {note}".ljust(cell + gap), style))
    return Content.assemble(*upper, (rest, "dim")), Content.assemble(*lower)


def _connector(pad: int, gap: int, glyphs: Glyphs) -> str:
    """The text between two phases: a line, if there is room for one."""
    length = pad + gap
    return f" {glyphs.line * (length - 2)} " if length >= 3 else " " * length


def _note(station: Station, glyphs: Glyphs) -> str:
    if station.state == "current":
        return f"{thousands(station.done)}/{thousands(station.total)}" if station.total else ""
    if station.state in ("done", "extra") and station.seconds is not None:
        return seconds(station.seconds, glyphs.micro)
    return ""


def position_line(
    frame: Frame | None,
    state: EngineState,
    words: Words,
    glyphs: Glyphs,
    waiting: int = 0,
    *,
    outcome: Outcome | None = None,
    passing: messages.Passing | None = None,
    width: int = 0,
    ends: bool = True,
) -> Content:
    """The third line: where we are, or what is wrong. ``waiting``: moves in the queue.

    ``width``: the cells that there are, where it may have a strip. ``ends``: an op that takes long
    can be ended, with its engine.

    ``outcome``: of the last move; it comes before the place, which the other lines show too, but
    after what is next where the move was rejected. ``passing``: a script runs on, and is not where
    the frame is.
    """
    was = calm(state)
    if isinstance(was, Dead):
        return Content.styled(gone_words(was, words), "bold $text-error")
    if isinstance(was, Restarting) and frame is not None:
        return Content.styled(words("rail.starting"), "$text-warning")
    if isinstance(state, Busy) and state.op.what == SEARCHING:
        text = words("rail.searching", n=thousands(state.op.position.iteration))
        return Content.styled(text, "$text-warning")
    if isinstance(state, Busy):
        return Content.styled(_busy(state.op, words, ends), "bold $text-warning")
    if frame is None:
        return Content.styled(words("rail.loading"), "$text-warning")
    if passing is not None:
        return Content.assemble(
            (words("rail.iteration", n=thousands(passing.iteration)), "bold"), "  ",
            (words("rail.passing", n=thousands(frame.position.iteration)), "bold $text-warning"),
        )  # fmt: skip
    running = isinstance(state, Running)
    where = Content(words("rail.running")) if running else _where(frame, words, glyphs, width)
    line = Content.assemble(
        (words("rail.iteration", n=thousands(frame.position.iteration)), "bold"), "  "
    )
    if outcome is not None and not isinstance(state, Running):
        key = "rail.rejected" if outcome.rejected else "rail.stopped"
        key += ".raised" if outcome.rejected and outcome.why.verbatim else ""
        style = "bold $text-error" if outcome.rejected else "bold $text-warning"
        why = words(key, why=clean(words.say(outcome.why)))
        said = Content.styled(f"{glyphs.stopped} {why}", style)
        after = outcome.rejected and frame.position.op is None
        line += Content("  ").join([where, said] if after else [said, where])
    else:
        line += where
    if waiting > 1:
        line += Content.assemble("  ", (words("rail.waiting", n=waiting), "dim"))
    return line


def with_progress(
    line: Content, frame: Frame | None, words: Words, width: int, *, ellipsis: bool = True
) -> Content:
    """The third line with the epoch and the last evaluation at its right, as far as they fit.

    After which iteration an evaluation is, is always said where half the width is left for it; so
    is the epoch, except inside a phase, where the op comes first.
    """
    if frame is None or not (frame.evaluation or frame.epochs):
        return line
    texts = summary.lines(frame.evaluation, frame.epochs, words)
    kept = texts[1:-1] if frame.position.op is None else texts[-2:-1]
    least = next((text for text in kept if 2 * cell_len(text) <= width), None)
    if frame.evaluation is not None and least is not None:
        texts = texts[: texts.index(least) + 1]
        line = line.truncate(width - 2 - cell_len(least), ellipsis=ellipsis)
    room = width - line.cell_length - 2
    for text in texts:
        if cell_len(text) <= room:
            style = "bold" if frame.evaluation else "dim"
            return line + Content(" " * (2 + room - cell_len(text))) + Content.styled(text, style)
    return line


def _busy(busy: messages.Busy, words: Words, ends: bool) -> str:
    """What torch has been doing for so long, as far as it is known; ``ends``: it can be ended."""
    phase, what = busy.position.phase, clean(busy.what or busy.after)
    if busy.what in STARTS and not busy.silent:
        return words(STARTS[busy.what], seconds=f"{busy.seconds:.0f}")
    if busy.silent:
        key = "rail.silent" if phase else "rail.silent.question"
    elif what in ("", phase):
        key = "rail.busy.phase"
    else:
        key = "rail.busy" if busy.what else "rail.busy.after"
    said = words(key, phase=phase_text(phase, words), what=what, seconds=f"{busy.seconds:.0f}")
    return words("rail.ends", what=said) if ends else said


def _where(frame: Frame, words: Words, glyphs: Glyphs, width: int) -> Content:
    position = frame.position
    if frame.failed_here and frame.failure:
        why = clean(frame.failure.traceback[-1])
        phase = phase_text(position.phase, words)
        failed = words("rail.fails", n=position.op, phase=phase, why=why)
        return Content.styled(f"{glyphs.stopped} {failed}", "bold $text-error")
    if position.op is not None and frame.segments:
        return _inside(frame, words, glyphs, width)
    if frame.boundary:
        key = "rail.ready" if position.iteration == 0 else "rail.finished"
        key += ".step" if frame.upcoming is not None else ""
        key += ".short" if key == "rail.finished" and 0 < width < ROOMY else ""
        if frame.over and position.iteration == frame.end:
            key = "rail.finished.over"
        said = words(key, next=thousands(position.iteration + 1))
        return Content(f"{said}  {words('rail.by-hand')}" if _input_waits(frame) else said)
    skipped = bool(frame.segments) and frame.segments[-1].how == "skip"
    key = "rail.skipped" if skipped else "rail.between"
    return Content(words(key, phase=_phase(frame, words), next=phase_text(frame.next_phase, words)))


def _phase(frame: Frame, words: Words) -> str:
    """The phase of the cursor, with the name of its loss where the step has several."""
    phase = phase_text(frame.position.phase, words)
    loss = frame.segments[-1].loss if frame.segments else ""
    return words("rail.of-loss", phase=phase, loss=clean(called(loss, words))) if loss else phase


def _input_waits(frame: Frame) -> bool:
    """Whether something was set by hand in the input since the last forward of the iteration."""
    for segment in reversed(frame.segments):
        if segment.edit.startswith(INPUT):
            return True
        if segment.phase == FORWARD.name and segment.how != "skip":
            return False
    return False


def _inside(frame: Frame, words: Words, glyphs: Glyphs, width: int) -> Content:
    """How far a phase is; of many ops also where among them."""
    segment, entry = frame.segments[-1], frame.entry
    many = segment.total >= MANY
    done, total = thousands(segment.done), thousands(segment.total)
    key = "rail.inside.many" if many else "rail.inside"
    text = Content(words(key, phase=_phase(frame, words), done=done, total=total))
    if many and width:
        ticks = module_ticks(frame.rows.ops) if segment.phase == FORWARD.name else ()
        room = WIDE if width >= ROOMY else NARROW
        text += Content(" ") + strip(segment.done, segment.total, room, ticks, glyphs)
    if entry is not None:
        shapes = ", ".join(glyphs.none if s is None else _shape(s, glyphs) for s in entry.shapes)
        text += f"  {_op(frame, words, glyphs)}" + (f" {glyphs.arrow} {shapes}" if shapes else "")
    return text


def _op(frame: Frame, words: Words, glyphs: Glyphs) -> str:
    entry = frame.entry
    assert entry is not None
    name, op = clean(entry.name), clean(entry.op)
    if entry.phase == BACKWARD.name:
        return words("rail.node", op=op, name=name) if name else op
    return f"{name} {glyphs.dot} {op}"


def _shape(shape: tuple[int, ...], glyphs: Glyphs) -> str:
    return shape_text(shape).replace("×", glyphs.times)


def gone_words(state: Dead, words: Words) -> str:
    """Why there is no engine, and what can be done."""
    why = clean(words.say(state.why))
    return words("rail.gone.final" if state.final else "rail.gone", error=why)
