"""The cell inspector in the app: opened, followed, closed, and never out of date."""

from __future__ import annotations

import re

import pytest
from textual.widgets import Static

from lenet_tui.app.ui.panes.input import ImagePane
from lenet_tui.explain.explanation import Explain, Operand
from lenet_tui.explain.ui.inspector import SETTLE, InspectorPane
from lenet_tui.protocol.messages import Answered, Asked
from lenet_tui.text.notice import verbatim
from lenet_tui.text.numbers import number
from tests.harness.running_app import Running, running

HEAD = re.compile(r"(\S+) = (\S+)   ")


async def opened(run: Running, tensor: str = "conv1", *index: int) -> InspectorPane:
    """The inspector on a cell, by the keys a person would press."""
    await run.press("f")
    run.app.main.choose(tensor, "value")
    run.app.main.tensor.mode = "numbers"
    await run.settle()
    run.app.main.tensor.picker.focus()
    await run.settle()
    run.app.main.tensor.picker.place(index or (0, 2, 4, 5))
    await run.settle()
    await run.press("enter")
    return run.app.main.body.inspector


def head(run: Running) -> tuple[str, str]:
    """The cell that is explained, and its value."""
    match = HEAD.search(run.text)
    assert match, run.text
    return match[1].lstrip("│ "), match[2]


def largest(pane: InspectorPane) -> tuple[Operand, ...]:
    """The operands of the largest term, which stands first."""
    assert pane.found is not None
    return max(pane.found.terms, key=lambda term: abs(term.value)).operands


def place(operand: Operand) -> str:
    """The operand's index, as it is shown."""
    return f"[{','.join(map(str, operand.index))}]"


def asked(run: Running) -> list[str]:
    return [command.cell for command in run.engine.asked(Explain)]


@pytest.mark.parametrize(
    "size", [(80, 24), *(pytest.param(s, marks=pytest.mark.slow) for s in ((120, 40), (200, 60)))]
)
async def test_enter_explains_the_cell_under_the_cursor(size: tuple[int, int]) -> None:
    async with running(size) as run:
        pane = await opened(run)
        assert asked(run) == ["conv1[0,2,4,5]"]
        assert pane.found is not None
        assert head(run)[0] == "conv1[0,2,4,5]"
        text = run.text
        ulp, bound = number(pane.found.ulp, 3), number(pane.found.bound, 3)
        assert (
            f"✔ checked: torch is {ulp} ulp from the sum; float32 rounding allows {bound}" in text
        )
        assert "(n=0,o=2,h=4,w=5)" in text and f"{pane.found.rank:,} of 4,704 by |x|" in text
        assert all(place(operand) in text for operand in largest(pane))
        assert "sum of 26 in float64" in text
        assert "more terms" in text or size[1] == 60
        assert "input[0,0,4–8,5–9]" in text
        assert all(len(line) == size[0] for line in run.lines)
        assert pane.table.has_focus


@pytest.mark.slow
async def test_the_receptive_field_and_the_operand_are_lit() -> None:
    async with running() as run:
        pane = await opened(run)
        image = run.app.main.query_one(ImagePane)
        field, operand = image.heatmap._regions
        assert field == ((0, 0, 4, 5), (0, 0, 8, 9))
        assert operand == (largest(pane)[0].index,) * 2
        drawn = image.heatmap._drawing
        assert drawn is not None and drawn.over  # in the glyphs of this terminal
        await run.press("down")
        assert image.heatmap._regions[0] == field and image.heatmap._regions[1] != operand
        assert run.app.main.tensor.table.cursor == (0, 2, 4, 5)
        await run.press("escape")
        assert image.heatmap._regions == ()


@pytest.mark.slow
async def test_window_and_kernel_stand_beside_each_other_with_the_operands_marked() -> None:
    async with running() as run:
        pane = await opened(run)
        assert "─ input[0,0] ─" in run.text and "─ conv1.weight@1[2,0] ─" in run.text
        text = run.text.replace("−", "-")
        assert all(f"[{operand.value:5.2f}]" in text for operand in largest(pane))


@pytest.mark.slow
async def test_a_small_screen_shows_the_picture_of_the_chosen_operand() -> None:
    async with running((80, 24)) as run:
        await opened(run)
        assert "─ input[0,0] ─" in run.text
        await run.press("right")
        assert "─ input[0,0] ─" not in run.text and "weight@1[2,0] ─" in run.text


