"""The cursor, numbers, scrolling and sizes of the tensor panes."""

from __future__ import annotations

from functools import partial

import pytest
import torch
from textual.widgets import Button

from lenet_tui.app.ui.panes.output import OutputPane
from lenet_tui.tensors.arrangement import Arrangement
from lenet_tui.tensors.ui.tensor_pane import TensorPane
from tests.harness.pane_app import KERNELS, MATRIX, running, shown, until


async def test_the_cursor_reads_out_its_number() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (app, pilot):
        pane.tensor = "conv1.weight"
        await until(pilot, lambda: "kernel" in shown(pane))
        pane.heatmap.focus()
        await until(pilot, lambda: "[0,0,0,0] −0.2" in shown(pane))
        await pilot.press("right", "down", "l", "j")
        await until(pilot, lambda: "[0,0,2,2] " in shown(pane))
        assert pane.cursor == (0, 0, 2, 2)
        await pilot.press("enter")
        await until(pilot, lambda: app.messages)
        chosen = app.messages[0]
        assert isinstance(chosen, TensorPane.CellChosen)
        assert (chosen.tensor, chosen.index) == ("conv1.weight", (0, 0, 2, 2))
        app.query_one(Button).focus()
        await until(pilot, lambda: "[0,0,2,2]" not in shown(pane))


async def test_the_cursor_goes_from_tile_to_tile() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (app, pilot):
        app.tensors["relu"] = torch.randn(1, 12, 5, 5)
        pane.tensor = "relu"
        await until(pilot, lambda: "11" in shown(pane))
        pane.heatmap.focus()
        await pilot.press(*["right"] * 5)
        await until(pilot, lambda: pane.heatmap.cursor == (0, 1, 0, 0))
        await pilot.press("left")
        await until(pilot, lambda: pane.heatmap.cursor == (0, 0, 0, 4))
        columns = pane.heatmap.arrangement.columns if pane.heatmap.arrangement else 0
        assert 1 < columns < 12
        await pilot.press(*["down"] * 5)
        await until(pilot, lambda: pane.heatmap.cursor == (0, columns, 0, 4))


async def test_a_pixel_of_many_reads_out_the_largest() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (app, pilot):
        spiked = MATRIX.clone()
        spiked[1, 2] = -7.5
        app.tensors["fc"] = spiked
        pane.tensor = "fc"
        await until(pilot, lambda: "max |x| of" in shown(pane))
        pane.heatmap.focus()
        await until(pilot, lambda: "[1,2] −7.5  largest of" in shown(pane))
        assert pane.cursor == (1, 2)
        await pilot.press("enter")
        await until(pilot, lambda: app.messages)
        assert app.messages[0].index == (1, 2)  # type: ignore[attr-defined]


@pytest.mark.slow
async def test_tiles_scroll() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (app, pilot):
        app.tensors["conv2.weight"] = torch.arange(64 * 64 * 9.0).reshape(64, 64, 3, 3)
        pane.tensor = "conv2.weight"
        await until(pilot, lambda: "of 4096" in shown(pane))
        assert app.asked[0].first == 0
        count = app.asked[0].count
        pane.heatmap.focus()
        await pilot.press("pagedown")
        await until(pilot, lambda: app.asked[0].first > 0)
        assert app.asked[0].first == count
        await pilot.press("end")
        await until(pilot, lambda: "4096 of 4096" in shown(pane))
        await pilot.press("home")
        await until(pilot, lambda: app.asked[0].first == 0)
        await pilot.press(*["up"] * 2, *["down"] * 40)
        await until(pilot, lambda: app.asked[0].first > 0)
        cursor = pane.heatmap.cursor
        assert cursor is not None
        assert pane.heatmap.arrangement is not None
        await until(pilot, lambda: pane.heatmap.arrangement.box(cursor))  # type: ignore[union-attr]


