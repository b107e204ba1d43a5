"""A frame is shown pane by pane: keys are heard in between, and no pane is left behind."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from textual.events import Key

from lenet_tui.app.ui import frame_scheduler
from lenet_tui.app.ui.frame_scheduler import HEAR_EACH
from lenet_tui.app.ui.panes.layer_tree import LayerTree
from lenet_tui.kit.ui.messages import FrameCame
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.protocol.frame import Frame
from tests.harness.running_app import Running, running


@contextmanager
def watched(run: Running, note: Callable[[Pane, Frame], None]) -> Iterator[tuple[Pane, ...]]:
    """``note`` each pane and the frame that it is shown; yields the panes that are seen."""
    panes = run.app.main.visible_panes()

    def watch(pane: Pane) -> None:
        show = pane.show

        def noting(frame: Frame) -> None:
            note(pane, frame)
            show(frame)

        pane.show = noting  # type: ignore[method-assign]

    for pane in panes:
        watch(pane)
    yield panes


async def test_a_key_does_not_wait_for_all_panes() -> None:
    async with running() as run:
        frame = run.app.main.frame
        assert frame is not None
        tree = run.app.main.query_one(LayerTree)
        before = tree.cursor_line
        shown: list[tuple[Pane, bool]] = []

        def note(pane: Pane, _: Frame) -> None:
            if not shown:
                run.app.post_message(Key("down", None))
            painted = tree.cursor_line != before and not run.app.main._dirty_widgets
            shown.append((pane, painted))
            time.sleep(HEAR_EACH)  # a pane that takes its time

        with watched(run, note) as panes:
            run.app.main.post_message(FrameCame(frame, False))
            await run.settle()
        assert [pane for pane, _ in shown[: len(panes)]] == list(panes)
        assert all(painted for _, painted in shown[1 : len(panes)])


@pytest.mark.slow
async def test_newer_frames_starve_no_pane() -> None:
    async with running() as run:
        shown: list[Pane] = []
        frame = run.app.main.frame
        assert frame is not None

        def note(pane: Pane, _: Frame) -> None:
            shown.append(pane)
            if len(shown) < 40:
                run.app.main.post_message(FrameCame(frame, False))

        with watched(run, note) as panes:
            run.app.main.post_message(FrameCame(frame, False))
            await run.settle()
        twice = 2 * len(panes)  # several may be shown at once, before a newer frame is for all
        for n in range(0, 40 - twice):
            assert set(shown[n : n + twice]) == set(panes)


@pytest.mark.slow
async def test_at_last_every_pane_shows_the_newest_frame() -> None:
    async with running() as run:
        seen: dict[Pane, Frame] = {}
        with watched(run, seen.__setitem__) as panes:
            await run.press("n")
            run.app.post_message(Key("n", "n"))
            run.app.post_message(Key("n", "n"))
            await run.settle()
        assert [pane for pane in panes if seen[pane] is not run.app.main.frame] == []


@contextmanager
def paints(run: Running) -> Iterator[list[int]]:
    """How many regions each paint has; one of a layout is not counted."""
    found: list[int] = []
    compositor = run.app.main._compositor
    render = compositor.render_partial_update

    def noting() -> object:
        found.append(len(compositor._dirty_regions))
        return render()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compositor, "render_partial_update", noting)
        yield found


@pytest.mark.parametrize("under_way", [False, True])
async def test_a_runs_frame_is_painted_at_once(
    monkeypatch: pytest.MonkeyPatch, under_way: bool
) -> None:
    monkeypatch.setattr(frame_scheduler, "HEAR_EACH", 1e9 if under_way else 0.0)
    async with running() as run:
        await run.press("n")
        frame = run.app.main.frame
        assert frame is not None
        monkeypatch.setattr(run.app.main.scheduler, "_running", lambda: under_way)
        came = replace(frame, loss=1.5, position=replace(frame.position, iteration=7), end=7)
        with paints(run) as painted:
            run.app.main.post_message(FrameCame(came, False))
            await run.settle()
        assert "1.5" in run.text and not run.app.main._dirty_widgets
        assert (len(painted) == 1) is under_way
        assert run.app._batch_count == 0
