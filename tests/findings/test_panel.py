"""The findings panel: what it asks, what it shows, and the place of each finding."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from rich.cells import cell_len
from textual.containers import VerticalScroll
from textual.widgets import ContentSwitcher, OptionList
from textual.widgets._toast import Toast

from lenet_tui.app.all_words import words
from lenet_tui.app.ui.main_screen import MainScreen
from lenet_tui.findings.finding import LEVELS, Finding
from lenet_tui.findings.ledger import VALUE, LedgerRow
from lenet_tui.findings.probes import OverfitBatch, TrainAgainstEval
from lenet_tui.findings.request import Check
from lenet_tui.findings.ui.ledger_table import ledger_lines
from lenet_tui.findings.ui.probe_answers import KEYS
from lenet_tui.findings.ui.screen import PLACE, FindingsScreen
from lenet_tui.kit.ui.glyphs import UNICODE
from lenet_tui.protocol.messages import Printed
from lenet_tui.protocol.options import Options, resolve
from tests.findings.gallery_files import BROKEN, write
from tests.harness.few import few
from tests.harness.running_app import SIZES, Running, running


def broken(program: str, folder: Path) -> Options:
    return resolve("own", model=str(write(program, BROKEN, folder)), device="cpu")


def said(run: Running) -> str:
    """The screen's text without the breaks of its lines."""
    return " ".join(line.strip("│ ") for line in run.lines)


def option(run: Running, name: str) -> str:
    listed = run.app.screen.query_one(name, OptionList)
    assert listed.highlighted is not None
    return str(listed.get_option_at_index(listed.highlighted).prompt)


BROADCASTS = "ignore:Using a target size"


@pytest.mark.slow
@pytest.mark.filterwarnings(BROADCASTS)
@pytest.mark.parametrize(
    "size", [SIZES[0], *(pytest.param(s, marks=pytest.mark.slow) for s in SIZES[1:])]
)
async def test_a_broadcast_is_drawn_axis_by_axis(size: tuple[int, int], tmp_path: Path) -> None:
    async with running(size, options=broken("loss-broadcast__regression", tmp_path)) as run:
        await run.press("n", "!")
        assert option(run, "#findings-list").startswith("✘ error  loss-broadcast")
        assert "144 pairs where 12 were meant" in said(
            run
        ) and "Checked from iteration 1 on" in said(run)
        position = run.app.main.frame
        await run.press("enter")
        assert any("prediction       12   1 → 12" in line for line in run.lines)
        assert any("target       — → 12       12" in line for line in run.lines)
        assert "Fix: Give both the same shape: prediction.squeeze(-1)" in said(run)
        assert "144 differences instead of 12" in run.text
        assert all(cell_len(line) <= size[0] for line in run.lines)
        await run.press("backspace", "escape")
        assert isinstance(run.app.screen, MainScreen) and run.app.main.frame is position
        await run.press("!")  # of the same iteration: it is not checked again
        assert len(run.engine.asked(Check)) == 1 and "loss-broadcast" in run.text
        await run.press("r")
        assert len(run.engine.asked(Check)) == 2


@pytest.mark.slow
async def test_a_parameters_row_is_opened_and_gone_to(tmp_path: Path) -> None:
    options = broken("param-not-in-optimizer__vision", tmp_path)
    async with running(options=options) as run:
        await run.press("f", "!", "enter")
        line = option(run, "#findings-ledger")
        assert line.startswith("✘ 3.weight") and line.split()[2:] != []
        signs = line.split()
        assert signs[3:7] == ["✔", "✔", "—", "✔"]  # registered, requires grad, group, path
        await run.press("enter")
        assert isinstance(run.app.screen, MainScreen)
        assert run.app.main.tensor.tensor == "3.weight"


@pytest.mark.parametrize(
    ("program", "cell", "drawn"),
    [
        ("nan-backward__sequence", "head.squeeze.grad[0,0]", "not chosen by head.where"),
        pytest.param("nan-forward__regression", "loss.log[", "operands", marks=pytest.mark.slow),
    ],
)
@pytest.mark.slow
async def test_the_first_nan_is_opened_with_its_terms(
    program: str, cell: str, drawn: str, tmp_path: Path
) -> None:
    """The check was undone: to see its numbers the iteration is run, wherever the cursor is."""
    async with running((80, 24), options=broken(program, tmp_path)) as run:
        await run.press("!", "enter")
        assert drawn in run.text
        await run.press("enter")
        main = run.app.main
        assert isinstance(run.app.screen, MainScreen) and main.inspection.is_open
        assert main.inspection.cell.startswith(cell)
        value = main.inspection.value
        assert value is not None and not math.isfinite(value)
        assert "checked: torch's value is" in said(run)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.filterwarnings(BROADCASTS)
