"""What is chosen once is there the next time, and nothing in the file can do any harm."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from lenet_tui.app.settings import Settings, SettingsFile, default_path, load
from lenet_tui.text.notice import Notice
from tests.harness.commands import run_here
from tests.harness.running_app import running
from tests.harness.terminal import APP, Terminal, settings

CHOSEN: Any = {"theme": "textual-light", "language": "zh", "speed": "20 op/s"}


def kept(path: Path, name: str, value: str) -> list[str]:
    """Keep a setting; return why it was not."""
    problems: list[Notice] = []
    file = SettingsFile(path, Settings())
    file.failed = problems.append
    file.keep(name, value)
    file.close()
    return [str(problem) for problem in problems]


def test_where_the_settings_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert str(default_path({"XDG_CONFIG_HOME": "/c"})) == "/c/lenet-tui/settings.json"
    for given in ({}, {"XDG_CONFIG_HOME": ""}, {"XDG_CONFIG_HOME": "not/absolute"}):
        assert str(default_path(given)) == "/home/ada/.config/lenet-tui/settings.json"


def test_the_tests_read_none_of_the_developers() -> None:
    assert not default_path().exists()


def test_what_is_kept_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "settings.json"
    assert load(path) == Settings()
    for name, value in CHOSEN.items():
        assert kept(path, name, value) == []
    assert load(path) == Settings(**CHOSEN)
    assert [file.name for file in path.parent.iterdir()] == ["settings.json"]


def test_what_others_have_written_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"of a later version": [1], "speed": "flat out"}')
    kept(path, "theme", "nord")
    wanted = {"of a later version": [1], "speed": "flat out", "theme": "nord"}
    assert json.loads(path.read_text()) == wanted


def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles.json", tmp_path / "settings.json"
    real.write_text("{}")
    link.symlink_to(real)
    kept(link, "theme", "nord")
    assert link.is_symlink() and json.loads(real.read_text()) == {"theme": "nord"}


def test_choices_in_one_breath_are_all_kept(tmp_path: Path) -> None:
    path, threads = tmp_path / "settings.json", threading.active_count()
    file = SettingsFile(path, Settings())
    for speed in ("1 op/s", "4 op/s", "20 op/s"):
        file.keep("speed", speed)
        file.keep("theme", "nord")
    file.close()
    assert load(path) == Settings(theme="nord", speed="20 op/s")
    assert threading.active_count() <= threads + 1


BROKEN = {
    b"{": "line 1 is not JSON",
    b'{\n"theme": nord}': "line 2 is not JSON",
    b"[]": "not a JSON object",
    b"\xff\xfe\x00": "not a JSON object",
    b"[" * 50_000: "not a JSON object",
    b" " * 70_000: "too long",
    b"": "line 1 is not JSON",
}


@pytest.mark.parametrize("content", BROKEN, ids=lambda c: repr(c[:12]))
def test_a_broken_file_is_said_ignored_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    found = load(path)
    assert (found.theme, found.language, found.speed) == ("", "", "")
    assert BROKEN[content] in str(found.problem) and "\n" not in str(found.problem)
    (why,) = kept(path, "theme", "nord")
    assert BROKEN[content] in why
    assert path.read_bytes() == content


@pytest.mark.parametrize("name", ["language", "speed"])
@pytest.mark.parametrize("value", ["warp", 7, None, "\x1b[31m"])
def test_a_setting_that_is_none_is_said_and_the_others_count(
    tmp_path: Path, name: str, value: object
) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"theme": "nord", name: value}))
    found = load(path)
    assert found.theme == "nord" and getattr(found, name) == ""
    assert f"there is no {name}" in str(found.problem) and "\x1b" not in str(found.problem)


def test_a_fifo_a_folder_and_no_permission_hold_nothing_up(tmp_path: Path) -> None:
    fifo, read_only, within = tmp_path / "fifo", tmp_path / "read-only", tmp_path / "x" / "y"
    os.mkfifo(fifo)
    read_only.write_text("{}")
    read_only.chmod(0o444)
    within.parent.write_text("a file where a folder should be")
    for path in (fifo, tmp_path):
        assert load(path).problem is not None
        assert len(kept(path, "theme", "nord")) == 1
    assert load(read_only) == Settings()
    assert "may only be read" in kept(read_only, "theme", "nord")[0]
    assert read_only.read_text() == "{}"
    assert len(kept(within, "theme", "nord")) == 1


@pytest.mark.slow
async def test_the_app_starts_as_it_was_left(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    async with running(settings=path) as run:
        await run.press("plus", "L")
        run.app.theme = "nord"
        await run.settle()
    assert load(path) == Settings(theme="nord", language="zh", speed="4 phase/s")
    async with running(settings=path) as run:
        assert run.app.theme == "nord" and run.app.main.runner.speed.name == "4 phase/s"


async def test_what_the_command_line_asks_for_comes_first_and_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"theme": "nord"}')
    async with running((80, 24), settings=path, theme="textual-light") as run:
        assert run.app.theme == "textual-light"
    assert load(path).theme == "nord"


@pytest.mark.parametrize(
    "content", [pytest.param("{", marks=pytest.mark.slow), '{"theme": "of nowhere"}']
)
async def test_the_app_says_in_one_line_what_it_ignores(tmp_path: Path, content: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(content)
    async with running((80, 24), settings=path) as run:
        assert "ignored" in run.text
        run.app.theme = "nord"
        await run.settle()


def test_a_command_without_a_screen_says_it_on_standard_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = default_path({"XDG_CONFIG_HOME": str(tmp_path)})
    path.parent.mkdir()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    path.write_text("{")
    done = run_here("lab", "Linear(2, 3)", "--format", "text")
    assert done.returncode == 0 and done.stderr.count("\n") == 1 and "is not JSON" in done.stderr
    path.write_text('{"language": "zh"}')
    assert "没有选项" in run_here("--sead").stderr
    assert "no option" in run_here("--lang", "en", "--sead").stderr


@pytest.mark.slow
def test_in_a_terminal_the_choice_comes_back() -> None:
    env = {"XDG_CONFIG_HOME": settings(speed="20 op/s", language="zh")}
    with Terminal([*APP, "--lang", "en"], env=env) as terminal:
        terminal.wait_for("61,706 parameters")
        terminal.send("-")
        terminal.wait_for("4 ops/s")
        terminal.send("q")
        terminal.wait()
    with Terminal(APP, env=env) as terminal:
        terminal.wait_for("网络层")
        terminal.send("r")
        terminal.wait_for("运行中，4 算子/秒")
    with Terminal([*APP, "--theme", "of-nowhere"], env=env) as terminal:
        terminal.wait_for("没有主题 'of-nowhere'")
