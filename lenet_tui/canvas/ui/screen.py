"""The canvas: a picture is drawn, the model's outputs move, and the next iteration can take it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from lenet_tui.canvas.drawing import SIZES, Drawing
from lenet_tui.canvas.request import OpenPicture, Picture, Predict, Prediction
from lenet_tui.canvas.ui import outputs
from lenet_tui.canvas.ui.pad import PENS, Pad
from lenet_tui.kit.ui.ask import AskScreen
from lenet_tui.kit.ui.open_screens import is_open
from lenet_tui.kit.ui.prose import Prose
from lenet_tui.kit.ui.settings import Reader, ascii_only, spelled
from lenet_tui.protocol.moves import Draw
from lenet_tui.protocol.picture import packed
from lenet_tui.protocol.position import Position
from lenet_tui.protocol.request import Asks
from lenet_tui.terminal.ui.line_widget import LineWidget
from lenet_tui.terminal.ui.once import Once
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem
from lenet_tui.text.numbers import number, shape_text, sign, thousands

BESIDE = 40
"""Columns that the outputs need beside the picture, at least."""
WIDEST = 60
"""Columns that they take at most."""
FRAME = 2
"""Cells of a border, both sides."""
SMALLEST = (60, 20)


class CanvasScreen(Reader, Once[Draw]):
    """Gives back the move that makes the drawing the next input, or nothing.

    ``picture``: what there is to draw on, of sample number ``sample``; ``drawing``: what was left
    of an earlier time, where it still fits. ``at``: where the session is.
    """

    CSS_PATH = Path(__file__).with_name("canvas.tcss")
    AUTO_FOCUS = "Pad"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", show=False),
        Binding("left,h", "move(0,-1)", show=False),
        Binding("right,l", "move(0,1)", show=False),
        Binding("up,k", "move(-1,0)", show=False),
        Binding("down,j", "move(1,0)", show=False),
        Binding("shift+left,H", "shift(0,-1)", show=False),
        Binding("shift+right,L", "shift(0,1)", show=False),
        Binding("shift+up,K", "shift(-1,0)", show=False),
        Binding("shift+down,J", "shift(1,0)", show=False),
        Binding("space", "paint(False)", show=False),
        Binding("e,backspace,delete", "paint(True)", show=False),
        Binding("p", "turn_pen", show=False),
        Binding("plus,equals_sign", "brush(1)", show=False),
        Binding("minus", "brush(-1)", show=False),
        Binding("c", "centre", show=False),
        Binding("f", "fit", show=False),
        Binding("x", "clear", show=False),
        Binding("u,ctrl+z", "undo", show=False),
        Binding("g,f7", "sample", show=False),
        Binding("b", "batch_sample", show=False),
        Binding("enter", "use", show=False),
        Binding("f2", "language", show=False),
    ]

    def __init__(
        self, engine: Asks, picture: Picture, drawing: Drawing | None, sample: int, at: Position
    ) -> None:
        super().__init__()
        self._engine = engine
        self._picture, self._sample, self._at = picture, min(sample, picture.count - 1), at
        self.drawing = (
            drawing if drawing is not None and _fits(drawing, picture) else _empty(picture)
        )
        self.target: int | None = None
        """The class of the sample that the drawing began with."""
        self.found: Prediction | None = None
        self._problem = ""
        self._wanted, self._asked = 1, 0
        self._asking = False

    def compose(self) -> ComposeResult:
        yield Static(id="canvas-head", markup=False)
        with Horizontal(id="canvas-body"):
            with Vertical(id="canvas-frame"):
                yield Pad(self.drawing)
            with Vertical(id="canvas-side"):
                yield LineWidget(id="canvas-outputs")
                yield Prose(id="canvas-notes")
        yield Static(id="canvas-pixel", markup=False)
        yield outputs.KeyLines("", id="canvas-keys")
        yield Static(id="canvas-small", markup=False)

    @property
    def pad(self) -> Pad:
        return self.query_one(Pad)

    def on_mount(self) -> None:
        """Show the picture, and ask for its outputs."""
        self._show()
        self.ask()

    def on_resize(self, event: Resize) -> None:
        """The picture as large as there is room for beside the outputs."""
        width, height = event.size
        small = width < SMALLEST[0] or height < SMALLEST[1]
        self.set_class(small, "-small")
        keys = self.query_one("#canvas-keys", outputs.KeyLines)
        keys.show(spelled(self, self.words("canvas.keys")))
        below = 2 + keys.fitted(width - 2).plain.count("\n") + 1
        room = width - BESIDE - FRAME, height - FRAME - below
        cols, rows = self.pad.wanted(*(max(1, n) for n in room))
        frame = self.query_one("#canvas-frame")
        frame.styles.width, frame.styles.height = cols + FRAME, rows + FRAME
        self.call_after_refresh(self._show)

    @property
    def _sample_rows(self) -> int:
        """How high the ink is of the sample that the drawing takes the place of."""
        sample = _empty(self._picture)
        sample.take(self._picture.pixels)
        return sample.rows or sample.height

    # Between the person, the engine and the picture

    def ask(self) -> None:
        """Ask for the outputs of the picture as it is; one request at a time, the latest wins."""
        if not self._asking and self._asked != self._wanted:
            self._asking = True
            self._predict()

    @work
    async def _predict(self) -> None:
        try:
            while self._asked != self._wanted:
                wanted = self._wanted
                question = Predict(packed(self.drawing.pixels), self._sample)
                reply = await self._engine.ask(question)
                if not is_open(self):
                    return
                self._asked = wanted
                self.found = reply.answer
                self._problem = clean(self.words.say(reply.error)) if reply.error else ""
                self._show_outputs()
        finally:
            self._asking = False

    @on(Pad.Changed)
    def _changed(self) -> None:
        self._wanted += 1
        self.ask()
        self._show_pixel()

    @on(Pad.Moved)
    def _moved(self) -> None:
        self._show_pixel()

    @work(exclusive=True, group="sample")
    async def _take(self, question: OpenPicture) -> None:
        """Put a sample on the pad."""
        reply = await self._engine.ask(question)
        if not is_open(self):
            return
        if reply.answer is None:
            text = clean(self.words.say(reply.error)) if reply.error else ""
            self.notify(text, severity="error", markup=False)
            return
        self._put_down(reply.answer)

    def _put_down(self, picture: Picture | None) -> None:
        if picture is not None:
            self.drawing.begin()
            self.drawing.take(picture.pixels)
            self.target = picture.target
            self.pad.changed()

    # Keys

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_move(self, down: int, right: int) -> None:
        self.pad.move(down, right)

    def action_paint(self, erase: bool) -> None:
        self.pad.dab(erase)

    def action_turn_pen(self) -> None:
        """Pen up, pen down to paint, pen down to erase."""
        self.pad.pen = PENS[(PENS.index(self.pad.pen) + 1) % len(PENS)]
        self._show_pixel()

    def action_brush(self, by: int) -> None:
        self.drawing.size = min(max(self.drawing.size + by, SIZES[0]), SIZES[-1])
        self._show_pixel()

    def action_shift(self, down: int, right: int) -> None:
        self.drawing.begin()
        self.drawing.shift(down, right)
        self.pad.changed()

    def action_centre(self) -> None:
        self.drawing.begin()
        self.drawing.centre()
        self.pad.changed()

    def action_fit(self) -> None:
        """Make the drawing as high as the sample it takes the place of: nets know one size."""
        self.drawing.begin()
        self.drawing.fit(self._sample_rows)
        self.pad.changed()

    def action_clear(self) -> None:
        self.drawing.begin()
        self.drawing.clear()
        self.target = None
        self.pad.changed()

    def action_undo(self) -> None:
        if self.drawing.undo():
            self.pad.changed()
        else:
            self.notify(self.words("canvas.nothing"))

    def action_sample(self) -> None:
        """Ask for a sample's number."""
        help_text = self.words("canvas-sample.help")
        ask = AskScreen(
            "canvas-sample", parse=_sample_number, help_text=help_text, check=self._taken
        )
        self.app.push_screen(ask)

    async def _taken(self, number: int) -> int:
        """Put a sample of the data on the pad; ``Problem`` where there is none of that number."""
        reply = await self._engine.ask(OpenPicture(number))
        if reply.error is not None:
            raise Problem(reply.error)
        self._put_down(reply.answer)
        return number

    def action_batch_sample(self) -> None:
        """The sample of the batch that the main screen shows."""
        self._take(OpenPicture(None, self._sample))

    def action_use(self) -> None:
        """Ask for the class, and hand the drawing over."""
        if self._picture.target is None:
            self._finish(None)
            return
        last = len(self.found.outputs) - 1 if self.found else 9
        likely = outputs.predicted(self.found) if self.found else 0
        ask = AskScreen(
            "canvas-target",
            parse=partial(_class_of, last),
            value=str(likely if self.target is None else self.target),
            help_text=self.words("canvas-target.help", last=last),
        )
        self.app.push_screen(ask, lambda target: None if target is None else self._finish(target))

    def _finish(self, target: int | None) -> None:
        self.dismiss(Draw(target, packed(self.drawing.pixels), self._sample))

    def action_language(self) -> None:
        """Switch the app's language."""
        now = getattr(self.app, "language", "en")
        self.app.language = "en" if now == "zh" else "zh"  # type: ignore[attr-defined]
        self._show()

    # Showing

    def _show(self) -> None:
        if not is_open(self):
            return
        words, drawing = self.words, self.drawing
        shape = shape_text((1, drawing.height, drawing.width))
        low, high = sign(f"{drawing.low:g}"), sign(f"{drawing.high:g}")
        head = [words("canvas.title"), words("canvas.head", shape=shape, low=low, high=high)]
        if self._picture.count > 1:
            head.append(words("canvas.sample", sample=self._sample, count=self._picture.count))
        self._put("#canvas-head", "   ".join(head))
        self._put(
            "#canvas-small", words("canvas.small", width=self.size.width, height=self.size.height)
        )
        self.query_one("#canvas-keys", outputs.KeyLines).show(spelled(self, words("canvas.keys")))
        self.query_one("#canvas-side").border_title = Content(words("canvas.outputs"))
        self.pad.redraw()
        self._show_pixel()
        self._show_outputs()

    def _show_pixel(self) -> None:
        row, col = self.pad.cursor
        value = number(float(self.drawing.pixels[row, col]))
        pen = self.words(f"canvas.pen.{self.pad.pen}")
        size = self.drawing.size
        said = self.words("canvas.pixel", row=row, col=col, value=value, size=size, pen=pen)
        self._put("#canvas-pixel", said)

    def _show_outputs(self) -> None:
        lines, words = self.query_one("#canvas-outputs", LineWidget), self.words
        notes = [words("canvas.at", n=thousands(self._at.iteration), phase=self._at.phase)]
        shown = [Content.styled(self._problem or words("canvas.asking"), "$text-warning")]
        if self.found is not None:
            plain = ascii_only(self)
            room = min(lines.size.width, WIDEST)
            shown = outputs.lines(self.found, words, self.target, room, plain)
            unlike = outputs.size_remark(self.drawing.rows, self._sample_rows, words)
            notes = [*unlike, *notes, *outputs.remarks(self.found, words)]
        elif self._problem:
            shown, notes = [], [self._problem]
        lines.styles.height = max(1, len(shown))
        lines.put(shown)
        self.query_one("#canvas-notes", Prose).show(spelled(self, "\n".join(notes)))

    def _put(self, where: str, text: str) -> None:
        self.query_one(where, Static).update(Content(spelled(self, text)))


def _empty(picture: Picture) -> Drawing:
    return Drawing(picture.height, picture.width, picture.low, picture.high)


def _fits(drawing: Drawing, picture: Picture) -> bool:
    """Whether a drawing of an earlier time is one for these data."""
    new = _empty(picture)
    same = drawing.pixels.shape == new.pixels.shape
    return same and (drawing.low, drawing.high) == (new.low, new.high)


def _sample_number(text: str) -> int:
    if not text.strip().isdecimal() or len(text) > 12:
        raise Problem("canvas:no-number", text=clean(text, 40))
    return int(text)


def _class_of(last: int, text: str) -> int:
    if not text.strip().isdecimal() or len(text) > 12 or int(text) > last:
        raise Problem("canvas:no-target", text=clean(text, 40), last=last)
    return int(text)
