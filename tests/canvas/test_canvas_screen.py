"""The canvas by keys and by mouse: strokes, the outputs beside them, and the next input."""

from __future__ import annotations

import numpy as np
import pytest
from textual.strip import Strip

from lenet_tui.canvas.request import Predict
from lenet_tui.canvas.ui.pad import Pad
from lenet_tui.canvas.ui.screen import CanvasScreen
from lenet_tui.kit.ui.ask import AskScreen
from lenet_tui.protocol.messages import Asked
from lenet_tui.protocol.moves import Draw, Edit
from lenet_tui.protocol.options import resolve
from lenet_tui.protocol.picture import unpacked
from tests.harness.oracle import digits
from tests.harness.running_app import SIZES, Running, running

THREE = (
    *("p", *["right"] * 5, *["down"] * 6, *["left"] * 4, "p", "p", *["right"] * 4, "p"),
    *([*["down"] * 6, *["left"] * 6]),
)


def canvas(run: Running) -> CanvasScreen:
    assert isinstance(run.app.screen, CanvasScreen)
    return run.app.screen


def on_screen(run: Running) -> list[object]:
    """The colours of the picture's cells, as the terminal has them."""
    region = canvas(run).pad.content_region
    strips = run.app.screen._compositor.render_strips()[region.y : region.bottom]
    return [_colours(strip.crop(region.x, region.right)) for strip in strips]


def whole(pad: Pad) -> list[object]:
    """The same, drawn anew."""
    pad._strips.clear()
    return [_colours(pad.render_line(y)) for y in range(pad.size.height)]


def _colours(strip: Strip) -> object:
    return [(c, s.style and (s.style.color, s.style.bgcolor)) for s in strip for c in s.text]


@pytest.mark.parametrize("size", [SIZES[0], pytest.param(SIZES[1], marks=pytest.mark.slow)])
async def test_a_digit_drawn_by_keys_is_the_next_iterations_input(size: tuple[int, int]) -> None:
    async with running(size) as run:
        await run.press("I")
        screen = canvas(run)
        assert "predicted:" in run.text and "train mode" in run.text
        before = screen.found
        await run.press("plus", "minus", *THREE)
        pixels = screen.drawing.pixels
        assert (pixels == 1).sum() > 40 and screen.found is not None
        assert screen.found != before and screen.found.outputs[0] != 0
        row, col = screen.pad.cursor
        assert f"pixel [{row},{col}] = 1.000" in run.text
        assert "the data's 32" in run.text and screen.drawing.rows < 20
        await run.press("f")
        assert screen.drawing.rows >= 30 and "the data's are" not in run.text
        await run.press("c", "enter")
        assert isinstance(run.app.screen, AskScreen)
        await run.press("backspace", "x", "enter")
        assert "is not a class" in run.text
        await run.press("backspace", "3", "enter")
        drawn = run.engine.moves[-1]
        assert isinstance(drawn, Draw) and (drawn.target, drawn.sample) == (3, 0)
        assert np.array_equal(unpacked(drawn.pixels), screen.drawing.pixels.ravel())
        assert "edit" in run.rail and "(input set by hand)" in run.rail
        await run.press("n")
        assert "Input" in run.text and "by hand" in run.text and "target 3" in run.text
        assert size[0] < 120 or "then changed by hand" in run.text
        shown = run.engine.session.navigator.tape.batch
        assert shown is not None and shown.input is not None
        assert np.array_equal(shown.input[0, 0].numpy(), screen.drawing.pixels)
        await run.press("I")  # what was drawn is still there, to be drawn on
        assert np.array_equal(canvas(run).drawing.pixels, screen.drawing.pixels)


@pytest.mark.slow
async def test_the_mouse_draws_and_its_right_button_erases() -> None:
    async with running((80, 24)) as run:
        await run.press("I")
        screen = canvas(run)
        await run.pilot.mouse_down(Pad, offset=(4, 4))
        await run.pilot.hover(Pad, offset=(12, 4))
        await run.pilot.mouse_up(Pad, offset=(12, 4))
        await run.settle()
        pixels = screen.drawing.pixels
        assert (pixels[8, 4:13] == 1).all() and pixels[8, 20] == -1
        assert screen.pad.cursor == (8, 12)
        await run.pilot.mouse_down(Pad, offset=(4, 4), button=3)
        await run.pilot.mouse_up(Pad, offset=(4, 4))
        await run.settle()
        assert screen.drawing.pixels[8, 4] == -1 and screen.drawing.pixels[8, 12] == 1
        await run.press("u", "u")  # a stroke with the mouse is one
        assert (screen.drawing.pixels == -1).all()
        await run.press("u")
        assert "nothing to undo" in run.text