@pytest.mark.slow
async def test_keys_reach_the_table_after_a_slow_answer() -> None:
    async with running((80, 24)) as run:
        run.engine.thinks = True
        pane = await opened(run)
        await run.pilot.pause(SETTLE + 0.1)
        assert "working it out" in run.text and pane.table.has_focus
        run.engine.reply(run.engine.commands(Asked)[-1])
        await run.settle()
        await run.press("right")
        assert pane.table.operand is not None and pane.table.operand.tensor == "conv1.weight@1"


@pytest.mark.slow
async def test_follow_return_and_home() -> None:
    async with running() as run:
        pane = await opened(run, "conv1.relu", 0, 2, 4, 5)
        await run.press("enter")
        assert asked(run)[-1] == "conv1[0,2,4,5]"
        assert "conv1.relu[0,2,4,5] → conv1[0,2,4,5]" in run.text
        assert run.app.main.tensor.tensor == "conv1"
        weight = f"conv1.weight@1{place(largest(pane)[1])}"
        await run.press("right", "enter")
        assert [v.cell for v in pane.history.visits][-1] == weight
        assert "so it was at init" in run.text and run.app.main.tensor.tensor == "conv1"
        await run.press("backspace")
        assert head(run)[0] == "conv1[0,2,4,5]"
        assert pane.table.line is not None and pane.history.visits[1].part == 1
        await run.press("backspace", "backspace")
        assert head(run)[0] == "conv1.relu[0,2,4,5]"
        assert run.app.main.tensor.tensor == "conv1.relu"
        await run.press("enter", "escape")
        assert "Where it comes from" not in run.text and "Layers" in run.text
        assert run.app.main.tensor.tensor == "conv1.relu"
        assert run.app.main.focused is run.app.main.tensor.picker
        assert pane.history.here is None


@pytest.mark.slow
async def test_other_panes_have_cells_too() -> None:
    async with running() as run:
        await run.press("f", "5", "down", "down", "enter")
        assert asked(run)[-1] == "output.softmax[0,2]"
        await run.press("escape", "6", "enter")
        assert asked(run)[-1] == "loss"
        await run.press("escape", "4", "right", "enter")
        cell = asked(run)[-1]
        assert cell.startswith("input[0,0,")
        await run.press("escape", "3", "enter")
        assert asked(run)[-1].startswith("conv1.weight.grad[0,0,")
        assert run.app.main.tensor.aspect == "gradient"
        await run.press("escape")
        assert run.app.main.tensor.aspect == "value"


@pytest.mark.slow
async def test_a_gradient_that_is_none_is_said() -> None:
    async with running() as run:
        await run.press("3", "enter", "e")
        assert asked(run)[-1].startswith("conv1.weight")
        await run.press("escape")
        run.app.main.choose("conv1", "value")
        await run.settle()
        await run.press("2", "e", "e")
        assert run.app.main.body.inspector.found is None
        assert "has not been computed yet" in run.text
        assert "checked" not in run.text


@pytest.mark.slow
async def test_a_step_explains_the_cell_anew() -> None:
    async with running() as run:
        await opened(run)
        first = head(run)
        await run.press("f")
        assert len(asked(run)) == 2 and asked(run)[1] == asked(run)[0]
        second = head(run)
        assert second[0] == first[0] and second[1] != first[1]
        await run.press("N", "N", "N", "N", "N")
        assert "has not been computed yet" not in run.text or first[1] not in run.text
        await run.press("F", "F")
        assert "has not been computed yet" in run.text and second[1] not in run.text
        await run.press("f")
        assert head(run) == first


@pytest.mark.slow
async def test_what_is_no_longer_true_is_taken_off_the_screen() -> None:
    async with running() as run:
        await opened(run)
        cell, value = head(run)
        run.engine.thinks = True
        await run.press("f")
        await run.pilot.pause(SETTLE + 0.1)
        assert "working it out" in run.text and value not in run.text
        assert "checked" not in run.text and "sum of" not in run.text
        assert run.app.main.query_one(ImagePane).heatmap._regions == ()
        late = run.engine.commands(Asked)[-1]
        run.engine.thinks = False
        await run.press("f")
        assert "working it out" in run.text  # one question at a time
        run.engine.report(Answered(late.number, error=verbatim("of the step before")))
        await run.settle()
        assert "of the step before" not in run.text
        assert head(run)[0] == cell and head(run)[1] != value