async def test_where_there_is_little_room_a_finding_is_read_beside_the_answers(
    lang: str, tmp_path: Path
) -> None:
    """The probes' names and answers left a line for what is wrong and how to mend it."""
    options = broken("loss-broadcast__regression", tmp_path)
    async with running((80, 24), lang=lang, options=options) as run:
        await run.press("!", *KEYS)
        screen = run.app.screen
        assert screen.query_one("#findings-probes").size.height == 1
        assert screen.query_one("#findings-answers", VerticalScroll).max_scroll_y > 0
        assert screen.query_one("#findings-detail").size.height >= 5
        assert all(f"{key} " in run.text for key in KEYS)


@pytest.mark.filterwarnings(BROADCASTS)
@pytest.mark.slow
async def test_tab_reaches_a_text_that_is_longer_than_its_place(tmp_path: Path) -> None:
    options = broken("loss-broadcast__regression", tmp_path)
    async with running(size=(60, 15), options=options) as run:
        await run.press("!")
        for _ in range(20):
            if (
                not isinstance(run.app.screen, FindingsScreen)
                or run.app.main._checked.found is None
            ):
                await run.settle()
        text = run.app.screen.query_one("#findings-detail", VerticalScroll)
        assert text.max_scroll_y > 0
        await run.press("tab", "down", "down")
        await run.settle()
        assert text.has_focus and text.scroll_target_y > 0
        await run.press("enter")
        assert run.app.screen.query_one(ContentSwitcher).current == PLACE


@pytest.mark.slow
async def test_enter_on_a_place_is_for_nothing_below_the_panel(tmp_path: Path) -> None:
    """It went to the place, and then explained the number under the cursor there."""
    async with running(options=broken("clip-misplaced__regression", tmp_path)) as run:
        await run.press("n", "!", "enter")
        assert "clip-misplaced:" in run.text
        await run.press("enter")
        assert isinstance(run.app.screen, MainScreen) and not run.app.main.inspection.is_open


@pytest.mark.slow
async def test_why_a_probe_has_no_answer_stays_beside_the_others() -> None:
    async with running() as run:
        await run.press("n", "!", "b")
        assert "Batch independence: " in said(run)
        await run.press("z")
        newest, _, earlier = said(run).partition("Zeroed input, iteration 1: ")
        assert "Batch independence: " in earlier and "Batch independence: " not in newest


@pytest.mark.slow
async def test_an_op_of_the_forward_is_gone_to(tmp_path: Path) -> None:
    async with running(options=broken("graph-cut__vision", tmp_path)) as run:
        await run.press("!", "enter")
        assert "stem.weight: require grad" in run.text.replace("stem.bias, ", "")
        assert "✘ cut: stem.detach" in run.text
        await run.press("enter")
        frame = run.app.main.frame
        assert frame is not None and frame.entry is not None and frame.entry.op == "detach"


@pytest.mark.slow
async def test_nothing_found_is_said_and_probes_answer_in_a_line() -> None:
    async with running() as run:
        await run.press("n", "n", "!")
        assert "No findings in 3 iterations." in run.text
        assert run.app.screen.query_one("#findings-summary").has_class("-none")
        assert "p parameters  r again" in run.text and "its place" not in run.text
        assert all(
            f"{key} {words('en')(f'probe.{name}')}" in run.text for key, name in KEYS.items()
        )
        await run.press("t")
        assert "Train against eval, iteration 1: All" in run.text
        await run.press("o")
        both = run.text.partition("Overfit this batch, iteration 1: It can")[2]
        assert "Train against eval, iteration 1: All" in both  # the newest first
        assert len(run.engine.asked(TrainAgainstEval)) == len(run.engine.asked(OverfitBatch)) == 1
        assert run.app.main.frame is not None and run.app.main.frame.position.phase == "loss"
        await run.press("escape", "f", "!")
        assert len(run.engine.asked(Check)) == 1  # still iteration 1
        await run.press("escape", "f", "!")
        assert len(run.engine.asked(Check)) == 2
        assert "Checked from iteration 2 on" in run.text


