"""The lab's screen, driven by keys; torch answers in the same process."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from lenet_tui.lab.engine.run import run_text
from lenet_tui.lab.layer import LayerError
from lenet_tui.lab.ui import screen as lab
from lenet_tui.lab.ui.form import LabForm
from lenet_tui.lab.ui.inputs import ChoiceField, NumberField
from lenet_tui.lab.ui.screen import LabScreen
from lenet_tui.tensors.ui.plane_view import PlaneView
from tests.harness.lab_app import LabApp


@pytest.fixture(autouse=True)
def ask_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab, "ASK_AFTER", 0.005)
    monkeypatch.setattr(lab, "PLAY_EVERY", 0.05)


SIZES = [(80, 24), (120, 40)]
GROUPED = "Conv2d(4, 6, (3, 2), stride=2, padding=2, dilation=2, groups=2, padding_mode='reflect')"


async def press(pilot: Pilot[None], keys: Iterable[str]) -> None:
    """Press keys and wait until torch has answered."""
    await pilot.press(*keys)
    await settled(pilot)


async def settled(pilot: Pilot[None]) -> None:
    """Wait until torch has answered, if it does, and all is shown."""
    app = pilot.app
    assert isinstance(app, LabApp)
    for _ in range(2):
        await pilot.pause()
    await until(pilot, lambda: app.lab.state.result is not None or not app.answers)
    await pilot.pause()


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    """Wait for something that takes its time; a busy machine may take a hundred times as long."""
    for _ in range(1000):
        if true():
            return
        await pilot.pause(0.01)
    raise AssertionError("it never came")


def said(app: LabApp, name: str) -> str:
    """What stands in one of the screen's lines."""
    return str(app.lab.query_one(f"#lab-{name}", Static).render())


def seen(app: LabApp) -> str:
    """The whole screen as text."""
    width, height = app.size
    strips = app.screen._compositor.render_strips(app.size)
    return "\n".join(strip.text[:width].rstrip() for strip in strips[:height])


@pytest.mark.parametrize(
    ("size", "language", "ascii"),
    [
        (SIZES[0], "zh", False),
        pytest.param(SIZES[0], "en", False, marks=pytest.mark.slow),
        pytest.param(SIZES[1], "zh", False, marks=pytest.mark.slow),
        pytest.param(SIZES[0], "zh", True, marks=pytest.mark.slow),
        pytest.param(SIZES[1], "en", True, marks=pytest.mark.slow),
    ],
)
async def test_every_layer_is_shown_at_every_size(
    size: tuple[int, int], language: str, ascii: bool
) -> None:
    app = LabApp(GROUPED, (1, 4, 9, 9), language=language, ascii=ascii)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await press(pilot, "n")
        text = seen(app)
        assert "H_out = floor((9 + 2" in text and "= 5" in text
        assert ("[#]" if ascii else "[■]") in text and '"' in text and "=2" in text
        assert "78" in text
        for kind in ("Conv1d", "Linear", "MaxPool2d"):
            app.lab.state.set_kind(kind)
            app.lab._changed()
            await settled(pilot)
            assert app.lab.state.result is not None and not app.lab.state.result.error
            text = seen(app)
            assert kind in text
            if ascii and language == "en":
                assert not {c for c in text if not c.isascii()}


@pytest.mark.slow
@pytest.mark.parametrize("size", [SIZES[0], pytest.param(SIZES[1], marks=pytest.mark.slow)])
async def test_the_window_slides(size: tuple[int, int]) -> None:
    app = LabApp(GROUPED, (1, 4, 9, 9))
    async with app.run_test(size=size) as pilot:
        await press(pilot, ["n", "space", "N", "down", "right", "c", "i"])
        assert app.lab.state.index == (0, 1, 1, 2) and app.lab.state.input_channel == 1
        assert said(app, "sum-0").startswith("output[0,1,1,2] = 12 products") and "✔" in said(
            app, "sum-0"
        )
        await press(pilot, ["end"])
        assert app.lab.state.index == (0, 5, 4, 5) and app.lab.state.input_channel == 3
        assert "▶1: 2–3 → 3–5" in said(app, "remark")
        await press(pilot, ["home", "f10", "l", "j", "h", "k"])
        assert app.lab.state.index == (0, 0, 0, 1)


async def test_torch_s_answer_equals_what_is_shown() -> None:
    app = LabApp("Conv2d(1, 2, 3)", (1, 1, 6, 6))
    async with app.run_test(size=(120, 40)) as pilot:
        await press(pilot, "r")
        result = app.lab.state.result
        assert result is not None and result.output is not None and app.asked[-1].fill == "random"
        text = seen(app)
        assert f"{result.output[0, 0, 0, 1]:.2f}".replace("-", "−") in text
        assert "torch agrees" in said(app, "head")


