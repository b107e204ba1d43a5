"""The pipeline rail: the six phases, where we are in them, and inside the one we are in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from lenet_tui.app.ui.panes.phase_states import Station, boundary, fitted, stations
from lenet_tui.kit.ui.format import seconds
from lenet_tui.kit.ui.glyphs import ASCII, UNICODE, Glyphs
from lenet_tui.protocol.phases import BACKWARD
from lenet_tui.protocol.position import SEARCHING
from lenet_tui.terminal.ui.line_widget import LineWidget
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import shape_text

if TYPE_CHECKING:
    from lenet_tui.protocol.frame import Frame
    from lenet_tui.protocol.messages import Busy
    from lenet_tui.text.words import Words

STYLES = {
    "done": "$text-success",
    "current": "bold $text-accent",
    "next": "bold",
    "later": "dim",
    "skipped": "$text-warning",
    "extra": "$text-secondary",
}
WIDEST_GAP = 9
EXTRAS = 2


@dataclass(frozen=True, slots=True, eq=False)
class RailState:
    """What the rail shows.

    ``gone``: the engine is gone, and why. ``starting``: another one is on its way. ``waiting``:
    moves queued. ``runs``: the phase that torch is in, if for long enough to be seen.
    """

    frame: Frame | None = None
    busy: Busy | None = None
    gone: str = ""
    waiting: int = 0
    starting: bool = False
    runs: str = ""


class PipelineRail(LineWidget):
    """Three lines: the phases, their times, and the present position in words."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._state = RailState()
        self._words: Words | None = None
        self._glyphs = UNICODE
        self._phases: tuple[object, ...] = ()
        self._upper: tuple[Content, ...] = ()

    def show(self, state: RailState, words: Words, glyphs: Glyphs) -> None:
        """Show another state; repaints only if it looks different."""
        self._state, self._words, self._glyphs = state, words, glyphs
        self._draw()

    def on_resize(self) -> None:
        """Lay the phases out anew."""
        self._draw()

    def _draw(self) -> None:
        width = self.content_size.width
        if self._words is None or width <= 0:
            return
        state, glyphs = self._state, self._glyphs
        phases = state.frame, width, glyphs, state.runs
        if phases != self._phases:  # while something is busy, only the third line changes
            self._phases, self._upper = phases, phase_lines(*phases)
        position = position_line(state, self._words, glyphs)
        self.put([*self._upper, position.truncate(width, ellipsis=glyphs is not ASCII)])


def phase_lines(
    frame: Frame | None, width: int, glyphs: Glyphs, runs: str = ""
) -> tuple[Content, Content]:
    """The phases with their marks, and below each how long it took or how far it is.

    ``runs``: the phase that torch is in.
    """
    for extras in range(EXTRAS, -1, -1):
        row, left_out = fitted(stations(frame, runs), extras)
        names = [f"{getattr(glyphs, s.state)} {s.phase}" for s in row]
        mark = f"+{left_out} " if left_out else ""
        if cell_len(mark + " ".join(names)) <= width:
            break
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
        rest = " " * (cell - cell_len(name)) if number < len(row) - 1 else ""
        upper += [(name, STYLES[station.state]), (_connector(cell - cell_len(name), gap, glyphs)
                  if number < len(row) - 1 else rest, "$foreground 30%")]  # fmt: skip
        style = "$text-accent" if station.state == "current" else "dim"
        lower.append((f"  {note}".ljust(cell + gap), style))
    return Content.assemble(*upper), Content.assemble(*lower)


def _connector(pad: int, gap: int, glyphs: Glyphs) -> str:
    """What stands between two phases: a line, if there is room for one."""
    length = pad + gap
    return f" {glyphs.line * (length - 2)} " if length >= 3 else " " * length


def _note(station: Station, glyphs: Glyphs) -> str:
    if station.state == "current":
        return f"{station.done}/{station.total}" if station.total else ""
    if station.state in ("done", "extra") and station.seconds is not None:
        return seconds(station.seconds, glyphs.micro)
    return ""


def position_line(state: RailState, words: Words, glyphs: Glyphs) -> Content:
    """The third line: where we are, or what is wrong."""
    if state.gone:
        return Content.assemble((words("rail.gone", error=clean(state.gone)), "bold $text-error"))
    if state.starting and state.frame is not None:
        return Content.assemble((words("rail.starting"), "$text-warning"))
    if state.busy is not None and state.busy.what == SEARCHING:
        said = words("rail.searching", n=state.busy.position.iteration)
        return Content.assemble((said, "$text-warning"))
    if state.busy is not None:
        return Content.assemble((_busy(state.busy, words), "bold $text-warning"))
    frame = state.frame
    if frame is None:
        return Content.assemble((words("rail.loading"), "$text-warning"))
    line = Content.assemble((words("rail.iteration", n=frame.position.iteration), "bold"), "  ")
    line += Content(_where(frame, words, glyphs))
    if state.waiting > 1:
        line += Content.assemble("  ", (words("rail.waiting", n=state.waiting), "dim"))
    return line


def _busy(busy: Busy, words: Words) -> str:
    """What torch does for so long already, as far as it is known."""
    phase, what = busy.position.phase, clean(busy.what or busy.after)
    if busy.silent:
        key = "rail.silent" if phase else "rail.silent.question"
    elif what in ("", phase):
        key = "rail.busy.phase"
    else:
        key = "rail.busy" if busy.what else "rail.busy.after"
    return words(key, phase=phase, what=what, seconds=f"{busy.seconds:.0f}")


def _where(frame: Frame, words: Words, glyphs: Glyphs) -> str:
    position, entry = frame.position, frame.entry
    if frame.running:
        return words("rail.running")
    if position.op is not None and frame.segments:
        segment = frame.segments[-1]
        text = words("rail.inside", phase=position.phase, done=segment.done, total=segment.total)
        if entry is not None:
            shapes = ", ".join(
                glyphs.none if s is None else _shape(s, glyphs) for s in entry.shapes
            )
            what = _op(frame, words, glyphs)
            text += f"  {what}" + (f" {glyphs.arrow} {shapes}" if shapes else "")
        return text
    if boundary(frame):
        key = "rail.ready" if position.iteration == 0 else "rail.finished"
        return words(key, next=position.iteration + 1)
    skipped = bool(frame.segments) and frame.segments[-1].how == "skip"
    key = "rail.skipped" if skipped else "rail.between"
    return words(key, phase=position.phase, next=frame.next_phase)


def _op(frame: Frame, words: Words, glyphs: Glyphs) -> str:
    entry = frame.entry
    assert entry is not None
    name, op = clean(entry.name), clean(entry.op)
    if entry.phase == BACKWARD.name:
        return words("rail.node", op=op, name=name) if name else op
    return f"{name} {glyphs.dot} {op}"


def _shape(shape: tuple[int, ...], glyphs: Glyphs) -> str:
    return shape_text(shape).replace("×", glyphs.times)