@pytest.mark.slow
async def test_nothing_is_explained_while_it_runs() -> None:
    async with running(free=1, speed="flat out") as run:
        await opened(run)
        _, value = head(run)
        before = len(asked(run))
        await run.press("r")
        await run.pilot.pause(SETTLE + 0.2)
        assert "explained when the run stops" in run.text and value not in run.text
        assert len(asked(run)) == before
        await run.press("r")
        await run.settle()
        assert head(run)[1] != value


@pytest.mark.slow
async def test_after_closing_nothing_is_asked_or_lit() -> None:
    async with running() as run:
        await opened(run)
        await run.press("escape", "f", "N")
        assert len(asked(run)) == 1
        assert run.app.main.tensor.heatmap._regions == ()
        await run.press("enter")
        assert len(asked(run)) == 2 and "Where it comes from" in run.text


@pytest.mark.slow
async def test_a_new_engine_is_asked_again() -> None:
    async with running() as run:
        await opened(run)
        run.engine.thinks = True
        await run.press("f")
        run.engine.thinks = False
        await run.press("ctrl+r")
        assert "working it out" not in run.text and head(run)[0] == "conv1[0,2,4,5]"


@pytest.mark.slow
async def test_a_run_gives_way_to_e() -> None:
    async with running(free=1, speed="flat out") as run:
        await run.press("f", "r", "e", "e")
        await run.settle()
        assert not run.app.main.queue.running
        assert head(run)[0] == "conv1.weight[0,0,0,0]"


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_chinese_and_ascii(size: tuple[int, int]) -> None:
    async with running(size, lang="zh") as run:
        await opened(run)
        assert "来源" in run.text and "已核对" in run.text and "float64" in run.text
        await run.press("L")
        assert "Where it comes from" in run.text and "已核对" not in run.text
    async with running(size, ascii=True) as run:
        await opened(run)
        await run.press("right", "enter")
        assert run.text.isascii(), sorted({c for c in run.text if not c.isascii()})
        assert "conv1[0,2,4,5] -> conv1.weight" in run.text


@pytest.mark.slow
async def test_the_mouse_chooses_follows_and_returns() -> None:
    async with running() as run:
        pane = await opened(run)
        table = pane.table.content_region
        await run.pilot.click(offset=(table.x + 6, table.y + 2))
        await run.settle()
        assert pane.history.visits[0].line == 1
        await run.pilot.click(offset=(table.x + 6, table.y + 2), times=2)
        await run.settle()
        assert len(pane.history.visits) == 2
        title = run.lines[pane.region.y]
        await run.pilot.click(offset=(title.index("conv1["), pane.region.y))
        await run.settle()
        assert len(pane.history.visits) == 1
        plane = pane.query_one("#operand-1")
        await run.pilot.click(plane, offset=(6, 3))
        await run.settle()
        assert pane.table.operand is not None and pane.table.operand.tensor == "conv1.weight@1"
        keys = run.lines[pane.region.bottom - 1]
        await run.pilot.click(offset=(keys.index("esc close"), pane.region.bottom - 1))
        await run.settle()
        assert pane.history.here is None and "Layers" in run.text


@pytest.mark.slow
async def test_resizing_keeps_the_place() -> None:
    async with running((120, 40)) as run:
        pane = await opened(run)
        await run.press("down", "down")
        for size in [(80, 24), (200, 60), (50, 10), (60, 20), (120, 40)]:
            await run.pilot.resize_terminal(*size)
            await run.settle()
        assert pane.history.here is not None and pane.history.here.line == 2
        assert head(run)[0] == "conv1[0,2,4,5]"


@pytest.mark.slow
async def test_another_pane_can_fill_the_screen_meanwhile() -> None:
    async with running((80, 24)) as run:
        await opened(run)
        await run.press("1")
        assert "Layers" in run.text and "Where it comes from" not in run.text
        await run.press("f", "escape")
        assert "Where it comes from" in run.text and len(asked(run)) == 2
        await run.press("m")
        assert "Where it comes from" in run.text
        await run.press("escape", "escape")
        assert "Layers" in run.text


@pytest.mark.slow
async def test_names_are_shown_as_text() -> None:
    async with running() as run:
        pane = await opened(run)
        pane.open("a\x1b[31m[/red]b[0]")
        await run.settle()
        assert r"a\x1b[31m[/red]b[0]" in run.text
        assert pane.query_one(".head", Static).is_attached
