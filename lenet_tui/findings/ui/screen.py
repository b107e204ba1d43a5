"""The findings panel: what is wrong with the step, where, and what may be tried."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import ContentSwitcher, OptionList, Static
from textual.widgets.option_list import Option

from lenet_tui.findings import probes
from lenet_tui.findings.finding import ERROR, NOTE, WARNING, Finding, Findings
from lenet_tui.findings.ledger import Ledger
from lenet_tui.findings.report import unseen, whole_place
from lenet_tui.findings.request import ITERATIONS, Check
from lenet_tui.findings.ui.last_check import Checked
from lenet_tui.findings.ui.ledger_page import LedgerPage
from lenet_tui.findings.ui.places import PARAMETERS, drawing
from lenet_tui.findings.ui.probe_answers import KEYS, ProbeAnswers, offered, with_answer
from lenet_tui.findings.words import said, shown_evidence
from lenet_tui.kit.ui.dialog import Dialog
from lenet_tui.kit.ui.open_screens import is_open
from lenet_tui.kit.ui.port import Port
from lenet_tui.kit.ui.prose import LongText, Prose
from lenet_tui.terminal.ui.toast import brief
from lenet_tui.text.clean import clean

BROAD, HIGH = 90, 34
"""Cells and lines from which there is room for more."""
WARNINGS = 2
"""How many of torch's last warnings are shown."""
LIST, PLACE, LEDGER = "findings-page-list", "findings-page-place", "findings-page-ledger"


