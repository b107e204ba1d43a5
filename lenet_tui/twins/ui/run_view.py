"""What both programs did: verdict, first difference, losses, ops of an iteration, and why."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from lenet_tui.kit.ui.open_screens import is_open
from lenet_tui.kit.ui.prose import Prose
from lenet_tui.kit.ui.settings import Reader
from lenet_tui.twins.lines import labels, parting
from lenet_tui.twins.mistake import Mistake
from lenet_tui.twins.result import TwinsResult
from lenet_tui.twins.ui.table import Line, losses, table


class RunView(Reader, Vertical):
    """Shows a ``TwinsResult``, an iteration at a time."""

    DEFAULT_CSS = "RunView { height: 1fr; }"

    def __init__(self) -> None:
        self._mistake: Mistake | None = None
        self._result: TwinsResult | None = None
        self._seed = 0
        self._at = 0
        self._lines: list[Line] = []
        super().__init__()

    def compose(self) -> ComposeResult:
        yield Static(classes="title", markup=False)
        yield Prose(id="twins-verdict")
        yield Prose(id="twins-parting")
        yield Prose(id="twins-warned")
        yield Static(id="twins-losses", markup=False)
        yield Prose(id="twins-why")
        yield Static(id="twins-which", markup=False)
        yield Static(id="twins-head", markup=False)
        yield OptionList(compact=True, id="twins-rows")

    @property
    def rows(self) -> OptionList:
        """The ops of the iteration shown."""
        return self.query_one("#twins-rows", OptionList)

    def begin(self, mistake: Mistake | None, answer: int | None, seed: int) -> None:
        """Both begin to run."""
        words = self.words
        self._mistake, self._result, self._seed = mistake, None, seed
        title = words(f"twins.{mistake.id}.title") if mistake else ""
        self.query_one(".title", Static).update(title)
        verdict = self.query_one("#twins-verdict", Prose)
        shown = mistake is not None and answer is not None
        verdict.set_class(shown, "-shown")
        if mistake is not None and answer is not None:
            right = answer == mistake.right
            key = "twins.right" if right else "twins.wrong"
            verdict.show(words(key, answer=words(f"twins.{mistake.id}.{mistake.right}")))
            verdict.set_class(right, "-right")
            verdict.set_class(not right, "-wrong")
        self.query_one("#twins-parting", Prose).show(words("twins.running"))
        self.query_one("#twins-parting").remove_class("-same")
        self.query_one("#twins-warned").remove_class("-shown")
        self._why("")
        for name in ("#twins-losses", "#twins-which", "#twins-head"):
            self.query_one(name, Static).update("")
        self.rows.clear_options()

    def warned(self, text: str) -> None:
        """Show what torch warns of; the last warning stays."""
        warned = self.query_one("#twins-warned", Prose)
        warned.show(text)
        warned.add_class("-shown")

    def show(self, result: TwinsResult) -> None:
        """Show what came out, at the first difference."""
        self._result = result
        words = self.words
        if not result.iterations:
            self.query_one("#twins-parting", Prose).show("")
            if self._mistake is None:
                self.query_one(".title", Static).update("")
            return
        names = labels(result, words, self._mistake is not None)
        if self._mistake is None:
            n = result.iterations[-1].number
            title = words("twins.seed", a=names[0], b=names[1], n=n, seed=self._seed)
            self.query_one(".title", Static).update(title)
        prose = self.query_one("#twins-parting", Prose)
        prose.show("\n".join(parting(result, words, names)))
        prose.set_class(not result.differs, "-same")
        if self._mistake is not None:
            self._why(words(f"twins.{self._mistake.id}.why"))
        self.point()

    def _why(self, text: str) -> None:
        why = self.query_one("#twins-why", Prose)
        why.show(text)
        why.display = bool(text)

    def turn(self, by: int) -> None:
        """Go to the next iteration (1) or to the one before (-1)."""
        if self._result is not None and self._result.iterations:
            last = len(self._result.iterations) - 1
            self._at = min(max(self._at + by, 0), last)
            self._fill()
            self._highlight(None)

    def point(self) -> None:
        """Go to the first number that differs, or else to the first difference."""
        result = self._result
        if result is None or not result.iterations:
            return
        found = result.first_number or result.first
        numbers = [iteration.number for iteration in result.iterations]
        self._at = numbers.index(found[0]) if found is not None else len(numbers) - 1
        self._fill()
        self._highlight(found[1] if found is not None else None)

    def on_resize(self) -> None:
        """Lay the columns out for the new width."""
        self.call_after_refresh(self._fill)

    def _fill(self) -> None:
        result = self._result
        if result is None or not result.iterations or not is_open(self):
            return
        words, glyphs = self.words, self.glyphs
        names = labels(result, words, self._mistake is not None)
        iteration = result.iterations[self._at]
        width = self.rows.container_size.width - 1  # beside the scrollbar
        shown = losses(result, (words("twins.iteration"), *names), self._at, width, glyphs)
        self.query_one("#twins-losses", Static).update(shown)
        total = result.iterations[-1].number
        which = "twins.table" if iteration.number else "twins.table.start"
        text = words(which, n=iteration.number, total=total)
        self.query_one("#twins-which", Static).update(Content(text))
        head, self._lines = table(iteration, names, width, words, glyphs)
        self.query_one("#twins-head", Static).update(head)
        here = self.rows.highlighted
        self.rows.clear_options()
        self.rows.add_options(
            [Option(line.text, disabled=line.row is None) for line in self._lines]
        )
        self.rows.highlighted = here

    def _highlight(self, row: object) -> None:
        """Put the cursor on a row, or on the first one that is not equal."""
        result = self._result
        if result is None:
            return
        wanted = row or result.iterations[self._at].first
        rows = [n for n, line in enumerate(self._lines) if line.row is not None]
        found = [n for n in rows if self._lines[n].row is wanted]
        self.rows.highlighted = next(iter(found or rows), None)
        show = self.rows.scroll_to_highlight
        self.call_after_refresh(self.call_after_refresh, show)  # what is above takes its height
