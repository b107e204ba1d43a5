"""The code pane: what is on the screen as the training goes by."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from lenet_tui.training.engine.model import Net
from tests.harness.code_app import CodeApp
from tests.harness.driving import Drive

SOURCE, FIRST = inspect.getsource(Net), inspect.getsourcelines(Net)[1]


class Showing:
    """An app with the pane, and a training that it shows."""

    def __init__(self, app: CodeApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot
        self.drive = Drive()

    async def make(self, *moves: str) -> list[str]:
        """Make moves; the lines that are lit then."""
        self.app.shows(self.drive.frame(*moves))
        for _ in range(4):
            await self.pilot.pause()
        mark = ">" if self.app.ascii else "▶"
        rows = (line.strip("│| ") for line in self.app.text.splitlines())
        lit = [row.removeprefix(mark).strip() for row in rows if row.startswith(mark)]
        return [line.partition("   ")[0] for line in lit]


@asynccontextmanager
async def showing(
    size: tuple[int, int],
    source: str = SOURCE,
    lang: str = "en",
    ascii: bool = False,
    first: int = FIRST,
) -> AsyncIterator[Showing]:
    app = CodeApp(source, first, lang, ascii)
    async with app.run_test(size=size) as pilot:
        yield Showing(app, pilot)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(60, 8), (80, 24), (120, 40)])
async def test_the_current_line_is_always_in_sight(size: tuple[int, int]) -> None:
    async with showing(size) as shown:
        assert await shown.make() == ["net = Net().to(device)"]
        for phase in ("forward", "loss", "zero_grad", "backward", "update"):
            lit = await shown.make("op")
            assert len(lit) >= 1, phase
            assert len(await shown.make("phase")) == 1, phase
        assert (await shown.make("run 3")) == ["p.data.sub_(p.grad.data * lr)"]


async def test_inside_a_forward_the_line_of_the_op_is_lit_too() -> None:
    async with showing((140, 30)) as shown:
        lit = await shown.make("op", "op", "op", "op")
        assert lit == ["output = net(input)  # 4 of 12: conv2d · conv2"]
        other = [line for line in shown.app.text.splitlines() if "# conv2" in line]
        assert len(other) == 1
        assert "▶         x = F.max_pool2d(F.relu(self.conv2(x)), 2)  # conv2" in other[0]


async def test_marks_tell_what_was_done_skipped_or_out_of_turn() -> None:
    async with showing((80, 24)) as shown:
        await shown.make("phase", "phase", "skip zero_grad", "do loss", "phase")
        text = shown.app.text
        assert "✔     output = net(input)" in text
        assert "⊘     net.zero_grad()  # skipped" in text
        assert "↻     loss = criterion(output, target)  # out of turn" in text


async def test_it_speaks_chinese_and_ascii() -> None:
    async with showing((80, 24), lang="zh") as shown:
        await shown.make("phase", "phase", "skip zero_grad", "op")
        assert "# 已跳过" in shown.app.text
        assert "# 第 1 次迭代" in shown.app.text
    async with showing((80, 24), source="", ascii=True) as shown:
        lit = await shown.make("phase", "op")
        assert lit[0].startswith("loss = criterion(output, target)")
        assert shown.app.text.isascii()


async def test_a_source_that_is_not_ours_is_made_safe() -> None:
    source = (
        'class Net:\n    def forward(self, x):\n        return "\x1b[31m[/red]" + self.conv1(x)\n'
    )
    async with showing((80, 24), source=source, first=FIRST + 10) as shown:
        await shown.make("op")
        assert "\x1b" not in shown.app.text
        assert r'▶         return "\x1b[31m[/red]" + self.conv1(x)' in shown.app.text
