"""A run's charts are drawn again when a column of them is new, and at its end in any case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest

from lenet_tui.curves.collected import LOSS
from lenet_tui.curves.ui import chart_pane
from lenet_tui.curves.ui.chart_pane import ChartPane
from lenet_tui.kit.ui.messages import FrameCame
from lenet_tui.protocol.position import Position
from lenet_tui.terminal.ui.line_widget import LineWidget
from tests.harness.running_app import Running, running


@contextmanager
def counted(pane: ChartPane) -> Iterator[list[int]]:
    """At which iterations a chart is drawn."""
    drawn, draw = [], pane.draw

    def drawing() -> None:
        drawn.append(pane.window.last)
        draw()

    pane.draw = drawing  # type: ignore[method-assign]
    yield drawn


async def passes(run: Running, iteration: int, *, running: bool) -> None:
    """Have a frame come as in a run, of an iteration that is as the last one."""
    frame = run.app.main.frame
    assert frame is not None
    position = Position(iteration, frame.position.phase, None, frame.position.index)
    came = replace(frame, position=position, end=iteration, running=running)
    run.app.main.post_message(FrameCame(came, False))
    await run.settle()


async def test_a_chart_is_drawn_for_a_new_column_and_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chart_pane, "OFTEN", 1e9)
    async with running() as run:
        await run.press("V")
        pane = run.app.main.query_one(f"#chart-{LOSS}", ChartPane)
        await passes(run, 10_000, running=True)
        with counted(pane) as drawn:
            each = 10_000 // pane._cols
            for n in range(10_001, 10_001 + 3 * each):
                if n % (each // 4) == 0:
                    await passes(run, n, running=True)
            assert 2 <= len(drawn) <= 4, "about one for each of three columns"
            gaps = [b - a for a, b in zip([10_000, *drawn], drawn, strict=False)]
            assert min(gaps) >= each
            last = drawn[-1] + 1
            await passes(run, last, running=True)
            assert drawn[-1] != last
            await passes(run, last, running=False)
            assert drawn[-1] == last
        axis = pane.query_one(LineWidget).lines[-1].plain
        assert f"{last:,}" in axis


async def test_those_that_are_slow_to_fill_a_column_are_drawn_now_and_then_in_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chart_pane, "OFTEN", 0.0)
    async with running() as run:
        await run.press("V")
        await passes(run, 10_000, running=False)
        charts = [pane for pane in run.app.main.query(ChartPane) if pane.content_size.area]
        assert len(charts) > 1
        with ExitStack() as counts:
            drawn = [counts.enter_context(counted(pane)) for pane in charts]
            for n in range(1, 2 * len(charts) + 1):
                await passes(run, 10_000 + n, running=True)
                assert sum(len(each) for each in drawn) == n, "a frame draws one of them"
            assert {len(each) for each in drawn} == {2}
            end = 10_000 + 2 * len(charts)
            await passes(run, end, running=False)
            assert {each[-1] for each in drawn} == {end}, "what stands at the end is whole"


async def test_a_key_in_a_run_moves_the_line_in_every_chart() -> None:
    async with running() as run:
        await run.press("V")
        await passes(run, 10_000, running=True)
        charts = [pane for pane in run.app.main.query(ChartPane) if pane.content_size.area]
        with ExitStack() as counts:
            drawn = [counts.enter_context(counted(pane)) for pane in charts]
            charts[0].focus()
            await run.press("left")
            assert all(drawn)
