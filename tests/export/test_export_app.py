"""Exporting from the app: any path is taken, and a file is replaced only where one agrees."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.widgets import Input

from lenet_tui.export.engine.export import text as script
from lenet_tui.export.request import Export
from lenet_tui.kit.ui.ask_file import Target
from lenet_tui.protocol.messages import Answered, Asked
from lenet_tui.text.notice import Problem, verbatim
from tests.harness.running_app import Running, running


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


SCRIPT = "print('a session')\n"


def logged(run: Running) -> tuple[str, str]:
    """Kind and text of the log's last line."""
    return run.app.main.log_pane.lines[-1]


async def test_x_writes_the_script_to_a_new_file(folder: Path) -> None:
    async with running((80, 24)) as run:
        await run.press("x")
        assert "Export the session as a script" in run.text
        await run.press("enter")
        expected = script(run.engine.session.navigator)
        assert (folder / "lenet_session.py").read_text("utf-8") == expected
        kind, text = logged(run)
        assert (kind, "lenet_session.py" in text) == ("note", True)
        await run.press("x")
        assert run.app.screen.query_one(Input).value == "lenet_session_2.py"
        (folder / "in").mkdir()
        run.app.screen.query_one(Input).value = str(folder / "in" / "mine.txt")
        await run.press("enter")
        assert (folder / "in" / "mine.txt").read_text("utf-8") == expected
        await run.press("x", "escape")
        assert sorted(p.name for p in folder.iterdir()) == ["in", "lenet_session.py"]
        assert len(run.engine.asked(Export)) == 2


@pytest.mark.slow
async def test_a_file_is_replaced_only_where_one_agrees(folder: Path) -> None:
    (folder / "taken.py").write_text("mine")
    async with running((80, 24)) as run:
        await run.press("x")
        run.app.screen.query_one(Input).value = "taken.py"
        for no in ("enter", "escape"):
            await run.press("enter")
            assert "taken.py exists. Replace it?" in run.text
            await run.press(no)
            assert run.app.screen.query_one(Input).value == "taken.py"
            assert (folder / "taken.py").read_text() == "mine"
        assert run.engine.asked(Export) == []
        await run.press("enter", "left", "enter")
        assert (folder / "taken.py").read_text("utf-8") == script(run.engine.session.navigator)
        assert run.app.screen is run.app.main


@pytest.mark.slow
async def test_a_path_where_no_file_can_be_is_asked_again(folder: Path) -> None:
    async with running((80, 24)) as run:
        await run.press("x")
        for name, said in ((".", "is a folder"), ("no/x.py", "there is no folder"), ("", "a name")):
            run.app.screen.query_one(Input).value = name
            await run.press("enter")
            assert said in run.text
        assert run.engine.asked(Export) == [] and not [*folder.iterdir()]


async def test_what_goes_wrong_is_a_line_for_the_dialog(folder: Path) -> None:
    async with running((80, 24)) as run:
        run.engine.thinks = True
        (folder / "late.py").write_text("mine")
        for number, (file, answer, error) in enumerate((
            (folder / "late.py", SCRIPT, ""),
            (folder / "no" / "x.py", SCRIPT, ""),
            (folder / "x.py", None, "the model's\x1b source is not available"),
            (folder / "x.py", "\ud800", ""),
        ), 1):  # fmt: skip
            written = asyncio.create_task(run.app.main.exporter.write(Target(file)))
            await run.settle()
            assert len(run.engine.asked(Export)) == number
            run.engine.report(
                Answered(
                    run.engine.commands(Asked)[-1].number,
                    answer,
                    verbatim(error) if error else None,
                )
            )
            await run.settle()
            assert isinstance(written.exception(), Problem) and "\n" not in str(written.exception())
        run.engine.report(Answered(99, SCRIPT))  # nobody asked
        await run.settle()
        assert (folder / "late.py").read_text() == "mine"
        assert [p.name for p in folder.iterdir()] == ["late.py"]


@pytest.mark.slow
async def test_the_code_pane_is_the_first_of_the_tabs() -> None:
    async with running((120, 40)) as run:
        assert run.app.main.tabs.current == "code"
        await run.press("n", "n")
        assert "▶     loss = criterion(output, target)" in run.text
        await run.press("L")
        assert "# 第 1 次迭代" in run.text
