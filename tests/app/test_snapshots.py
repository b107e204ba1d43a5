"""How the app looks, at its sizes, in its languages and colours. Few, and each by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from lenet_tui.history.engine import seek
from lenet_tui.parity.engine.float64_trainer import Float64Trainer
from tests.harness.running_app import running
from tests.harness.snapshot import ROUNDING, check_snapshot


@pytest.fixture(autouse=True)
def same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same colours wherever the tests run, and in double precision the same numbers."""
    monkeypatch.setattr(seek, "Trainer", Float64Trainer)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)


async def test_small_inside_backward(tmp_path: Path) -> None:
    async with running((80, 24)) as run:
        await run.press("f", *"nnn", *"ssssss")
        check_snapshot(run.app, "small-inside-backward", tmp_path)


@pytest.mark.slow
async def test_medium_after_backward(tmp_path: Path) -> None:
    async with running((120, 40)) as run:
        await run.press("f", "f", *"nnnn")
        run.app.main.tabs.open("log")
        await run.settle()
        check_snapshot(run.app, "medium-after-backward", tmp_path)


@pytest.mark.slow
async def test_chinese_on_a_light_theme(tmp_path: Path) -> None:
    async with running((80, 24), lang="zh") as run:
        run.app.theme = "textual-light"
        await run.press("f", "N", "L", "L")
        check_snapshot(run.app, "chinese-light", tmp_path)


@pytest.mark.slow
async def test_ascii_in_the_past(tmp_path: Path) -> None:
    async with running((80, 24), ascii=True) as run:
        await run.press("f", "f", "N", "z")
        check_snapshot(run.app, "ascii-confirm", tmp_path)


@pytest.mark.slow
async def test_parity(tmp_path: Path) -> None:
    async with running((80, 24)) as run:
        await run.press("P")
        check_snapshot(run.app, "parity", tmp_path, without=ROUNDING)


@pytest.mark.slow
async def test_help(tmp_path: Path) -> None:
    async with running((80, 24)) as run:
        await run.press("question_mark")
        check_snapshot(run.app, "help", tmp_path)
