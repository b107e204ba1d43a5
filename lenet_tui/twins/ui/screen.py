"""The twins' screen: a list of mistakes, a question on one, and both programs side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import ContentSwitcher, OptionList, Static
from textual.widgets.option_list import Option

from lenet_tui.kit.ui.ask import AskScreen
from lenet_tui.kit.ui.dialog import Dialog
from lenet_tui.kit.ui.open_screens import is_open
from lenet_tui.kit.ui.port import Port
from lenet_tui.kit.ui.prose import Prose
from lenet_tui.protocol.moves import parse_move
from lenet_tui.terminal.ui.toast import brief
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem
from lenet_tui.twins.kinds_of_file import of_files
from lenet_tui.twins.mistake import BY_ID, MISTAKES, Mistake
from lenet_tui.twins.result import Twins, TwinsResult
from lenet_tui.twins.scripts import write_scripts
from lenet_tui.twins.ui.run_view import RunView
from lenet_tui.twins.ui.table import diff_content

LIST, ASK, RUN = "twins-page-list", "twins-page-ask", "twins-page-run"
FILES, OTHER = "files", "other"
BOX = 112
"""Cells of the box where the screen is broad."""


class TwinsScreen(Dialog[None]):
    """``answers``: what was answered to each mistake's question, kept by the caller.

    ``request``: what to compare at once; ``file``: the session's own training file, offered as the
    first of two.
    """

    CSS_PATH = Path(__file__).with_name("twins.tcss")
    AUTO_FOCUS = "#twins-list"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (90, "-broad")]  # noqa: RUF012 - Textual's way
    VERTICAL_BREAKPOINTS = [(0, "-low"), (34, "-high")]  # noqa: RUF012 - Textual's way
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "cancel", show=False),
        *(Binding(str(n), f"answer({n - 1})", show=False) for n in (1, 2, 3)),
        Binding("n,f10", "iteration(1)", show=False),
        Binding("N,shift+f10,f22", "iteration(-1)", show=False),
        Binding("d", "first", show=False),
        Binding("x", "export", show=False),
        Binding("backspace,left", "back", show=False),
    ]

    def __init__(
        self, engine: Port, answers: dict[str, int], request: Twins | None = None, file: str = ""
    ) -> None:
        self._engine = engine
        self._answers = answers
        self._request = request
        self._file = file
        self._mistake: Mistake | None = None
        self._asking = False
        super().__init__("twins")

    def body(self) -> ComposeResult:
        with ContentSwitcher(initial=LIST):
            with Vertical(id=LIST):
                yield Prose(id="twins-about")
                yield OptionList(compact=True, id="twins-list")
            with Vertical(id=ASK):
                yield Static(classes="title", markup=False)
                yield Static(id="twins-diff", markup=False)
                yield Prose(id="twins-question")
                yield OptionList(compact=True, id="twins-answers")
            with Vertical(id=RUN):
                yield RunView()

    def on_mount(self) -> None:
        self._list()
        request = self._request
        if request is not None and request.mistake in BY_ID:
            self._ask(BY_ID[request.mistake])
        elif request is not None:
            self._compare(request)

    # The list

    def _list(self) -> None:
        """Show the list, with the mistakes that were answered marked."""
        words, glyphs = self.words, self.glyphs
        right = sum(self._answers.get(m.id) == m.right for m in MISTAKES)
        about = words("twins.about", right=right, count=len(MISTAKES))
        self.query_one("#twins-about", Prose).show(about)
        listed = self.query_one("#twins-list", OptionList)
        here = listed.highlighted
        listed.clear_options()
        for mistake in MISTAKES:
            answer = self._answers.get(mistake.id)
            mark = (
                " " if answer is None else glyphs.done if answer == mistake.right else glyphs.past
            )
            title = words(f"twins.{mistake.id}.title")
            listed.add_option(Option(Content(f"{mark} {title}"), id=mistake.id))
        listed.add_option(Option(Content(f"  {words('twins.files')}"), id=FILES))
        listed.add_option(Option(Content(f"  {words('twins.other')}"), id=OTHER))
        listed.highlighted = 0 if here is None else here
        self._turn(LIST, "dialog.twins.keys", listed)

    def _turn(self, page: str, keys: str, focus: OptionList) -> None:
        self.query_one(ContentSwitcher).current = page
        self.query_one(".keys", Static).update(self.words(keys))
        self.complain("")
        focus.focus()

    @on(OptionList.OptionSelected, "#twins-list")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        if event.option_id == FILES:
            self._ask_files()
        elif event.option_id == OTHER:
            self._ask_other()
        elif event.option_id in BY_ID:
            self._ask(BY_ID[event.option_id])

    def action_back(self) -> None:
        """Go to the list."""
        if self.query_one(ContentSwitcher).current != LIST:
            self._list()

    # The question

    def _ask(self, mistake: Mistake) -> None:
        """Show the edit and the question."""
        words = self.words
        self._mistake = mistake
        self.query_one(f"#{ASK} .title", Static).update(words(f"twins.{mistake.id}.title"))
        self.query_one("#twins-question", Prose).show(words(f"twins.{mistake.id}.ask"))
        answers = self.query_one("#twins-answers", OptionList)
        answers.clear_options()
        for n in range(3):
            answers.add_option(Option(Content(f"{n + 1}  {words(f'twins.{mistake.id}.{n}')}")))
        self._turn(ASK, "twins.keys.ask", answers)
        self.call_after_refresh(self._show_diff)

    def _show_diff(self) -> None:
        if self._mistake is not None and is_open(self):
            diff = self.query_one("#twins-diff", Static)
            diff.update(diff_content(self._mistake.diff, max(min(self.size.width, BOX) - 8, 20)))

    @on(OptionList.OptionSelected, "#twins-answers")
    def _picked(self, event: OptionList.OptionSelected) -> None:
        self.action_answer(event.option_index)

    def action_answer(self, number: int) -> None:
        """Answer the question; then both programs run."""
        mistake = self._mistake
        if mistake is None or self.query_one(ContentSwitcher).current != ASK:
            return
        self._answers[mistake.id] = number
        extent = self._request or Twins()
        self._compare(replace(extent, a="", b="", mistake=mistake.id))

    # Both programs

    def _compare(self, request: Twins) -> None:
        view = self.query_one(RunView)
        mistake = BY_ID.get(request.mistake)
        view.begin(mistake, self._answers.get(request.mistake), request.seed)
        self._turn(RUN, "twins.keys.run" if mistake else "twins.keys.files", view.rows)
        self._asking = True
        self._run(request)

    @work(exclusive=True)
    async def _run(self, request: Twins) -> None:
        reply = await self._engine.ask(request)
        self._asking = False
        result = reply.answer or TwinsResult(error=reply.error)
        if not is_open(self):
            return
        if result.error is not None:
            lines = [*result.traceback, self.words.say(result.error)]
            self.complain("\n".join(clean(line, 500) for line in lines))
        self.query_one(RunView).show(result)

    def lost(self) -> None:
        """The engine is gone: there will be no answer."""
        if self._asking:
            self.complain(self.words("gone.hint"))

    def warned(self, text: str) -> None:
        """Say what torch warns of while both run: a notification would lie over them."""
        self.query_one(RunView).warned(brief(text))

    def action_iteration(self, by: int) -> None:
        """The next iteration of both, or the one before."""
        self.query_one(RunView).turn(by)

    def action_first(self) -> None:
        """Where they part."""
        self.query_one(RunView).point()

    def on_resize(self) -> None:
        """Lay everything out for the new width."""
        self.call_after_refresh(self._show_diff)

    # Files

    def _ask_files(self) -> None:
        """Ask for two training files, one after the other."""

        def first(a: str | None) -> None:
            if a:
                ask = AskScreen("twins-b", parse=_file, value=a)
                self.app.push_screen(ask, lambda b: self._compare(of_files(a, b)) if b else None)

        self.app.push_screen(AskScreen("twins-a", parse=_file, value=self._file), first)

    def _ask_other(self) -> None:
        """Ask for an option that the other program has."""
        frame = self._engine.frame
        n = max(frame.position.iteration, 1) if frame is not None else 1
        ask = AskScreen("twins-other", parse=_option, help_text=self.words("twins.other.help", n=n))
        take = lambda move: self._compare(Twins(other=(move,))) if move else None  # noqa: E731
        self.app.push_screen(ask, take)

    def action_export(self) -> None:
        """Write both programs of the mistake as scripts."""
        mistake = self._mistake
        if mistake is None or self.query_one(ContentSwitcher).current == LIST:
            return
        write = _writer(mistake)
        ask = AskScreen(
            "twins-export",
            parse=write,
            value=str(Path.cwd()),
            help_text=self.words("twins.export.help"),
        )
        self.app.push_screen(ask, self._written)

    def _written(self, paths: tuple[Path, Path] | None) -> None:
        if paths:
            a, b = (clean(str(path)) for path in paths)
            self.notify(self.words("twins.written", a=a, b=b))


def _option(text: str) -> str:
    """The move that sets an option, such as ``set lr 0.1``."""
    return str(parse_move(f"set {text.strip().replace('=', ' ')}"))


def _file(text: str) -> str:
    path = Path(text.strip()).expanduser()
    if path.suffix != ".py" or not path.is_file():
        raise Problem("twins:no-file", file=clean(text))
    return str(path.absolute())


def _writer(mistake: Mistake) -> Callable[[str], tuple[Path, Path]]:
    def write(text: str) -> tuple[Path, Path]:
        return write_scripts(mistake, Path(text.strip() or ".").expanduser())

    return write