@pytest.mark.slow
async def test_arguments_change_with_the_keyboard() -> None:
    app = LabApp("Conv2d(1, 6, 5)")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        app.lab.query_one("#kernel_size").focus()
        await press(pilot, ["(", "3", ",", "5", ")"])
        assert app.lab.state.layer["kernel_size"] == (3, 5)
        assert app.lab.query_one("#lab-line", Input).value == "Conv2d(1, 6, (3, 5))"
        await press(pilot, ["down", "pageup", "pageup"])
        assert app.lab.state.layer["stride"] == 3
        assert "1×6×10×10" in said(app, "head") and "torch agrees" in said(app, "head")
        await press(pilot, ["down", *"same"])
        assert app.lab.state.layer["padding"] == "same"
        assert "not supported for strided" in said(app, "remark")
        await press(pilot, ["up", "1"])
        assert "1×6×32×32" in said(app, "head")
        app.lab.query_one("#padding_mode").focus()
        await press(pilot, ["right"])
        assert app.lab.state.layer["padding_mode"] == "reflect"
        await press(pilot, ["left"])
        assert app.lab.state.layer["padding_mode"] == "zeros"
        assert app.asked[-1].text == "Conv2d(1, 6, (3, 5), padding='same')"


@pytest.mark.slow
async def test_a_number_at_the_cursor_is_changed() -> None:
    app = LabApp("Conv2d(1, 6, (3, 5))")
    async with app.run_test(size=(80, 24)) as pilot:
        field = app.lab.query_one("#kernel_size", NumberField)
        field.focus()
        await press(pilot, ["home", "right", "pageup"])
        assert field.value == "(4, 5)"
        await press(pilot, ["end", "pagedown"])
        assert field.value == "(4, 4)" and app.lab.state.layer["kernel_size"] == (4, 4)


@pytest.mark.slow
async def test_an_impossible_layer_says_why_and_stays_editable() -> None:
    app = LabApp("Conv2d(3, 8, 3, groups=2)")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "torch: in_channels must be divisible by groups" in said(app, "remark")
        assert "torch raises an error" in said(app, "head")
        await press(pilot, ["n", "N", "left", "end", "c", "i", "p", "v", "o", "o", "e", "e"])
        app.lab.query_one("#groups").focus()
        await press(pilot, ["1"])
        assert said(app, "remark") == "" and "torch agrees" in said(app, "head")


@pytest.mark.slow
async def test_what_is_being_typed_may_be_wrong() -> None:
    app = LabApp("Conv2d(1, 6, 5)")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        asked = len(app.asked)
        app.lab.query_one("#stride").focus()
        await press(pilot, ["(", "2"])
        assert "stride" not in str(app.lab.state.layer)
        assert "cannot be read" in said(app, "remark")
        assert app.lab.query_one("#line-stride").has_class("-wrong")
        await press(pilot, ["escape"])
        assert app.lab.focused is app.lab.query_one("#lab-input")
        assert app.lab.query_one("#stride", Input).value == "1"
        assert said(app, "remark") == "" and len(app.asked) == asked
        assert not app.lab.query_one("#line-stride").has_class("-wrong")


@pytest.mark.slow
async def test_the_whole_call_can_be_typed() -> None:
    app = LabApp("Conv2d(1, 6, 5)")
    async with app.run_test(size=(120, 40)) as pilot:
        line = app.lab.query_one("#lab-line", Input)
        line.focus()
        line.value = "MaxPool2d(2, ceil_mode=Tru"
        line.cursor_position = len(line.value)
        await press(pilot, [*"e)"])
        assert app.lab.query_one("#lab-kind", ChoiceField)._value == "MaxPool2d"
        assert app.lab.state.shape == (1, 1, 8, 8)
        assert not app.lab.query_one("#line-in_channels").display
        assert line.value == "MaxPool2d(2, ceil_mode=True)"
        await press(pilot, ["enter"])
        assert isinstance(app.lab.focused, PlaneView)


@pytest.mark.slow
async def test_the_input_shape_can_be_typed() -> None:
    app = LabApp("Linear(4, 3)", (2, 4))
    async with app.run_test(size=(80, 24)) as pilot:
        app.lab.query_one("#lab-shape").focus()
        await press(pilot, [*"5, 4"])
        assert app.lab.state.shape == (5, 4) and "5×3" in said(app, "head")
        await press(pilot, ["backspace", "3"])
        assert "mat1 and mat2 shapes cannot be multiplied (5x3 and 4x3)" in said(app, "remark")


