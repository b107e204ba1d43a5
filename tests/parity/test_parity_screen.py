"""The screen of device parity: what is asked, what is said, at its sizes and in its languages."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from rich.cells import cell_len
from textual.widgets import OptionList, Select

from lenet_tui.app.all_words import words
from lenet_tui.app.engine_state import Ready, Restarting
from lenet_tui.app.ui.main_screen import MainScreen
from lenet_tui.kit.ui.glyphs import ASCII, UNICODE
from lenet_tui.parity.result import Parity, ParityResult, ParityRow
from lenet_tui.parity.ui.table import entry, sentence, table
from lenet_tui.protocol.messages import Answered, Asked, Busy, Died
from lenet_tui.protocol.position import Position
from lenet_tui.text.notice import verbatim
from lenet_tui.text.numbers import number
from tests.harness import faulty_gpu
from tests.harness.driving import Drive
from tests.harness.faulty_gpu import GPU
from tests.harness.parity import DOUBLE
from tests.harness.parity import SAME as REFERENCE
from tests.harness.running_app import Running, running


def asked(run: Running) -> list[str]:
    return [command.device for command in run.engine.asked(Parity)]


def highlighted(run: Running) -> str:
    listed = run.app.screen.query_one("#parity-rows", OptionList)
    assert listed.highlighted is not None
    return str(listed.get_option_at_index(listed.highlighted).prompt)


@cache
def answer(device: str = GPU) -> ParityResult:
    drive = Drive()
    drive("finish")
    return faulty_gpu.parity(Parity(device), drive.session)


def all_within() -> str:
    return f"All {len(answer(DOUBLE).rows)} ops are within tolerance."


@pytest.mark.slow
async def test_the_first_past_tolerance_is_pointed_at_and_another_place_chosen() -> None:
    async with running() as run:
        await run.press("f", "P")
        assert asked(run) == [""]
        assert f"{REFERENCE}  compared with" in run.text and GPU in run.text
        assert "iteration 1, seed 0, batch 1" in run.text
        assert (
            "First op outside tolerance: conv2 · conv2d in forward; 3 of 1,600 elements" in run.text
        )
        assert highlighted(run).startswith("▶✘ conv2 · conv2d")
        line = next(line for line in run.lines if "conv1 · conv2d" in line)
        row = answer().rows[0]
        numbers = number(row.difference, 3), number(row.relative, 2), number(row.share, 2)
        assert all(part in line for part in ("✔", "1×6×28×28", *numbers))
        assert "not run there" in run.text and "1e−5 + 1.3e−6 ⋅ |x|" in run.text
        assert run.app.screen.query_one(Select).value == GPU
        await run.press("tab", "enter", "down", "enter")
        assert asked(run) == ["", DOUBLE]
        assert all_within() in run.text
        assert "✘" not in run.text and DOUBLE in run.text
        await run.press("down")
        assert highlighted(run).startswith(" ✔ conv1.relu")
        await run.press("escape")
        assert isinstance(run.app.screen, MainScreen) and len(run.engine.moves) == 1


@pytest.mark.slow
async def test_with_one_place_there_is_nothing_to_choose() -> None:
    async with running() as run:
        run.engine.thinks = True
        await run.press("P")
        [command] = run.engine.commands(Asked)
        result = replace(answer(DOUBLE), choices=(DOUBLE,))
        run.engine.report(Answered(command.number, result))
        await run.settle()
        assert not run.app.screen.query(Select)
        assert f"compared with  {DOUBLE}" in run.text and "tab" not in run.lines[-4]


@pytest.mark.slow
async def test_enter_shows_the_tensor() -> None:
    async with running() as run:
        await run.press("f", "P", "enter")
        assert isinstance(run.app.screen, MainScreen)
        assert (run.app.main.tensor.tensor, run.app.main.tensor.aspect) == ("conv2", "value")
        await run.press("P", "end", "up", "pageup", *["down"] * 3)
        chosen = highlighted(run).split()[1]
        await run.press("enter")
        assert run.app.main.tensor.tensor == chosen.removesuffix(".grad")


@pytest.mark.parametrize(
    ("lang", "ascii"),
    [
        pytest.param(*case, marks=pytest.mark.slow)
        for case in (("zh", False), ("en", False), ("en", True))
    ],
)
async def test_it_fits(lang: str, ascii: bool) -> None:
    async with running((60, 20), lang=lang, ascii=ascii) as run:
        await run.press("P")
        for size in [(60, 20), (120, 40), (80, 24)]:
            await run.pilot.resize_terminal(*size)
            await run.settle()
            assert all(cell_len(line) == size[0] for line in run.lines)
            assert "conv2" in highlighted(run) and "3.20e" in run.text
            assert ("1x16x10x10" if ascii else "1×16×10×10") in run.text or size[0] == 60
            assert ("首个超出容差" if lang == "zh" else "First op outside tolerance") in run.text
            assert words(lang, ascii)("dialog.parity.keys").split()[-1] in run.text
            if ascii:
                assert run.text.isascii(), sorted({c for c in run.text if not c.isascii()})


@pytest.mark.slow
async def test_a_late_answer_is_not_mistaken_for_another() -> None:
    async with running() as run:
        run.engine.thinks = True
        await run.press("P", "escape", "P")
        first, second = run.engine.commands(Asked)
        assert "running the iteration in both places" in run.text
        run.engine.report(Answered(first.number, answer(GPU)))
        await run.settle()
        assert "running the iteration in both places" in run.text
        run.engine.report(Answered(second.number, answer(DOUBLE)))
        await run.settle()
        assert all_within() in run.text
        await run.press("escape")
        run.engine.report(Answered(second.number, answer(GPU)))
        await run.settle()
        assert isinstance(run.app.screen, MainScreen)


@pytest.mark.slow
async def test_what_cannot_be_done_is_said_and_another_place_still_offered() -> None:
    async with running() as run:
        run.engine.thinks = True
        await run.press("P")
        [command] = run.engine.commands(Asked)
        run.engine.report(Busy(Position(1, "forward"), 0, "conv2d", 2.0))
        error = "cuda:0 · float32: out of memory\x1b[2J [red]with batch size 1[/]"
        result = ParityResult(REFERENCE, GPU, (GPU, DOUBLE), error=verbatim(error))
        run.engine.report(Answered(command.number, result))
        await run.settle()
        assert r"out of memory\x1b[2J [red]with batch size 1[/]" in run.text
        assert "running the iteration" not in run.text and run.app.main.state == Ready()
        run.engine.thinks = False
        await run.press("tab", "enter", "down", "enter")
        assert all_within() in run.text and "out of memory" not in run.text


@pytest.mark.slow
async def test_an_engine_that_dies_meanwhile() -> None:
    async with running() as run:
        run.engine.thinks = True
        await run.press("P")
        run.app.main.state = Restarting()  # no other engine takes over by itself
        run.engine.report(Died(verbatim("SIGKILL")))
        await run.settle()
        assert "the engine has ended" in run.text and "running the iteration" not in run.text
        await run.press("escape", "P")
        assert isinstance(run.app.screen, MainScreen)
        assert len(asked(run)) == 1


# The text


ROW = ParityRow("forward", "drop", "dropout", "", (2, 3), 6, 0.5, 2.0, 5e4, 4, drew=True)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [24, 40, 53, 70, 104])
def test_columns_go_where_it_is_narrow(lang: str, width: int) -> None:
    head, lines = table(answer(), width, words(lang), UNICODE)
    assert head.cell_length == width
    texts = [line.text for line in lines]
    assert all(
        text.cell_length == width for text, line in zip(texts, lines, strict=True) if line.row
    )
    assert len({line.row for line in lines if line.row}) == len(answer().rows)
    share = number(answer().rows[0].share, 2)
    assert all(share in str(t) for t in texts if "conv1 · conv2d" in str(t))


def test_random_numbers_and_equal_ones_are_said() -> None:
    say = words("en")
    result = ParityResult(REFERENCE, GPU, (GPU,), rows=(ROW,))
    assert sentence(result, say).endswith("It uses random numbers: each device draws its own.")
    assert "5.0e4 times" in sentence(result, say) or "50000 times" in sentence(result, say)
    equal = replace(ROW, difference=0.0, share=0.0, past=0)
    assert sentence(replace(result, rows=(equal,)), say) == "All 1 ops gave equal numbers."
    assert "draws its own" not in sentence(replace(result, rows=(replace(ROW, drew=False),)), say)


def test_entries_are_called_as_the_tape_calls_them() -> None:
    assert entry(ParityRow("forward", "conv1", "conv2d")) == "conv1 · conv2d"
    assert entry(ParityRow("forward", "block.relu#2", "relu")) == "block.relu#2"
    assert entry(ParityRow("backward", "fc3.bias", "AccumulateGrad", "fc3.bias")) == "fc3.bias.grad"
    assert entry(ParityRow("backward", "", "SumBackward0")) == "SumBackward0"
    assert entry(ParityRow("update", "fc3.bias", "update")) == "fc3.bias"
    assert entry(ParityRow("forward", "a\x1b[31m", "[/red]")) == r"a\x1b[31m · [/red]"


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 0.0, 1e-45])
def test_odd_numbers_are_written(value: float) -> None:
    row = replace(ROW, difference=value, largest=value, share=0.0)
    for glyphs, say in ((UNICODE, words("en")), (ASCII, words("en", True))):
        _, lines = table(ParityResult(rows=(row,)), 80, say, glyphs)
        assert lines[1].text.cell_length == 80
    assert str(lines[1].text).isascii()
