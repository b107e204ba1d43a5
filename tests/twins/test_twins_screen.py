"""The screen of twins: a question first, then both programs side by side, at every size."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.widgets import OptionList
from textual.widgets._toast import Toast

from lenet_tui.app.all_words import words
from lenet_tui.app.ui.main_screen import MainScreen
from lenet_tui.kit.ui.glyphs import UNICODE
from lenet_tui.protocol.messages import Printed
from lenet_tui.text.numbers import number
from lenet_tui.twins.engine.pair import run_twins
from lenet_tui.twins.kinds_of_file import of_files
from lenet_tui.twins.mistake import BY_ID, MISTAKES, Mistake
from lenet_tui.twins.result import Twins
from lenet_tui.twins.ui.screen import TwinsScreen
from lenet_tui.twins.ui.table import diff_content, table, told_apart
from tests.harness.running_app import SIZES, Running, running
from tests.twins.forked_sides import forked_sides

__all__ = ["forked_sides"]

LOOP = """import torch
from torch import nn
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(3):
    optimizer.zero_grad()
    model(torch.randn(4, 3)).pow(2).mean().backward()
    optimizer.step()
"""


def highlighted(run: Running, name: str) -> str:
    listed = run.app.screen.query_one(name, OptionList)
    assert listed.highlighted is not None
    return str(listed.get_option_at_index(listed.highlighted).prompt)


def asked(run: Running) -> list[Twins]:
    return run.engine.asked(Twins)


@pytest.mark.slow
async def test_a_question_comes_first_then_the_run_then_why() -> None:
    told = words("en")
    index = [mistake.id for mistake in MISTAKES].index("detached")
    async with running() as run:
        await run.press("W")
        assert "0 of 24" in run.text and "✔" not in highlighted(run, "#twins-list")
        await run.press(*["down"] * index, "enter")
        assert told("twins.detached.ask") in run.text
        assert "+ x = F.relu(self.hidden(x.flatten(1))).detach()" in run.text
        assert told("twins.detached.why")[:60] not in run.text and not asked(run)
        await run.press("1")
        assert asked(run) == [Twins(mistake="detached")]
        assert f"No. It is: {told('twins.detached.1')}." in run.text
        assert "First difference: iteration 1, forward: hidden.detach · x = F.relu(" in run.text
        assert "healthy: 16×32, norm 0.1362   broken: None" in run.text
        assert told("twins.detached.why")[:60] in run.text
        result = run_twins(Twins(mistake="detached"))
        for losses in [i.losses for i in result.iterations[1:]]:
            assert all(loss is not None and number(loss, 4) in run.text for loss in losses)
        assert highlighted(run, "#twins-rows").startswith("✘ head · AddmmBackward0")
        await run.press("n")
        assert "Iteration 2 of 10" in run.text
        await run.press("N", "N")
        assert "What they start from" in run.text
        await run.press("d")
        assert "Iteration 1 of 10" in run.text
        await run.press("backspace")
        assert highlighted(run, "#twins-list").startswith("✘ detach()")
        await run.press("enter", "2")
        assert f"Right: {told('twins.detached.1')}." in run.text
        await run.press("escape", "W")
        assert "1 of 24" in run.text and len(run.engine.moves) == 0
        await run.press("escape")
        assert isinstance(run.app.screen, MainScreen)


@pytest.mark.slow
async def test_both_programs_are_exported_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with running() as run:
        await run.press("W", "enter", "2", "x", "enter")
        healthy, broken = (tmp_path / f"no_zero_grad_{name}.py" for name in ("healthy", "broken"))
        assert healthy.read_text("utf-8") == BY_ID["no-zero-grad"].healthy
        assert broken.read_text("utf-8") == BY_ID["no-zero-grad"].broken
        await run.press("x", "enter")
        assert "no_zero_grad_healthy.py exists already" in run.text


@pytest.mark.slow
async def test_two_files_are_compared_and_one_that_fails_shows_its_traceback(
    tmp_path: Path,
) -> None:
    a, b, c = (tmp_path / f"{name}.py" for name in "abc")
    a.write_text(BY_ID["lr-times-ten"].healthy, "utf-8")
    b.write_text(BY_ID["lr-times-ten"].broken, "utf-8")
    c.write_text("boom = 1 / 0\n", "utf-8")
    async with running() as run:
        run.app.main.open_twins(Twins(str(a), str(b), iterations=3))
        await run.settle()
        assert "a.py beside b.py, 3 iterations from seed 0" in run.text
        assert "iteration 1, update: conv.weight" in run.text
        assert highlighted(run, "#twins-rows").startswith("✘ conv.weight")
        await run.press("x")  # they are files already
        assert isinstance(run.app.screen, TwinsScreen)
        await run.press("escape")
        run.app.main.open_twins(Twins(str(a), str(c)))
        await run.settle()
        assert "boom = 1 / 0" in run.text and "ZeroDivisionError" in run.text


@pytest.mark.slow
async def test_the_session_is_compared_with_another_option_of_it() -> None:
    async with running() as run:
        await run.press("f", "f", "W", "end", "enter")
        assert "Both begin where iteration 2 began." in run.text
        await run.press(*"lr", "space", *"0.1", "enter")
        assert asked(run) == [Twins(other=("set lr 0.1",))]
        assert "lr 0.01 beside lr 0.1" in run.text
        assert "iteration 2, update: conv1.weight" in run.text
        await run.press("n")
        assert "Iteration 3 of 11" in run.text
        await run.press("escape")
        assert run.app.main.frame is not None and run.app.main.frame.position.iteration == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "size", [SIZES[0], *(pytest.param(s, marks=pytest.mark.slow) for s in SIZES[1:])]
)
async def test_every_size_shows_where_they_part(size: tuple[int, int]) -> None:
    async with running(size, lang="zh") as run:
        run.app.main.open_twins(Twins(mistake="no-zero-grad", iterations=3))
        await run.settle()
        assert words("zh")("twins.no-zero-grad.ask")[:12] in run.text.replace("\n", "")
        await run.press("2")
        assert "第 2 次迭代，backward：head.bias.grad" in run.text
        assert highlighted(run, "#twins-rows").startswith("✘ head.bias.grad")
        assert any("✘ head.bias.grad" in line for line in run.lines)
        assert all(cell_len(line) <= size[0] for line in run.lines)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.id)
def test_an_edit_is_shown_whole_and_fits(mistake: Mistake) -> None:
    """What a line ended with was cut, and with it what the question is about."""
    for width in (40, 72, 104):
        shown = diff_content(mistake.diff, width).plain.splitlines()
        assert all(cell_len(line) <= width for line in shown)
        text = "".join("".join(shown).split())
        for line in mistake.diff:
            assert line[:1] not in "-+" or "".join(line.split()) in text, line


async def test_a_line_of_a_mistake_is_shown_as_it_is_and_not_by_its_number() -> None:
    async with running((80, 24)) as run:
        run.app.main.open_twins(Twins(mistake="softmax-first", iterations=1))
        await run.settle()
        await run.press("3")
        first = "loss.softmax#2 · loss = F.cross_entropy(model(x).softmax(1), y) · only in broken"
        assert first in " ".join(line.strip("│ ") for line in run.lines)
        assert "healthy  loss = F.cross_entropy(model(x), y)" in run.text
        assert "broken   loss = F.cross_entropy(model(x).softmax(1), y)" in run.text
        assert "· line " not in run.text and "norm, or value" in run.text


async def test_what_torch_warns_of_is_said_beside_both_programs() -> None:
    """A notification lay over the answers and the keys."""
    async with running((80, 24)) as run:
        run.app.main.open_twins(Twins(mistake="softmax-first", iterations=1))
        await run.settle()
        await run.press("3")
        run.engine.report(Printed("warning", "Using a target size [red]"))
        await run.settle()
        assert "torch warns: Using a target size [red]" in run.text
        assert not run.app.screen.query(Toast)
        await run.press("backspace", "enter", "1")
        assert "torch warns" not in run.text, "of another run"


def test_the_same_loss_is_one_row_where_it_comes_last_in_one_program_alone() -> None:
    """It is loss in one of them, and loss.cross_entropy where it is divided afterwards."""
    result = run_twins(Twins(mistake="not-divided", iterations=1))
    rows = [row for row in result.iterations[1].rows if row.phase == "loss"]
    assert [row.how for row in rows if row.op == "cross_entropy"] == ["equal"] * 4
    assert result.first is not None and result.first[1].op == "div"


@pytest.mark.parametrize("width", [40, 68, 100])
def test_no_line_of_the_table_is_too_long(width: int) -> None:
    result = run_twins(Twins(mistake="no-zero-grad", iterations=2))
    for iteration in result.iterations:
        head, lines = table(iteration, ("healthy", "broken"), width, words("en"), UNICODE)
        assert all(cell_len(text.plain) <= width for text in (head, *(line.text for line in lines)))


@pytest.mark.parametrize("width", [50, 78, 118])
@pytest.mark.parametrize(
    ("language", "later", "moved"), [("en", "later", "moved"), ("zh", "在后面", "位置不同")]
)
def test_what_was_moved_says_so_at_both_places(
    language: str, later: str, moved: str, width: int
) -> None:
    result = run_twins(Twins(mistake="clip-after-step", iterations=1))
    _, lines = table(result.iterations[1], ("A", "B"), width, words(language), UNICODE)
    early, both = (
        [line.text.plain for line in lines if line.row and line.row.moved and line.row.early == e]
        for e in (True, False)
    )
    assert len(early) == len(both) == 6
    assert all(text.startswith("↓ ") and later in text and moved not in text for text in early)
    assert all(text.startswith("✘ ") and moved in text for text in both)
    assert all(cell_len(text) <= width for text in early + both)


@pytest.mark.usefixtures("forked_sides")
async def test_two_scripts_are_compared_on_the_screen(tmp_path: Path) -> None:
    a, b = tmp_path / "good.py", tmp_path / "bad.py"
    a.write_text(LOOP, "utf-8")
    b.write_text(LOOP.replace("lr=0.1", "lr=0.2"), "utf-8")
    async with running() as run:
        screen = run.app.screen
        assert isinstance(screen, MainScreen)
        screen.open_twins(of_files(str(a), str(b), iterations=3))
        await run.settle()
        assert "good.py beside bad.py, 3 iterations from seed 0" in run.text
        assert "First difference: iteration 1, update: weight · line 8" in run.text
        assert "bad.py:8   optimizer.step()" in run.text
        await run.press("n", "n")
        assert "Iteration 3 of 3" in run.text


def test_two_names_that_begin_alike_are_told_apart_where_they_are_cut() -> None:
    for a, b, shown in (
        ("a.py", "b.py", ("a.py        ", "b.py        ")),
        ("experiment_healthy.py", "experiment_broken.py", ("…_healthy.py", "…_broken.py ")),
        ("training.py --lr 0.1", "training.py --lr 0.2", ("…py --lr 0.1", "…py --lr 0.2")),
        ("模型的训练脚本甲.py", "模型的训练脚本乙.py", ("…练脚本甲.py", "…练脚本乙.py")),
        ("same_name_of_both.py", "same_name_of_both.py", ("same_name_o…",) * 2),
    ):
        assert tuple(name.rstrip() for name in told_apart(a, b, 12, "…")) == tuple(
            name.rstrip() for name in shown
        ), a
