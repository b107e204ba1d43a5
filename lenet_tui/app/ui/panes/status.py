"""The status line: the session's options, its loss and its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import Initialize, var

from lenet_tui.app.engine_state import Activity
from lenet_tui.kit.ui.format import megabytes, total
from lenet_tui.kit.ui.glyphs import Glyphs
from lenet_tui.kit.ui.settings import glyphs_of, place_of, words_of
from lenet_tui.protocol.model_names import SCRIPT, session_name
from lenet_tui.protocol.options import AUTO, DRAWN, OWN
from lenet_tui.terminal.ui.line_widget import LineWidget
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import number, thousands

if TYPE_CHECKING:
    from lenet_tui.protocol.frame import Frame
    from lenet_tui.protocol.messages import Passing, Ready
    from lenet_tui.protocol.options import Options
    from lenet_tui.text.words import Words

OWN_NAME = "lenet-tui"
WIDE = 100
"""Columns from which there is room for separators and long names."""


@dataclass(frozen=True, slots=True, eq=False)
class Status:
    """The content of the line. ``run``: the run under way, in words, or empty;
    ``paced``: whether its speed can be changed; ``looks``: another screen makes the moves;
    ``place``: where in a program the session is, or the app's own name. ``passing``: how far a
    script is that runs on.
    """

    options: Options
    ready: Ready | None = None
    frame: Frame | None = None
    run: str = ""
    paced: bool = False
    looks: bool = False
    place: str = OWN_NAME
    passing: Passing | None = None


class StatusLine(LineWidget):
    """One line: identity and options at the left, loss and history at the right."""

    words: var[Words] = var(Initialize(words_of), init=False)
    options: var[Options | None] = var(None, init=False)
    ready: var[Ready | None] = var(None, init=False)
    frame: var[Frame | None] = var(None, init=False)
    activity: var[Activity] = var(Activity(), init=False)

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._key: tuple[object, ...] = ()

    def _draw(self) -> None:
        """Repaint the line if it has changed."""
        words, options, width = self.words, self.options, self.content_size.width
        if options is None or width <= 0:
            return
        run, paced, looks = self.activity.run, self.activity.paced, self.activity.looks
        passing = self.activity.passing
        key = (self.frame, self.ready, options, run, paced, looks, passing, words, width)
        if key != self._key:
            self._key = key
            place = place_of(self)
            status = Status(options, self.ready, self.frame, run, paced, looks, place, passing)
            self.put([status_line(status, words, glyphs_of(self), width)])

    on_resize = watch_words = watch_options = watch_ready = watch_frame = watch_activity = _draw


def status_line(status: Status, words: Words, glyphs: Glyphs, width: int) -> Content:
    """The line at ``width`` cells; what matters least goes first when it is narrow."""
    right = _right(status, words, glyphs, width >= WIDE)
    left = _left(status, words)
    gap = f" {glyphs.dot} " if width >= WIDE else "  "
    while (left or right) and total(right, "  ") + 2 + total(left, gap) > width:
        worst = max(rank for rank, _ in (*left, *right))
        side = left if any(rank == worst for rank, _ in left) else right
        del side[max(i for i, (rank, _) in enumerate(side) if rank == worst)]
    start = Content(gap).join(content for _, content in left)
    end = Content("  ").join(content for _, content in right)
    return start + " " * max(1, width - start.cell_length - end.cell_length) + end


def _left(status: Status, words: Words) -> list[tuple[int, Content]]:
    options = status.frame.options if status.frame else status.options
    device = options.device
    if status.ready and device == AUTO:
        device = status.ready.device.name
    own = status.place != OWN_NAME
    scripts = own or options.model.startswith(SCRIPT)  # it seeds, and chooses, for itself
    chosen = ["" if each == OWN else each for each in (options.optimizer, options.loss)]
    parts = [
        (1 if own else 9, Content.styled(clean(status.place), "bold $text-primary")),
        (3, Content(clean(session_name(options)))),
        (1, Content(clean(device))),
        (4, Content(clean(status.ready.dtype) if status.ready else "")),
        (2, Content("" if scripts else words("status.seed", seed=options.seed))),
        (5, Content(_lr(status.frame, options))),
        (6, Content(chosen[0])),
        (8, Content(chosen[1])),
    ]
    if options.data not in (OWN, DRAWN):
        parts.append((7, Content(words("status.batch", n=options.batch_size))))
    return [(rank, content) for rank, content in parts if content.plain]


def _lr(frame: Frame | None, options: Options) -> str:
    """The learning rate of the iteration; one that a schedule changes, to four digits."""
    if frame is not None and frame.lr is not None:
        return f"lr {number(frame.lr)}"
    return f"lr {options.lr:g}" if options.lr >= 0 else ""


def _right(status: Status, words: Words, glyphs: Glyphs, wide: bool) -> list[tuple[int, Content]]:
    frame = status.frame
    parts: list[tuple[int, Content]] = []
    if status.looks:
        parts.append((0, Content.styled(words("status.looks"), "bold $text-warning")))
    if status.run:
        parts.append((0, Content.styled(f"{glyphs.current} {status.run}", "bold $text-warning")))
    if status.paced:
        parts.append((4, Content.styled(words("status.speed"), "dim")))
    if frame is None:
        return parts
    from lenet_tui.protocol.frame import has_loss  # noqa: PLC0415 - not before the first picture

    if frame.divergence:
        parts.append((0, Content.styled(words("status.divergence"), "bold $text-error")))
    if frame.ahead:
        text = words("status.ahead", end=thousands(frame.end))
        parts.append((1, Content.styled(f"{glyphs.back} {text}", "$text-secondary")))
    tape = f"{megabytes(frame.tape_bytes)}/{frame.options.tape_mb} MB"
    history = f"{megabytes(frame.history_bytes)}/{frame.options.history_mb} MB"
    if frame.looked_at:
        looked = words("status.over" if frame.over else "status.looked-at")
        parts.append((1, Content.styled(looked, "$text-secondary")))
    used = tape if frame.looked_at else history
    key = "status.tape" if frame.looked_at else "status.history"
    parts.append((6, Content.styled(words(key, used=used) if wide else used, "dim")))
    if frame.tape_dropped:
        used = tape
        key = "status.recomputed" if frame.recomputed else "status.tape"
        parts.append((5, Content.styled(words(key, used=used), "dim")))
    passing = status.passing
    loss = frame.loss if passing is None else passing.loss
    shown = glyphs.none if loss is None else number(loss)
    before = passing.earlier if passing is not None else not has_loss(frame)
    earlier = loss is not None and before
    key = "status.loss.earlier" if earlier else "status.loss"
    parts.append((0, Content.assemble((words(key), "dim"), " ", (shown, "bold"))))
    return parts