@pytest.mark.slow
async def test_a_batch_that_cannot_be_overfit_is_a_finding_of_the_panel() -> None:
    async with running(options=Options(lr=1e-7)) as run:
        await run.press("n", "!")
        assert "No findings in 3 iterations." in run.text
        await run.press("o")
        listed = run.app.screen.query_one("#findings-list", OptionList)
        assert listed.display and listed.option_count == 1 and listed.highlighted == 0
        assert "cannot-overfit" in run.text and "No findings" not in run.text
        await run.press("escape", "!")
        assert "cannot-overfit" in run.text, "as long as it is that step"
        await run.press("enter")
        assert "lowest loss possible" in run.text and "enter go there" not in run.text
        await run.press("backspace")
        await run.press("r")
        assert "cannot-overfit" not in run.text and "No findings in 3 iterations." in run.text


@pytest.mark.slow
@pytest.mark.filterwarnings(BROADCASTS)
@pytest.mark.parametrize("size", SIZES[:2])
async def test_a_notification_covers_no_key_of_the_panel(
    size: tuple[int, int], tmp_path: Path
) -> None:
    options = broken("loss-broadcast__regression", tmp_path)
    async with running(size, options=options) as run:
        await run.press("!")
        run.app.notify("torch warns: " + "a long text " * 12)
        await run.settle()
        toast = run.app.screen.query_one(Toast).region
        for name in (".keys", "#findings-probes"):
            covered = toast.intersection(run.app.screen.query_one(name).region)
            assert toast.area and not covered.area, name


@pytest.mark.parametrize("size", few(SIZES[:2]))
@pytest.mark.slow
async def test_what_torch_warns_of_meanwhile_is_said_in_the_panel(size: tuple[int, int]) -> None:
    """A notification lay over the probes and their answers for five seconds."""
    async with running(size) as run:
        await run.press("n", "!", "z")
        for text in ("Using a target size [red]", "Using a target size [red]", "another"):
            run.engine.report(Printed("warning", text))
        await run.settle()
        assert run.text.count("torch warns: Using a target size [red]") == 1
        assert "torch warns: another" in run.text and "Zeroed input" in run.text
        assert not run.app.screen.query(Toast)
        await run.press("r")
        assert "torch warns" not in run.text, "of another check"
        await run.press("escape")
        run.engine.report(Printed("warning", "one more"))
        await run.settle()
        assert run.app.screen.query(Toast)


@pytest.mark.slow
async def test_the_row_of_another_finding_is_found_anew() -> None:
    async with running() as run:
        await run.press("n", "!", "p", "end")
        last = option(run, "#findings-ledger")
        screen = run.app.screen
        assert isinstance(screen, FindingsScreen)
        evidence = {"count": 1, "parameters": ("conv2.weight",)}
        screen._shown = Finding("no-gradient", "update", "conv2.weight", evidence=evidence)
        await run.press("backspace", "p")
        assert option(run, "#findings-ledger").split()[0] == "conv2.weight" != last


@pytest.mark.slow
@pytest.mark.filterwarnings(BROADCASTS)
async def test_in_chinese_and_in_ascii(tmp_path: Path) -> None:
    options = broken("loss-broadcast__regression", tmp_path)
    async with running((80, 24), lang="zh", options=options) as run:
        await run.press("!", "enter")
        assert "被拉伸" in run.text and "144 个差" in run.text
    async with running((80, 24), ascii=True, options=options) as run:
        await run.press("!")
        assert run.text.isascii()
        await run.press("enter")
        assert run.text.isascii() and "1 -> 12" in run.text
        await run.press("p")
        assert run.text.isascii()


def test_every_probe_has_a_key_that_nothing_else_has() -> None:
    bound = [key for b in FindingsScreen.BINDINGS for key in b.key.split(",")]  # type: ignore[union-attr]
    assert len(bound) == len(set(bound)) and set(KEYS) < set(bound)
    assert len(set(KEYS.values())) == len(KEYS) and len(LEVELS) > 20


def test_the_ledger_fits(tmp_path: Path) -> None:
    rows = (LedgerRow("a" * 60, (512, 256, 3, 3), True, True, None, None, VALUE, torch.pi, True),)
    for width in (50, 76, 108):
        head, lines = ledger_lines(rows, width, words("en"), UNICODE)
        assert all(cell_len(text.plain) <= width for text in (head, *lines))
