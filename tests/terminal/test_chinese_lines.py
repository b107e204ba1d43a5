"""No Chinese line begins with a mark that belongs to the line before, wherever it is wrapped."""

from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.console import Console
from textual.app import App, ComposeResult
from textual.content import Content
from textual.widgets import Static

from lenet_tui.app.all_words import words
from lenet_tui.app.ui.panes.log import LogPane
from lenet_tui.cli.printer import Printer
from lenet_tui.terminal.textual_version import private_ok
from lenet_tui.terminal.ui import painting  # noqa: F401 - which has Textual break lines so
from lenet_tui.text.wide_text import WideText
from tests.harness.pane_app import PaneApp

CLOSING, OPENING = "，。；：、？！）》」”", "（《「“"
TEXT = "损失（loss）不再下降。原因：学习率太大，「梯度」爆炸；见 fc1.weight，（第 3 层）。"
WIDTHS = range(8, 40)
checked = pytest.mark.skipif(not private_ok(), reason="Textual's lines are broken in private")


def assert_well_broken(lines: list[str], text: str, width: int) -> None:
    lines = [line.strip() for line in lines]
    assert "".join(lines).replace(" ", "") == text.replace(" ", ""), width
    for line in filter(None, lines):
        assert cell_len(line) <= width, (width, lines)
        assert line[0] not in CLOSING, (width, lines)
        assert line[-1] not in OPENING, (width, lines)


@checked
def test_what_textual_wraps() -> None:
    for width in WIDTHS:
        made = [line.plain for line in Content.styled(TEXT, "bold").wrap(width)]
        assert_well_broken(made, TEXT, width)
    english = "each output cell (of 12) is a sum, and 'so' on; (see fc1.weight)"
    assert [line.plain for line in Content(english).wrap(20)] == [
        "each output cell (of", "12) is a sum, and", "'so' on; (see", "fc1.weight)",
    ]  # fmt: skip


@checked
async def test_a_widget_is_as_high_as_its_lines() -> None:
    class Narrow(App[None]):
        CSS = "Static { height: auto; }"

        def compose(self) -> ComposeResult:
            for width in WIDTHS:
                static = Static(TEXT, markup=False)
                static.styles.width = width
                yield static

    async with Narrow().run_test(size=(40, 300)) as pilot:
        await pilot.pause()
        for width, static in zip(WIDTHS, pilot.app.query(Static), strict=True):
            lines = [static.render_line(y).text for y in range(static.size.height)]
            assert_well_broken(lines, TEXT, width)


def test_what_rich_wraps() -> None:
    for width in WIDTHS:
        console = Console(width=width, file=io.StringIO())
        made = [line.plain for line in WideText(TEXT, "bold").wrap(console, width)]
        assert_well_broken(made, TEXT, width)
    whole = WideText(TEXT).wrap(console, 8, no_wrap=True, overflow="ignore")
    assert [line.plain for line in whole] == [TEXT]


async def test_the_log() -> None:
    pane = LogPane()
    app = PaneApp(pane)
    async with app.run_test(size=(26, 30)) as pilot:
        pane.add("note", TEXT)
        await pilot.pause()
        log = pane.query_one("RichLog")
        lines = [log.render_line(y).text for y in range(log.size.height)]
        assert_well_broken(lines, TEXT, log.size.width)


def test_a_table_of_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lenet_tui.cli.printer.WIDTH", 20)
    out = io.StringIO()
    Printer(ascii=False, stream=out).table(["a", "b"], [["1", TEXT]])
    lines = [line[1:] for line in out.getvalue().splitlines()[1:]]
    assert_well_broken(lines, TEXT, 19)


def test_all_that_is_said_in_chinese() -> None:
    said = words("zh")
    assert "tour.begin" not in said  # which reads the tables that are needed later
    for key, (_, text) in said._entries.items():
        if len(text) > 1:
            for width in (18, 38):
                console = Console(width=width, file=io.StringIO())
                lines = [line.plain.strip() for line in WideText(text).wrap(console, width)]
                assert all(line[:1] not in CLOSING or not line for line in lines), (key, lines)
