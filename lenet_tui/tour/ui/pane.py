"""The tour's pane: a stop's text, its code, whether the session is there, the keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.highlight import highlight
from textual.style import Style
from textual.widgets import Static

from lenet_tui.kit.ui.key_names import key_name
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.kit.ui.prose import Fitted, Prose
from lenet_tui.stepping.ui.commands import BY_ID
from lenet_tui.text.clean import clean
from lenet_tui.text.wrapping import wrap
from lenet_tui.tour.folding import fold
from lenet_tui.tour.stops import STOPS

if TYPE_CHECKING:
    from lenet_tui.text.words import Words

KEYS = ("tour-next", "tour-back", "tour-here", "tour-stops")

Key = tuple[str, str, str]
"""A key, the word key of its description, and the action of a click."""
GAP = "  "
HANG = "    "
LIST = Style.from_meta({"@click": "app.command('tour-stops')"})
LEAVE: Key = ("escape", "touring.escape", "app.command('escape')")


@dataclass(frozen=True, slots=True)
class TourState:
    """``number`` of the stop, from 0. ``progress``: the session is ``here``, ``away`` or ``going``;
    ``lab``: at a stop whose lab is closed. ``printed``: what the stop's code prints there.
    """

    number: int
    progress: str
    language: str
    printed: str = ""


class CodeText(Fitted[str]):
    """Lines of Python, folded to the width."""

    def fitted(self, width: int) -> Content:
        return highlight(fold(self.given, width), language="python")


class Printed(Fitted[str]):
    """What code prints, wrapped to the width."""

    def fitted(self, width: int) -> Content:
        lines = self.given.splitlines()
        return Content("\n".join(part for line in lines for part in hung(line, width)))


def hung(line: str, width: int) -> list[str]:
    """A line in pieces of at most ``width`` cells, all but the first set in further."""
    if cell_len(line) <= width:
        return [line]
    start = " " * min(len(line) - len(line.lstrip()), width // 2)
    first, *rest = wrap(line.strip(), width - len(start) - len(HANG), cell_len)
    return [start + first, *(start + HANG + piece for piece in rest)]


class KeyLine(Fitted[list[Content]]):
    """Keys side by side, in as many lines as they need; none is broken at a blank."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__([], id=id, classes="keys")

    def fitted(self, width: int) -> Content:
        lines: list[Content] = []
        for item in self.given:
            if lines and lines[-1].cell_length + len(GAP) + item.cell_length <= width:
                lines[-1] = Content(GAP).join([lines[-1], item])
            else:
                lines.append(item)
        return Content("\n").join(lines)