async def test_the_mouse_puts_the_cursor_and_chooses() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (app, pilot):
        pane.tensor = "conv1.weight"
        await until(pilot, lambda: "kernel" in shown(pane))
        layout = pane.heatmap.arrangement
        assert layout is not None
        box = layout.box((4, 0, 3, 1))
        assert box is not None
        await pilot.click(pane.heatmap, offset=(box.x, box.y // 2), times=2)
        await until(pilot, lambda: app.messages)
        assert app.messages[-1].index == (4, 0, 3, 1)  # type: ignore[attr-defined]


async def test_numbers_and_back_with_the_cursor() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (_, pilot):
        pane.tensor = "conv1.weight"
        await until(pilot, lambda: "kernel" in shown(pane))
        pane.heatmap.focus()
        await pilot.press(*["right"] * 6)
        await until(pilot, lambda: "[1,0,0,1] " in shown(pane))
        pane.mode = "numbers"
        await until(pilot, lambda: "−0.1329" in shown(pane))
        assert "kernel 1" in shown(pane)
        assert "[1,0,0,1] −0.13020134" in shown(pane)
        assert "σ 0.116" in shown(pane), "its statistics stay"
        await pilot.press("down")
        await until(pilot, lambda: "[1,0,1,1] " in shown(pane))
        await pilot.press("pagedown")
        await until(pilot, lambda: "kernel 2" in shown(pane))
        pane.mode = "heatmap"
        await until(pilot, lambda: pane.heatmap.cursor == (2, 0, 1, 1))


def _is_at(pane: TensorPane, index: tuple[int, ...]) -> bool:
    return pane.table.cursor == index


async def test_the_numbers_of_as_many_kernels_as_fit_are_seen_at_once() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane, size=(100, 40)) as (app, pilot):
        pane.styles.height = 26
        pane.tensor = "conv1.weight"
        pane.mode = "numbers"
        pane.table.focus()
        await until(pilot, lambda: "kernel 5" in shown(pane))
        request = app.views_asked("conv1.weight")[-1]
        assert (request.count, request.rows, request.cols) == (6, 5, 5)
        lines = shown(pane).splitlines()
        names = [line for line in lines if "kernel" in line]
        assert [line.strip("│ ").split() for line in names] == [
            ["kernel", "0", "kernel", "1"],
            ["kernel", "2", "kernel", "3"],
            ["kernel", "4", "kernel", "5"],
        ]
        first = lines[lines.index(names[1]) + 2].strip("│ ").split()  # row 0 of kernels 2 and 3
        wanted = [float(KERNELS[n, 0, 0, c]) for n in (2, 3) for c in range(5)]
        read = [float(text.replace("−", "-")) for n, text in enumerate(first) if n not in (0, 6)]
        assert read == pytest.approx(wanted, abs=6e-5)
        walk = (
            (["right"] * 5, (1, 0, 0, 0)),
            (["down"] * 5, (3, 0, 0, 0)),
            (["left"], (2, 0, 0, 4)),
            (["up"], (0, 0, 4, 4)),
        )
        for keys, index in walk:
            await pilot.press(*keys)
            await until(pilot, partial(_is_at, pane, index))
        # A click on the second line of numbers of kernel 5.
        seen = [pane.table.render_line(y).text for y in range(pane.table.size.height)]
        at = next(y for y, line in enumerate(seen) if "kernel 5" in line)
        beside = seen[at].index("kernel 5")
        edge = pane.table._edge_width()
        await pilot.click(pane.table, offset=(beside + edge + 2, at + 3))
        await until(pilot, lambda: pane.table.cursor == (5, 0, 1, 0))


async def test_many_tiles_of_numbers_scroll_by_rows_of_them() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane, size=(100, 40)) as (app, pilot):
        pane.styles.height = 18
        app.tensors["deep.weight"] = torch.randn(4, 5, 3, 3)
        pane.tensor = "deep.weight"
        pane.mode = "numbers"
        pane.table.focus()
        await until(pilot, lambda: "channel 1·0" in shown(pane))
        await pilot.press("end")
        await until(pilot, lambda: "[3,4,2,2]" in shown(pane))
        asked = app.views_asked("deep.weight")
        request = [r for r in asked if r.key == "tensor"][-1]
        assert request.first + request.count == 20 and request.first > 0
        assert 1 < request.count < 20 and request.first % 3 == 0


async def test_numbers_scroll_with_the_cursor() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (app, pilot):
        pane.mode = "numbers"
        pane.tensor = "fc"
        await until(pilot, lambda: "−1.000" in shown(pane))
        pane.table.focus()
        await pilot.press("end")
        await until(pilot, lambda: "[119,399] 1.0" in shown(pane))
        assert app.asked[0].row + app.asked[0].rows == 120
        assert app.asked[0].col + app.asked[0].cols == 400
        await pilot.press("home", "pagedown")
        await until(pilot, lambda: app.asked[0].col == 0 and app.asked[0].row > 0)


async def test_a_vector_of_numbers_is_wrapped() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (app, pilot):
        app.tensors["bias"] = torch.arange(12.0)
        pane.mode = "numbers"
        pane.tensor = "bias"
        await until(pilot, lambda: "11.00" in shown(pane))
        assert app.asked[0].wrap == 5
        lines = [line for line in shown(pane).splitlines() if "10.00" in line]
        assert len(lines) == 1
        assert lines[0].split("10.00")[0].strip("│ ") == "10"


async def test_ascii() -> None:
    pane, output = TensorPane(id="tensor"), OutputPane(id="output")
    async with running(pane, output, ascii_only=True) as (app, pilot):
        app.tensors |= {"output": torch.randn(1, 10), "target": torch.randn(1, 10)}
        app.tensors["output.softmax"] = torch.softmax(app.tensors["output"], -1)
        pane.tensor = "conv1.weight"
        await until(pilot, lambda: "-0.250" in shown(pane))
        frame = "╭─╮│╰╯"
        for each in (pane, output):
            assert shown(each).translate(dict.fromkeys(map(ord, frame))).isascii()


async def test_another_theme_draws_with_other_colours() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (app, pilot):
        pane.tensor = "conv1.weight"
        await until(pilot, lambda: "kernel" in shown(pane))
        dark = pane.heatmap.ink
        app.theme = "textual-light"
        await until(pilot, lambda: pane.heatmap.ink is not dark)
        app.theme = "ansi-dark"
        await until(pilot, lambda: pane.heatmap.surface.colours == "own")
        app.answer()
        await until(pilot, lambda: "+█" in shown(pane))


async def test_resizing_asks_for_what_fits() -> None:
    pane = TensorPane(id="tensor")
    async with running(pane) as (app, pilot):
        pane.tensor = "fc"
        await until(pilot, lambda: "max |x| of" in shown(pane) and app.asked[0].count)
        before = app.asked[0].cols

        def layout() -> Arrangement:
            assert pane.heatmap.arrangement is not None
            return pane.heatmap.arrangement

        await pilot.resize_terminal(40, 24)
        await until(pilot, lambda: app.asked[0].cols < before)
        await until(
            pilot, lambda: pane.heatmap.arrangement and pane.heatmap.arrangement.pixels[1] < 40
        )