@pytest.mark.slow
async def test_a_sample_is_the_start_and_is_shifted_erased_and_cleared() -> None:
    async with running((80, 24)) as run:
        await run.press("I", "g", "7", "enter")
        screen, (images, labels) = canvas(run), digits()
        assert np.array_equal(screen.drawing.pixels, images[7, 0].numpy())
        assert on_screen(run) == whole(screen.pad)
        assert screen.target == int(labels[7])
        await run.press("shift+right")
        assert np.array_equal(screen.drawing.pixels[:, 1:], images[7, 0].numpy()[:, :-1])
        await run.press("e", "x")
        assert (screen.drawing.pixels == -1).all() and screen.target is None
        await run.press("b")
        assert screen.drawing.pixels.max() > 0 and screen.target is not None
        await run.press("g", "9", "9", "9", "9", "enter")
        assert "0 to 1796" in run.text
        await run.press("escape", "escape")
        assert not isinstance(run.app.screen, CanvasScreen) and not run.engine.moves


@pytest.mark.slow
async def test_one_request_is_under_way_and_the_latest_picture_wins() -> None:
    async with running((80, 24)) as run:
        await run.press("I")
        screen, first = canvas(run), len(run.engine.asked(Predict))
        run.engine.thinks = True
        await run.press("space", "right", "space", "down", "space")
        assert len(run.engine.asked(Predict)) == first + 1
        run.engine.thinks = False
        run.engine.reply(run.engine.commands(Asked)[-1])
        await run.settle()
        assert len(run.engine.asked(Predict)) == first + 2
        assert np.array_equal(
            unpacked(run.engine.asked(Predict)[-1].pixels), screen.drawing.pixels.ravel()
        )


@pytest.mark.slow
async def test_a_canvas_needs_room_and_speaks_chinese() -> None:
    async with running((120, 40), lang="zh") as run:
        await run.press("I")
        assert "手绘输入" in run.text and "预测" in run.text
    async with running((64, 21), ascii=True) as run:
        await run.press("I", "space")
        assert run.text.isascii() and "predicted" in run.text


async def test_what_takes_no_picture_says_so_in_one_line() -> None:
    async with running(
        (80, 24), options=resolve(model="tests/training/files/regression.py")
    ) as run:
        await run.press("I")
        assert not isinstance(run.app.screen, CanvasScreen)
        assert "your own step runs as a whole" in run.text


@pytest.mark.slow
async def test_a_number_that_is_explained_is_edited_and_what_follows_is_computed_anew() -> None:
    async with running() as run:
        await run.press("f")
        run.app.main.inspection.open("conv1.weight[0,0,1,2]")
        await run.settle()
        assert "= edit" in run.text
        await run.press("=")
        assert isinstance(run.app.screen, AskScreen) and "conv1.weight[0,0,1,2]" in run.text
        await run.press("ctrl+u", *"0.5x", "enter")
        assert "is not an edit" in run.text
        await run.press("backspace", "enter")
        assert run.engine.moves[-1] == Edit("conv1.weight", (0, 0, 1, 2), 0.5)
        assert "set by hand: edit" in run.text and "0.5" in run.text
        run.app.main.inspection.open("input[0,0,3,4]")
        await run.settle()
        await run.press("H", "ctrl+u", *"nan", "enter")
        assert str(run.engine.moves[-1]) == "edit input[0,0,3,4] nan"
        assert run.app.main.frame is not None and run.app.main.frame.by_hand == (("edit", 0),)
        assert "edited by hand" in run.text and "NaN" in run.text
        run.app.main.inspection.open("conv1[0,0,0,0]")
        await run.settle()
        await run.press("=")
        assert "cannot be edited" in run.text