async def test_what_was_typed_cannot_reach_the_terminal() -> None:
    app = LabApp("Conv2d(1, 6, 5)")
    async with app.run_test(size=(80, 24)) as pilot:
        line = app.lab.query_one("#lab-line", Input)
        line.focus()
        line.value = "Conv2d(1, 6, 5, padding='\x1b[31m[red]\u202e')"
        await until(pilot, lambda: "Invalid padding" in said(app, "remark"))
        assert "\x1b" not in seen(app) and "\u202e" not in seen(app).split("\n", 2)[2]
        assert "Invalid padding string" in said(app, "remark") and "[red]" in said(app, "remark")
        line.value = "[@click=app.quit]x[/]("
        await until(pilot, lambda: "cannot be read" in said(app, "remark"))
        assert "[@click=app.quit]x[/](" in said(app, "remark")


@pytest.mark.slow
async def test_play_and_go_to() -> None:
    app = LabApp("Conv2d(1, 2, 3)", (1, 1, 6, 6))
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, ["p"])
        await until(pilot, lambda: app.lab.state.index != (0, 0, 0, 0))
        await press(pilot, ["p"])
        at = app.lab.state.index
        await pilot.pause(0.15)
        assert app.lab.state.index == at
        await press(pilot, ["g", *"9,9", "enter"])
        assert "outside 0" in seen(app)
        app.screen.query_one(Input).value = "1,2,3"
        await press(pilot, ["enter"])
        assert app.lab.state.index == (0, 1, 2, 3)


@pytest.mark.slow
async def test_the_line_of_python_is_copied() -> None:
    app = LabApp(GROUPED, (1, 4, 9, 9))
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, ["y"])
        assert app.clipboard == "nn." + GROUPED


async def test_stale_answers_and_a_silent_engine() -> None:
    app = LabApp("Conv2d(1, 2, 3)", answers=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "asking torch" in said(app, "head") and "H_out" in said(app, "facts")
        first = app.asked[-1]
        app.lab.query_one("#stride").focus()
        await press(pilot, ["2"])
        await until(pilot, lambda: app.asked[-1] != first)
        app.answer(run_text(first), 1)
        await pilot.pause()
        assert "asking torch" in said(app, "head")
        app.answer(run_text(app.asked[-1]), len(app.asked))
        await pilot.pause()
        assert "torch agrees" in said(app, "head")


@pytest.mark.slow
async def test_language_explanation_and_leaving() -> None:
    app = LabApp("Conv1d(6, 4, 3)", (1, 6, 10))
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, ["e"])
        assert "embedding dimension" in seen(app) and not app.lab.query_one(LabForm).region
        await press(pilot, ["down", "L", "escape"])
        assert app.language == "zh" and "嵌入维度" in seen(app)
        assert app.lab.state.index == (0, 0, 0)
        await press(pilot, ["tab", "escape"])
        assert isinstance(app.screen, LabScreen)
        await press(pilot, ["escape"])
        assert not isinstance(app.screen, LabScreen)


@pytest.mark.slow
async def test_a_click_on_the_output_moves_the_window() -> None:
    app = LabApp("Conv2d(1, 2, 3)", (1, 1, 6, 6))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.click("#lab-output", offset=(5, 4))
        assert app.lab.state.index == (0, 0, 2, 0)


@pytest.mark.slow
async def test_resizing_keeps_everything() -> None:
    app = LabApp(GROUPED, (1, 4, 9, 9))
    async with app.run_test(size=(200, 60)) as pilot:
        await press(pilot, ["end"])
        for size in [(80, 24), (60, 20), (20, 5), (120, 40)]:
            await pilot.resize_terminal(*size)
            await pilot.pause(0.1)
            assert app.lab.state.index == (0, 5, 4, 5)
        assert "weight[5,0]" in seen(app)


def test_a_text_that_is_no_layer_is_refused_at_once() -> None:
    with pytest.raises(LayerError, match="did you mean"):
        LabScreen(LabApp(), "Conv3d(1, 2, 3)")


@pytest.mark.slow
async def test_what_does_not_fit_is_said_to_go_on_and_signs_are_explained() -> None:
    app = LabApp(
        "Conv2d(3, 8, (3, 5), stride=(1, 2), padding=1, padding_mode='reflect')", (1, 3, 9, 9)
    )
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        text = seen(app)
        assert '" copies *' in text and "tab call, form" in text
        assert "…" not in text.splitlines()[-1] and "…" not in text.splitlines()[1]
        await pilot.resize_terminal(60, 24)
        await until(pilot, lambda: seen(app).splitlines()[1].endswith("…"))
        assert seen(app).splitlines()[1].startswith(" nn.Conv2d(3, 8")
        assert "…" not in seen(app).splitlines()[-1]


@pytest.mark.slow
async def test_an_ignored_last_window_is_said_in_the_language_of_the_moment() -> None:
    app = LabApp("MaxPool2d(2, stride=3, ceil_mode=True)", (1, 1, 6, 6), language="zh")
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert "减去从输入之后开始的 1 个 = 2" in seen(app) and "less 1" not in seen(app)