class TourPane(Pane):
    """A stop's text; ``turn`` turns its pages where it is longer than the pane."""

    ALLOW_MAXIMIZE = True
    DEFAULT_CSS = """
    TourPane { height: 1fr; }
    TourPane > * { padding: 0 0 0 1; }
    TourPane .title { height: auto; text-style: bold; color: $text-primary; }
    TourPane VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
    TourPane VerticalScroll:focus { background-tint: transparent; }
    TourPane Prose, TourPane CodeText { margin-top: 1; }
    TourPane .prints { height: auto; margin-top: 1; text-style: italic; }
    TourPane .printed { color: $foreground-muted; margin-top: 0; }
    TourPane .progress { height: auto; margin-top: 1; }
    TourPane .progress.-here { color: $text-success; }
    TourPane .progress.-away { color: $text-warning; }
    TourPane .keys {
        height: auto; link-style: none; link-color: $foreground; link-background: transparent;
        link-style-hover: bold; link-background-hover: $accent 40%;
    }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.scroll = VerticalScroll()
        self._title = Static(classes="title", markup=False)
        self._prose, self._code = Prose(), CodeText("")
        self._heading = Static(classes="prints", markup=False)
        self._printed = Printed("", classes="printed")
        self._progress = Static(classes="progress", markup=False)
        self._offered = KeyLine()
        self._last_key = LEAVE
        self._state: TourState | None = None

    def compose(self) -> ComposeResult:
        yield self._title
        with self.scroll:
            yield self._prose
            yield self._code
            yield self._heading
            yield self._printed
        yield self._progress
        yield self._offered

    def on_mount(self) -> None:
        """Show the keys again when there is more or less text below."""
        self.watch(self.scroll, "scroll_y", self._offer, init=False)
        self.watch(self.scroll, "virtual_size", self._offer, init=False)

    def show_state(self, state: TourState) -> None:
        """Show a stop, or how far the session is from it now."""
        before, self._state = self._state, state
        if state == before:
            return
        if before is None or (before.number, before.language) != (state.number, state.language):
            self._show_stop(state.number)
        if before is None or before.number != state.number:
            self.scroll.scroll_home(animate=False)
        self._print(state.printed)
        self._show_progress(state)
        self.call_after_refresh(self._offer)

    def end_with(self, key: Key) -> None:
        """Set the last one of the keys that are named."""
        self._last_key = key
        self._offer()

    def turn(self) -> bool:
        """Turn to the text's next page; return whether there was one."""
        if not self._more:
            return False
        self.scroll.scroll_page_down(animate=False)
        return True

    def turn_back(self) -> bool:
        """Turn to the page before; return whether there was one."""
        if not self.scroll.size.height or self.scroll.scroll_y <= 0:
            return False
        self.scroll.scroll_page_up(animate=False)
        return True

    def on_resize(self) -> None:
        """Another number of lines fit."""
        self.call_after_refresh(self._offer)

    @property
    def _more(self) -> bool:
        scroll = self.scroll
        return bool(scroll.size.height) and scroll.scroll_y < scroll.max_scroll_y

    def _show_stop(self, number: int) -> None:
        words, stop = self.words, STOPS[number]
        self.border_title = Content.styled(words("tour.title"), LIST)
        self._title.update(words(f"tour.{stop.key}.title"))
        text = words(f"tour.{stop.key}.text")
        self._prose.show(text.replace("\n", "\n\n"))
        self._code.show(stop.code)

    def _print(self, printed: str) -> None:
        """What the code prints, below it; nothing where it prints nothing (yet)."""
        for widget in (self._heading, self._printed):
            widget.display = bool(printed)
        self._heading.update(self.words("tour.prints"))
        self._printed.show("\n".join(map(clean, printed.splitlines())))

    def _show_progress(self, state: TourState) -> None:
        """Whether the session is at the stop: a sentence, and a mark beside the stop's number."""
        key = key_name(BY_ID["tour-here"].keys[0])
        sentence = self.words(f"tour.{state.progress}", key=key)
        mark = {"here": self.glyphs.done, "going": self.glyphs.current}
        shown = mark.get(state.progress, self.glyphs.back)
        number = self.words("tour.progress", number=state.number + 1, count=len(STOPS))
        self.border_subtitle = Content.styled(f"{shown} {number}", LIST)
        self._progress.update(f"{shown} {sentence}")
        self._progress.set_class(state.progress == "here", "-here")
        self._progress.set_class(state.progress in ("away", "lab"), "-away")

    def _offer(self) -> None:
        """The keys; the first one turns the page where there is more to read."""
        if self._state is None:
            return
        number = self._state.number
        idle = [
            name
            for name, at in (("tour-next", len(STOPS) - 1), ("tour-back", 0))
            if number == at and not (self._more and name == "tour-next")
        ]
        self._offered.show(key_items(self.words, self._more, self._last_key, idle))


def key_items(words: Words, more: bool, last: Key, idle: Sequence[str] = ()) -> list[Content]:
    """The tour's keys, each to be clicked. ``more``: the first one turns the page.

    ``idle``: the names of those that lead nowhere from here, which are left out.
    """
    names = [name for name in KEYS if name not in idle]
    keys = [(BY_ID[name].keys[0], f"touring.{name}", f"app.command('{name}')") for name in names]
    items = []
    for key, name, click in (*keys, last):
        text = words("touring.more" if more and name == "touring.tour-next" else name)
        item = Content.assemble((key_name(key), "bold $text-accent"), " ", text)
        items.append(item.stylize(Style.from_meta({"@click": click})))
    return items
