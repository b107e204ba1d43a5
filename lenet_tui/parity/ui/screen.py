"""Device parity: the session's iteration beside the same one on another device, op by op."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Label, OptionList, Select, Static
from textual.widgets.option_list import Option

from lenet_tui.kit.ui.dialog import Dialog
from lenet_tui.kit.ui.open_screens import is_open
from lenet_tui.kit.ui.prose import Prose
from lenet_tui.parity.result import Parity, ParityResult, ParityRow
from lenet_tui.parity.ui.table import Line, facts, sentence, table, tolerance
from lenet_tui.protocol.phases import PHASES
from lenet_tui.protocol.request import Asks
from lenet_tui.text.clean import clean

Shown = tuple[str, str]
"""A tensor and which aspect of it."""


class ParityScreen(Dialog[Shown]):
    """Gives back the tensor to be shown, if one is chosen."""

    AUTO_FOCUS = "#parity-rows"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (90, "-broad")]  # noqa: RUF012 - Textual's way
    VERTICAL_BREAKPOINTS = [(0, "-low"), (34, "-high")]  # noqa: RUF012 - Textual's way
    BINDINGS: ClassVar[list[BindingType]] = [Binding("P,q", "cancel", show=False)]

    def __init__(self, engine: Asks) -> None:
        self._engine = engine
        self._asking = False
        self._result: ParityResult | None = None
        self._lines: list[Line] = []
        super().__init__("parity")

    def body(self) -> ComposeResult:
        yield Horizontal(id="parity-with")
        yield Prose(id="parity-sentence")
        yield Static(id="parity-head", markup=False)
        yield OptionList(compact=True, id="parity-rows")
        yield Prose(id="parity-tolerance")

    def on_mount(self) -> None:
        self._ask("")

    def _ask(self, there: str) -> None:
        """Ask for the comparison with a place; with none, for the first that there is."""
        self._asking = True
        self.query_one("#parity-sentence", Prose).show(self.words("parity.running"))
        self._compare(there)

    @work(exclusive=True)
    async def _compare(self, there: str) -> None:
        reply = await self._engine.ask(Parity(there))
        self._asking = False
        self._result = reply.answer or ParityResult(error=reply.error)
        self._offer(self._result)
        self._show()
        self._point()

    def lost(self) -> None:
        """The engine is gone: there will be no answer."""
        if self._asking:
            self.query_one("#parity-sentence", Prose).show("")
            self.complain(self.words("gone.hint"))

    def _offer(self, result: ParityResult) -> None:
        """What is compared with what; where there is more than one place, let one be chosen."""
        line = self.query_one("#parity-with")
        if line.children or result.other not in result.choices:
            return
        places = [(Content(self.words.spell(clean(name))), name) for name in result.choices]
        line.mount(Label(self.words("parity.with", reference=result.reference), markup=False))
        if len(places) == 1:
            line.mount(Label(places[0][0], markup=False))
            return
        line.mount(Select(places, value=result.other, allow_blank=False, compact=True))
        self.query_one(".keys", Static).update(self.words("parity.keys"))

    @on(Select.Changed)
    def _chosen(self, event: Select.Changed) -> None:
        if self._result is not None and event.value != self._result.other:
            self._ask(str(event.value))
            self.query_one("#parity-rows").focus()

    @on(OptionList.OptionSelected, "#parity-rows")
    def _picked(self, event: OptionList.OptionSelected) -> None:
        lines = self._lines[event.option_index :]
        row = lines[0].row if lines else None
        if row is not None and row.name:
            self.dismiss(tensor(row))

    def on_resize(self) -> None:
        """Lay the columns out for the new width."""
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        result = self._result
        if result is None or not is_open(self):
            return
        texts = [make(result, self.words) for make in (sentence, facts, tolerance)]
        above, subtitle, below = texts if result.rows else ("", "", "")
        prose = self.query_one("#parity-sentence", Prose)
        prose.show(above)
        prose.set_class(result.first_past is not None, "-past")
        self.complain(clean(self.words.say(result.error)) if result.error else "")
        self.query_one(".box").border_subtitle = Content(subtitle)
        self.query_one("#parity-tolerance", Prose).show(below)
        self._fill(result)

    def _fill(self, result: ParityResult) -> None:
        listed = self.query_one("#parity-rows", OptionList)
        here = listed.highlighted
        width = listed.container_size.width - 1  # beside the scrollbar
        head, self._lines = table(result, width, self.words, self.glyphs)
        self.query_one("#parity-head", Static).update(head if result.rows else Content(""))
        listed.clear_options()
        listed.add_options([Option(line.text, disabled=line.row is None) for line in self._lines])
        listed.highlighted = here

    def _point(self) -> None:
        """The cursor to the first op past tolerance, or to the first of all."""
        first = self._result.first_past if self._result else None
        rows = [n for n, line in enumerate(self._lines) if line.row is not None]
        past = [n for n in rows if self._lines[n].row is first]
        self.query_one("#parity-rows", OptionList).highlighted = next(iter(past or rows), None)


def tensor(row: ParityRow) -> Shown:
    """What the panes show of an entry: a value, or a gradient."""
    return row.name, "gradient" if PHASES[row.phase].gradients else "value"