class FindingsScreen(Dialog[Finding]):
    """Gives back the finding whose place is to be gone to.

    ``checked``: the last check, kept by the caller. It is made anew where it is of another
    iteration than the one that the cursor is in.
    """

    CSS_PATH = Path(__file__).with_name("findings.tcss")
    AUTO_FOCUS = "#findings-list"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (BROAD, "-broad")]  # noqa: RUF012 - Textual's way
    VERTICAL_BREAKPOINTS = [(0, "-low"), (HIGH, "-high")]  # noqa: RUF012 - Textual's way
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,exclamation_mark", "cancel", show=False),
        Binding("r", "check", show=False),
        Binding("p", "ledger", show=False),
        Binding("backspace,left", "back", show=False),
        Binding("g", "go", show=False),
        Binding("enter", "enter", show=False),
        *(Binding(key, f"probe('{name}')", show=False) for key, name in KEYS.items()),
    ]

    def __init__(self, port: Port, checked: Checked) -> None:
        self._port = port
        self._latest = checked
        self._shown: Finding | None = None
        self._warned: list[str] = []
        self._asking = False
        super().__init__("findings")

    def body(self) -> ComposeResult:
        with ContentSwitcher(initial=LIST):
            with Vertical(id=LIST):
                yield Prose(id="findings-summary")
                yield OptionList(compact=True, id="findings-list")
                with LongText(id="findings-detail"):
                    yield Prose(id="findings-place")
                    yield Prose(id="findings-why")
                    yield Prose(id="findings-fix")
                    yield Prose(id="findings-evidence")
                yield Prose(id="findings-probes")
                yield ProbeAnswers(id="findings-answers")
                yield Prose(id="findings-warned")
            with VerticalScroll(id=PLACE):
                yield Static(classes="title", markup=False)
                yield Static(id="findings-drawing", markup=False)
                yield Prose(id="findings-remedy")
            yield LedgerPage(id=LEDGER)

    @property
    def _here(self) -> int:
        return max(frame.position.iteration, 1) if (frame := self._port.frame) is not None else 1

    @property
    def _runs_again(self) -> bool:
        """Whether the step can be run again, as that of a script cannot."""
        return (frame := self._port.frame) is None or not frame.looked_at

    def on_mount(self) -> None:
        self.on_resize()
        if self._latest.found is not None and self._latest.iteration == self._here:
            self._fill()
            self._show_answers()
        else:
            self.action_check()

    def on_resize(self) -> None:
        """Name the probes: in one line where there are few."""
        short = self.size.width < BROAD or self.size.height < HIGH
        offer = offered(self.words, short) if self._runs_again else self.words("panel.no-probes")
        self.query_one("#findings-probes", Prose).show(offer)

    # Checking

    def action_check(self) -> None:
        """Check the step at the cursor and those after it."""
        if self._asking:
            return
        self._asking = True
        self._latest.answers.clear()
        self._latest.refused.clear()
        self._show_answers()
        self._warned.clear()
        self._show_warned()
        self.query_one("#findings-list", OptionList).clear_options()
        self._detail(None)
        summary = self.query_one("#findings-summary", Prose)
        summary.show(self.words("panel.checking", n=ITERATIONS))
        summary.remove_class("-none")
        self._turn(LIST)
        self._look(self._here)

    @work(exclusive=True, group="check")
    async def _look(self, iteration: int) -> None:
        reply = await self._port.ask(Check())
        self._asking = False
        if reply.answer is not None:
            self._latest.found = reply.answer
            self._latest.iteration = reply.answer.first or iteration
        if not is_open(self):
            return
        if reply.answer is None:
            self.query_one("#findings-summary", Prose).show("")
            self.complain(clean(self.words.say(reply.error), 500) if reply.error else "")
        else:
            self._fill()

    def warned(self, text: str) -> None:
        """Say what torch warns of while it is asked: a notification would lie over the answers."""
        if text not in self._warned:
            self._warned.append(text)
            self._show_warned()

    def _show_warned(self) -> None:
        shown = self.query_one("#findings-warned", Prose)
        shown.show("\n".join(brief(text) for text in self._warned[-WARNINGS:]))
        shown.display = bool(self._warned)

    def lost(self) -> None:
        """The engine is gone: there will be no answer."""
        if self._asking:
            self.query_one("#findings-summary", Prose).show("")
            self.complain(self.words("gone.hint"))

    def _fill(self) -> None:
        found = self._latest.all
        assert found is not None
        words = self.words
        summary = self.query_one("#findings-summary", Prose)
        summary.show(self._summary(found))
        summary.set_class(not found.findings, "-none")
        listed = self.query_one("#findings-list", OptionList)
        listed.clear_options()
        for finding in found.findings:
            title = clean(said(finding, words)[0], 300)
            mark, style = self._mark(finding.level)
            level = words(f"findings.level.{finding.level}")
            listed.add_option(
                Option(Content.assemble((f"{mark} {level}", style), f"  {finding.id}  {title}"))
            )
        listed.highlighted = 0 if found.findings else None
        listed.display = bool(found.findings)
        self._detail(found.findings[0] if found.findings else None)
        self._name_keys(self.query_one(ContentSwitcher).current or LIST)

    def _summary(self, found: Findings) -> str:
        words, n = self.words, self._latest.iteration
        key = "findings.none" if not found.findings else "findings.count"
        counts = {
            level: sum(f.level == level for f in found.findings) for level in (ERROR, WARNING, NOTE)
        }
        values = counts if found.findings else {}
        text = f"{words(key, count=found.iterations, **values)}{unseen(found, words)}"
        if found.first:
            return words("panel.went-on", found=text, n=n, last=n + found.iterations - 1)
        if n == self._here:
            return words("panel.of", found=text, n=n)
        return words("panel.older", found=text, n=n, here=self._here)

    def _mark(self, level: str) -> tuple[str, str]:
        glyphs = self.glyphs
        return {
            ERROR: (glyphs.past, "bold"),
            WARNING: (glyphs.warning, "bold $text-warning"),
            NOTE: (glyphs.dot, "$text-accent"),
        }[level]

    @on(OptionList.OptionHighlighted, "#findings-list")
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        found = self._latest.all
        if found is not None and event.option_index < len(found.findings):
            self._detail(found.findings[event.option_index])

    def _detail(self, finding: Finding | None) -> None:
        self._shown = finding
        words = self.words
        texts = {key: [""] for key in ("place", "why", "fix", "evidence")}
        if finding is not None:
            _, why, fix = said(finding, words)
            evidence = shown_evidence(finding, words)
            texts = {
                "place": whole_place(finding, words),
                "evidence": [f"{words('findings.evidence')}: {evidence}" if evidence else ""],
                "why": [f"{words('findings.why')}: {why}"],
                "fix": [f"{words('findings.fix')}: {fix}"],
            }
        for name, lines in texts.items():
            prose = self.query_one(f"#findings-{name}", Prose)
            prose.show("\n".join(clean(words.spell(line), 2000) for line in lines))
            prose.display = any(lines)
        self.query_one(f"#{LIST}").set_class(finding is None, "-none")

    # Places

    @on(OptionList.OptionSelected, "#findings-list")
    def _opened(self) -> None:
        finding = self._shown
        if finding is None:
            return
        if finding.id in PARAMETERS:
            self.action_ledger()
            return
        title, _, fix = said(finding, self.words)
        self.query_one(f"#{PLACE} .title", Static).update(clean(f"{finding.id}: {title}", 400))
        shown = drawing(finding, self.words, self.glyphs, self._port.frame)
        self.query_one("#findings-drawing", Static).update(shown)
        at = "\n".join(clean(line, 400) for line in whole_place(finding, self.words))
        remedy = clean(f"{self.words('findings.fix')}: {fix}", 1000)
        self.query_one("#findings-remedy", Prose).show(self.words.spell(f"{at}\n{remedy}"))
        self._turn(PLACE)

    def action_enter(self) -> None:
        """From the list show a place, from there go to it; the key is for nothing below this."""
        page = self.query_one(ContentSwitcher).current
        if page == PLACE:
            self.action_go()
        elif page == LIST:
            self._opened()

    def action_go(self) -> None:
        """Close, and go to the place of the finding."""
        if self._shown is not None and self._shown.where:
            self.dismiss(self._shown)

    def action_ledger(self) -> None:
        """Show every parameter's row."""
        self._ledger()

    @work(exclusive=True, group="ledger")
    async def _ledger(self) -> None:
        reply = await self._port.ask(Ledger())
        if not is_open(self):
            return
        if reply.answer is None:
            self.complain(clean(self.words.say(reply.error), 500) if reply.error else "")
            return
        page = self.query_one(LedgerPage)
        page.show(reply.answer, self._shown, self.words, self.glyphs)
        self._turn(LEDGER)
        self.call_after_refresh(page.fill)

    @on(LedgerPage.Chosen)
    def _parameter(self, event: LedgerPage.Chosen) -> None:
        self.dismiss(Finding("no-gradient", "update", event.name))

    def action_back(self) -> None:
        """Go back to the list."""
        self._turn(LIST)

    def _turn(self, page: str) -> None:
        self.query_one(ContentSwitcher).current = page
        self._name_keys(page)
        self.complain("")
        focus = {LIST: "#findings-list", LEDGER: "#findings-ledger", PLACE: f"#{PLACE}"}[page]
        self.query_one(focus).focus()

    def _name_keys(self, page: str) -> None:
        nothing = page == LIST and not self._asking and self._shown is None
        pages = {LIST: "dialog.findings.keys", LEDGER: "panel.keys.ledger"}
        key = "panel.keys.none" if nothing else pages.get(page, "panel.keys.place")
        if page == PLACE and not (self._shown and self._shown.where):
            key = "panel.keys.nowhere"
        self.query_one(".keys", Static).update(self.words(key))

    # Probes

    def action_probe(self, name: str) -> None:
        """Try something on the batch of the step; it is undone."""
        if self.query_one(ContentSwitcher).current != LIST or not self._runs_again:
            return
        self._show_answers(self.words("panel.trying", probe=self.words(f"probe.{name}")))
        self._probe(name)

    @work(exclusive=True, group="probe")
    async def _probe(self, name: str) -> None:
        words = self.words
        reply = await self._port.ask(probes.PROBES[name]())
        if not is_open(self):
            return
        if reply.answer is None:
            error = words.say(reply.error) if reply.error else ""
            refused = f"{words(f'probe.{name}')}: {error}"
            self._show_answers(refused)
            self._latest.refused[name] = refused
            return
        self._latest.answers = with_answer(self._latest.answers, reply.answer)
        self._latest.refused.pop(name, None)
        self._show_answers()
        if name == probes.OVERFIT and self._latest.found is not None and not self._asking:
            self._fill()

    def _show_answers(self, first: str = "") -> None:
        refused = [text for text in self._latest.refused.values() if text != first]
        self.query_one(ProbeAnswers).show(self._latest.answers, refused, self.words, first)
