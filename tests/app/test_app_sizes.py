"""How the app looks at its sizes, in both languages, in ASCII, with one pane on the screen."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.widgets import Input

from lenet_tui.app.ui.main_screen import MainScreen
from lenet_tui.kit.ui.tabs import TabbedPanes
from lenet_tui.lab.ui.screen import LabScreen
from lenet_tui.protocol.messages import Subscription
from lenet_tui.protocol.moves import Forward, Goto
from tests.harness.running_app import SIZES, running

OPS = ["conv2d", "relu", "max_pool2d", "view", "linear"]


@pytest.fixture
def truecolor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half-blocks, wherever the tests run."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)


async def test_nothing_is_cut_off_and_the_language_switches() -> None:
    async with running(SIZES[0]) as run:
        await run.press("n", "n", "n", "n")
        for size in SIZES:
            await run.pilot.resize_terminal(*size)
            await run.settle()
            text = run.text
            for word in ("init", "forward", "loss", "zero_grad", "backward", "update", *OPS):
                assert word in text, size
            for shape in ("1×6×28×28", "1×16×10×10", "1×400", "1×120", "1×84", "1×10"):
                assert shape in text, size
            assert text.count("48,120") == 1 and "61,706 parameters" in text
            assert "conv1.weight  6×1×5×5" in text and "conv1.weight.grad" in text
            assert all(cell_len(line) == size[0] for line in run.lines)
        await run.press("L")
        assert "网络层" in run.text and "Layers" not in run.text
        assert "第 1 次迭代" in run.text and "下一阶段" in run.text
        assert all(cell_len(line) == size[0] for line in run.lines)
        await run.press("L")
        assert "网络层" not in run.text and "Layers" in run.text


@pytest.mark.slow
async def test_small_shows_a_glance_instead_of_panes_and_large_all_of_them() -> None:
    def shown(run_main: MainScreen) -> set[str | None]:
        return {pane.id for pane in run_main.visible_panes()}

    async with running((80, 24)) as run:
        assert shown(run.app.main) == {"layers", "tensor", "gradient", "glance"}
        await run.pilot.resize_terminal(120, 40)
        await run.settle()
        assert shown(run.app.main) >= {"image", "output", "loss", "layers", "tensor", "gradient"}
        asked = {request.tensor for request in run.engine.commands(Subscription)[-1].views}
        assert {"input", "output"} <= asked
        await run.pilot.resize_terminal(80, 24)
        await run.settle()
        asked = {request.tensor for request in run.engine.commands(Subscription)[-1].views}
        assert asked == {"conv1.weight", "conv1.weight.grad", "input", "output", "target"}


@pytest.mark.slow
async def test_after_a_resize_every_number_of_the_list_is_whole() -> None:
    async with running((120, 40)) as run:
        await run.press(*"nnnnn")
        for size in ((80, 24), (80, 23), (120, 40)):
            await run.pilot.resize_terminal(140, 44)
            await run.settle()
            await run.pilot.resize_terminal(*size)
            await run.settle()
            listed = [line[1 : line.index("│", 1)].rstrip() for line in run.lines[6:12]]
            ends = ("×32", " 156", " 150", " 6", "×28", "×14", " 2,416", "×10")
            assert all(line.endswith(ends) for line in listed), (size, listed)


@pytest.mark.slow
async def test_after_a_resize_the_picture_is_laid_out_anew() -> None:
    async with running((140, 44)) as run:
        await run.press("f", "down", "n")
        await run.pilot.resize_terminal(120, 40)
        await run.settle()
        assert "conv1.bias  6" in run.text
        picture = run.app.main.tensor.heatmap
        assert picture.arrangement is not None
        assert picture.arrangement.zoom[1] * 6 <= picture.room.cols


@pytest.mark.slow
async def test_too_small_is_said_in_a_sentence() -> None:
    async with running((59, 30)) as run:
        await run.press("n")
        for size in ((59, 30), (80, 19), (20, 5), (3, 2)):
            await run.pilot.resize_terminal(*size)
            await run.settle()
            if size[0] >= 20:
                assert "60 × 20" in " ".join(run.text.split()), size
            assert "Layers" not in run.text
            await run.pilot.resize_terminal(80, 24)
            await run.settle()
            assert "✔ forward" in run.text and "Layers" in run.text


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 19), (20, 5), (3, 2)])
async def test_started_too_small(size: tuple[int, int]) -> None:
    async with running(size) as run:
        await run.press("n")
        assert "Layers" not in run.text
        await run.pilot.resize_terminal(80, 24)
        await run.settle()
        assert "✔ forward" in run.text and "Layers" in run.text


@pytest.mark.slow
async def test_resizing_while_the_engine_works_loses_nothing() -> None:
    async with running((120, 40)) as run:
        run.engine.hold = True
        await run.press("f")
        for size in [(80, 24), (200, 60), (50, 10), (120, 40)]:
            await run.pilot.resize_terminal(*size)
            await run.settle()
        run.engine.hold = False
        run.engine.release()
        await run.settle()
        assert run.engine.moves == [Forward("iteration")]
        assert "iteration 1" in run.text and "✔ update" in run.text


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES[:2])
async def test_ascii_draws_nothing_else(size: tuple[int, int]) -> None:
    def check() -> None:
        assert run.text.isascii(), sorted({c for c in run.text if not c.isascii()})

    async with running(size, ascii=True) as run:
        for keys in ("", "nns", "ssss", "fffNz", "y"):
            await run.press(*keys)
            check()
            for tab in ("explain", "autograd", "log", "code"):
                run.app.main.tabs.open(tab)
                await run.settle()
                check()
        for key in ("g", "R", "o", "w", "d", "B", "p", "question_mark", "ctrl+p"):
            await run.press(key)
            check()
            await run.press("escape", "escape")


@pytest.mark.slow
async def test_a_pane_fills_the_screen_and_goes_back() -> None:
    async with running() as run:
        await run.press("2", "m")
        assert run.app.main.maximized is run.app.main.tensor
        assert "Layers" not in run.text and "✔ init" in run.text and "n next" in run.text
        assert run.app.main.tensor.region.width == 120
        await run.press("3")
        assert run.app.main.maximized is run.app.main.gradient
        await run.press("m")
        assert run.app.main.maximized is None and "Layers" in run.text


@pytest.mark.slow
async def test_a_pane_without_a_place_is_one_key_away() -> None:
    async with running((80, 24)) as run:
        await run.press("n", "5")
        assert "probabilities" in run.text and "Layers" not in run.text
        await run.press("7")
        assert isinstance(run.app.main.maximized, TabbedPanes)
        await run.press("escape")
        assert run.app.main.maximized is None and "Layers" in run.text


@pytest.mark.slow
async def test_mouse_chooses_lines_keys_and_tabs() -> None:
    async with running() as run:
        lines = run.lines
        y = next(i for i, line in enumerate(lines) if "fc2" in line)
        await run.pilot.click(offset=(8, y))
        await run.settle()
        assert run.app.main.tensor.tensor == "fc2"
        await run.pilot.click(offset=(lines[-1].index("finish"), len(lines) - 1))
        await run.settle()
        assert run.engine.moves == [Forward("iteration")]
        y = next(i for i, line in enumerate(lines) if " Log " in line)
        await run.pilot.click(offset=(lines[y].index("Log") + 1, y))
        await run.settle()
        assert run.app.main.tabs.current == "log"


@pytest.mark.slow
async def test_every_kind_of_theme_draws_the_same_text() -> None:
    async with running((80, 24)) as run:
        await run.press("n")
        before = [line[:38] for line in run.lines]
        for theme in ("textual-light", "ansi-dark", "ansi-light"):
            run.app.theme = theme
            await run.settle()
            assert [line[:38] for line in run.lines] == before, theme


@pytest.mark.slow
async def test_dialogs_fit_the_smallest_size() -> None:
    async with running((60, 20)) as run:
        await run.press("n")
        for key in ("g", "R", "o", "w", "d", "B", "p", "question_mark"):
            await run.press(key)
            box = run.app.screen.query_one(".box").region
            assert box.right <= 60 and box.bottom <= 20 and box.x >= 0 and box.y >= 0
            await run.press("escape")


@pytest.mark.slow
async def test_the_palette_has_every_command() -> None:
    async with running() as run:
        commands = list(run.app.get_system_commands(run.app.screen))
        titles = [c.title for c in commands]
        assert "Next phase" in titles and "Quit" in titles
        await run.press("ctrl+p", *"go to it", "enter", "enter")
        await run.settle()
        await run.press(*"7")
        assert run.app.screen.query_one(Input).value == "7"
        await run.press("enter")
        assert run.engine.moves == [Goto(7)]


@pytest.mark.slow
async def test_where_nothing_matches_the_palettes_say_so_in_the_apps_language() -> None:
    async with running(lang="zh") as run:
        for opens in ("ctrl+p", "ctrl+t"):
            await run.press(opens, *"qqq")
            await run.pilot.pause(0.7)  # Textual waits before it says so
            await run.settle()
            assert "没有匹配项" in run.text and "No matches" not in run.text
            await run.press("enter", "down", "escape")
            assert run.app.screen is run.app.main


@pytest.mark.slow
async def test_the_lab_opens_over_the_session() -> None:
    async with running() as run:
        await run.press("K")
        assert isinstance(run.app.screen, LabScreen)


@pytest.mark.slow
async def test_no_pane_moves_when_the_tabs_turn() -> None:
    async with running((120, 40)) as run:
        await run.press("n", "n", "n", "n")

        def places() -> dict[str | None, object]:
            return {w.id: w.region for w in run.app.main.query("#layers, #tensor, #side, #tabs")}

        before = places()
        for _ in range(4):
            await run.press("right_square_bracket")
            assert places() == before
        await run.press("7", "7")
        higher = run.app.main.tabs.region.height
        assert higher == 16 and places() != before
        await run.press("7")
        assert places() == before


@pytest.mark.slow
@pytest.mark.usefixtures("truecolor")
@pytest.mark.parametrize(("size", "zoom"), [((120, 40), 2), ((200, 60), 3)])
async def test_kernels_fill_their_panes(size: tuple[int, int], zoom: int) -> None:
    async with running(size) as run:
        await run.press("n", "n", "n", "n")
        run.app.main.choose("conv1.weight")
        await run.settle()
        for pane in (run.app.main.tensor, run.app.main.gradient):
            shown = pane.heatmap.arrangement
            assert shown is not None and shown.zoom == (zoom, zoom) and len(shown.shown) == 6
            used = shown.pitch[0] * (shown.grid_rows - 1) + shown.label + 5 * zoom
            assert used * 3 > pane.heatmap.room.rows * 2
