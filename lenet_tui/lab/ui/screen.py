"""The layer lab: a layer's arguments in a form, its window sliding beside it, torch's answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.timer import Timer
from textual.widgets import Input, Static

from lenet_tui.explain.windows import Shape
from lenet_tui.kit.ui.ask import AskScreen
from lenet_tui.kit.ui.open_screens import is_open
from lenet_tui.kit.ui.prose import Prose
from lenet_tui.kit.ui.settings import Reader
from lenet_tui.lab.layer import (
    FIRST_LAYER,
    LayerError,
    default_input,
    python_line,
    without_defaults,
)
from lenet_tui.lab.parse import parse_layer, parse_shape, parse_value
from lenet_tui.lab.result import FILLS, LabResult, RunLab
from lenet_tui.lab.ui.form import FILL, KIND, SHAPE, LabForm
from lenet_tui.lab.ui.inputs import Edited, TextField
from lenet_tui.lab.ui.renderer import show
from lenet_tui.lab.ui.state import LabState
from lenet_tui.protocol.request import Asks
from lenet_tui.tensors.ui.plane_view import PlaneView
from lenet_tui.terminal.ui.once import Once
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import shape_text

ASK_AFTER = 0.08
"""Seconds without a change after which torch is asked."""
PLAY_EVERY = 0.35
"""Seconds between two output cells while it plays."""


class LabScreen(Reader, Once[tuple[str, Shape]]):
    """Gives back the layer and the input's shape when it is left.

    Needs ``words``, ``language`` and ``ascii`` of the app. ``layer_text``: a layer as text, which
    raises ``LayerError`` if it is none.
    """

    CSS_PATH = Path(__file__).with_name("lab.tcss")
    AUTO_FOCUS = "#lab-input"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny-w"), (60, "-narrow"), (100, "-wide"), (160, "-huge-w")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-tiny-h"), (20, "-low"), (34, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("q", "leave_at_once", show=False),
        Binding("n,space,f10", "step(1)", show=False),
        Binding("N,backspace,shift+f10,f22", "step(-1)", show=False),
        Binding("left,h", "move(-1,-1)", show=False),
        Binding("right,l", "move(-1,1)", show=False),
        Binding("up,k", "move(-2,-1)", show=False),
        Binding("down,j", "move(-2,1)", show=False),
        Binding("home", "edge(0)", show=False),
        Binding("end", "edge(1)", show=False),
        Binding("c", "turn('channel',1)", show=False),
        Binding("C", "turn('channel',-1)", show=False),
        Binding("i", "turn('fed',1)", show=False),
        Binding("I", "turn('fed',-1)", show=False),
        Binding("b", "turn('sample',1)", show=False),
        Binding("B", "turn('sample',-1)", show=False),
        Binding("g,f7", "goto", show=False),
        Binding("p,f5", "play", show=False),
        Binding("v", "numbers", show=False),
        Binding("o", "swap", show=False),
        Binding("e,question_mark,f1", "about", show=False),
        Binding("y,f9", "copy_line", show=False),
        Binding("r", "fill", show=False),
        Binding("L,f2", "language", show=False),
    ]

    def __init__(
        self, engine: Asks, layer_text: str = FIRST_LAYER, input_shape: Shape | None = None
    ) -> None:
        super().__init__()
        layer = parse_layer(layer_text)
        self._engine = engine
        self.state = LabState(layer, default_input(layer) if input_shape is None else input_shape)
        self._numbers: bool | None = None
        self._complaint = ""
        self._asking: Timer | None = None
        self._playing: Timer | None = None
        self._plays = False

    def compose(self) -> ComposeResult:
        yield Static(id="lab-head", markup=False)
        with Horizontal(id="lab-call"):
            yield Static("nn.", markup=False)
            text = str(self.state.layer)
            yield TextField(text, id="lab-line", compact=True, select_on_focus=False)
            yield Static(id="lab-cut", markup=False)
        yield Static(id="lab-facts", markup=False)
        yield Static(id="lab-remark", markup=False)
        with Horizontal(id="lab-body"):
            yield LabForm(id="lab-form")
            yield PlaneView("lab-input", focusable=True)
            with Vertical(id="lab-right"):
                yield PlaneView("lab-kernel")
                yield PlaneView("lab-output")
            yield from self.beside()
        with VerticalScroll(id="lab-about", can_focus=False):
            yield Prose(id="lab-about-text")
        with Vertical(id="lab-sum"):
            yield Static(id="lab-sum-0", markup=False)
            yield Static(id="lab-sum-1", markup=False)
        yield Static(id="lab-keys", markup=False)
        yield Static(id="lab-small", markup=False)

    def beside(self) -> ComposeResult:
        """More widgets of the body, beside the pictures."""
        return ()

    def on_mount(self) -> None:
        """Show what arithmetic knows, and ask torch."""
        self._playing = self.set_interval(PLAY_EVERY, lambda: self.action_step(1), pause=True)
        self.show_words()
        self._changed()

    def on_resize(self) -> None:
        """More or fewer words have room."""
        self.call_after_refresh(self._show, False)

    # Between the person, the engine and the state

    def ask(self) -> None:
        """Ask torch about the layer as it now is; again after the engine was started anew."""
        self._run_layer(self.state.question())

    @work(exclusive=True)
    async def _run_layer(self, question: RunLab) -> None:
        reply = await self._engine.ask(question)
        if question == self.state.question():  # nothing was changed while torch was at work
            self.state.result = reply.answer or LabResult(
                question.text,
                question.input_shape,
                error=self.words.say(reply.error) if reply.error else "",
            )
            self._show()

    def _changed(self, typing: bool = True) -> None:
        """The layer or its input is another one."""
        self.query_one(LabForm).show(self.state, typing)
        self._write_call(typing)
        self._show()
        if self._asking is not None:
            self._asking.stop()
        self._asking = self.set_timer(ASK_AFTER, self.ask)

    def _write_call(self, typing: bool) -> None:
        """Show the layer as a call from its beginning, unless it is being typed."""
        line = self.query_one("#lab-line", TextField)
        if line.put(str(without_defaults(self.state.layer)), typing):
            line.cursor_position = 0

    @on(Input.Changed, "#lab-line")
    def _line_typed(self, event: Input.Changed) -> None:
        self._try(lambda: self.state.set_layer(parse_layer(event.value)))

    @on(Input.Submitted, "#lab-line")
    def _line_done(self) -> None:
        self.query_one("#lab-input").focus()

    @on(Edited)
    def _edited(self, event: Edited) -> None:
        right = self._try(lambda: self._set(event.name, event.text))
        self.query_one(LabForm).mark(event.name, wrong=not right)

    def _set(self, name: str, text: str) -> None:
        if name == KIND:
            self.state.set_kind(text)
        elif name == FILL:
            self.state.set_fill(text)
        elif name == SHAPE:
            self.state.set_shape(parse_shape(text))
        else:
            self.state.set_argument(name, parse_value(text, name))

    def _try(self, change: Callable[[], None]) -> bool:
        """Make a change, or show what is wrong with it and change nothing."""
        try:
            change()
        except LayerError as error:
            self._complaint = clean(self.words.say(error.notice))
            self._show()
            return False
        self._complaint = ""
        self._changed()
        return True

    def on_descendant_blur(self) -> None:
        """A field that is left shows what is in force."""
        self._complaint = ""
        self.call_after_refresh(self._settle)

    def _settle(self) -> None:
        if is_open(self):
            self.query_one(LabForm).show(self.state)
            self._write_call(typing=True)
            self._show()

    # Keys

    def action_leave(self) -> None:
        """From a field or the explanation to the picture; from the picture home."""
        if self.has_class("-about"):
            self.action_about()
        elif isinstance(self.focused, PlaneView) or self.focused is None:
            self.action_leave_at_once()
        else:
            self.query_one("#lab-input").focus()

    def action_leave_at_once(self) -> None:
        self.dismiss((str(self.state.layer), self.state.shape))

    def action_step(self, by: int) -> None:
        self.state.step(by)
        self._show(full=False)

    def action_move(self, dimension: int, by: int) -> None:
        self._stop()
        self.state.move(dimension, by)
        self._show(full=False)

    def action_edge(self, last: int) -> None:
        self._stop()
        shape = self.state.output_shape
        for dimension, size in enumerate(shape or ()):
            self.state.move(dimension, size if last else -size)
        self._show(full=False)

    def action_turn(self, what: str, by: int) -> None:
        """Another channel, input channel or sample."""
        turns = {"channel": self.state.turn_channel, "fed": self.state.turn_fed}
        turns.get(what, self.state.turn_sample)(by)
        self._show(full=False)

    def action_goto(self) -> None:
        """Ask for an output cell."""

        def parse(text: str) -> Shape:
            return self.state.whole_index(parse_shape(text))

        def go(index: Shape | None) -> None:
            if index is not None:
                self.state.index = index
                self._show()

        shape = self.state.output_shape
        if shape is not None and self.state.index is not None:
            help_text = self.words("lab-goto.help", shape=shape_text(shape))
            self.app.push_screen(AskScreen("lab-goto", parse=parse, help_text=help_text), go)

    def action_play(self) -> None:
        """Let the window slide by itself, or stop it."""
        timer = self._playing
        if timer is not None and self.state.index is not None:
            self._plays = not self._plays
            (timer.resume if self._plays else timer.pause)()
            self._show()

    def _stop(self) -> None:
        if self._plays:
            self.action_play()

    def action_numbers(self) -> None:
        """Numbers in the cells, marks, or what fits."""
        self._numbers = {None: True, True: False, False: None}[self._numbers]
        self._show()

    def action_swap(self) -> None:
        """Where there is no room for both: the kernel and output in place of the input."""
        self.toggle_class("-swapped")

    def action_about(self) -> None:
        """Show or hide the explanation where it is not always there."""
        self.toggle_class("-about")
        about, shown = self.query_one("#lab-about"), self.has_class("-about")
        about.can_focus = shown
        (about if shown else self.query_one("#lab-input")).focus()

    def action_fill(self) -> None:
        """Other values in the input."""
        self.state.set_fill(next(f for f in FILLS if f != self.state.fill))
        self._changed()

    def action_copy_line(self) -> None:
        """Copy the line of Python that makes this layer."""
        line = python_line(without_defaults(self.state.layer))
        self.app.copy_to_clipboard(line)
        self.notify(self.words("lab.copied", line=clean(line)), markup=False)

    def action_language(self) -> None:
        """Switch the app's language."""
        now = getattr(self.app, "language", "en")
        self.app.language = "en" if now == "zh" else "zh"  # type: ignore[attr-defined]
        self.show_words()
        self._show()

    @on(PlaneView.Clicked, "#lab-output")
    def _output_clicked(self, event: PlaneView.Clicked) -> None:
        self.state.select(event.row, event.col)
        self._show()

    # Showing

    def show_words(self) -> None:
        """Show the fixed texts in the present language."""
        self.query_one(LabForm).show_words(self.words)
        self.query_one("#lab-about").border_title = self.words("lab.about")

    def _show(self, full: bool = True) -> None:
        if is_open(self):
            show(self, self.state, self._complaint, self._numbers, full)
