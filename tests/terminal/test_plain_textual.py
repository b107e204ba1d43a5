"""Without Textual's private parts the app shows the same pictures."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import pytest
from textual.widgets import Input

from lenet_tui.terminal import textual_version
from tests.harness.running_app import running
from tests.harness.signs import Cell, look
from tests.harness.terminal import APP, ROOT, Terminal, environment

PLAIN = {textual_version.PLAIN: "1"}
TIME = re.compile(r"\d (ms|µs|us|s)\b")
HELP = "─ Keys ─"
"""The title of a dialog without an input, whose cursor would blink."""
STEPS = (
    ("n", "next: loss"),
    ("n", "next: zero_grad"),
    ("n", "next: backward"),
    ("N", "next: zero_grad"),
    ("?", HELP),
)
KEYS = ("n", "n", "e", "N", "g", "escape", "o", "escape", "question_mark", "escape", "v", "f")


async def pictures(keys: Sequence[str]) -> list[list[str]]:
    """Every line with its colours: at the start, after each key, in two other sizes."""
    taken = []
    async with running() as run:

        async def take() -> None:
            for field in run.app.screen.query(Input):
                field.cursor_blink = False
            await run.settle()
            taken.append([repr([(s.text, str(s.style)) for s in strip]) for strip in run.strips])

        await take()
        for key in keys:
            await run.press(key)
            await take()
        for size in ((80, 24), (160, 50)):
            await run.pilot.resize_terminal(*size)
            await take()
    return taken


@pytest.mark.slow
@pytest.mark.parametrize("keys", [("e",), KEYS])
async def test_the_pictures_are_the_same(keys: tuple[str, ...]) -> None:
    code = (
        "import asyncio, json, sys\n"
        "from tests.terminal.test_plain_textual import pictures\n"
        "taken = asyncio.run(pictures(sys.argv[1:]))\n"
        "private = [m for m in sys.modules if m.startswith('lenet_tui.terminal.ui.private')]\n"
        "print(json.dumps([private, taken]))"
    )
    plain = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, *keys, cwd=ROOT, env=os.environ | PLAIN, stdout=subprocess.PIPE
    )
    here = await pictures(keys)
    printed, _ = await plain.communicate()
    private, there = json.loads(printed)
    assert private == []
    assert len(here) == len(there) == len(keys) + 3
    for step, (ours, plainly) in enumerate(zip(here, there, strict=True)):
        assert ours == plainly, f"picture {step} of start, {keys}, two sizes"


def walk(env: dict[str, str]) -> list[list[list[Cell]]]:
    """What a terminal shows of the real app: after some keys, over a dialog, at another size.

    Without the rows in which a clock's times stand.
    """
    with Terminal(env=env) as terminal:
        shown = []

        def take(wanted: str) -> None:
            terminal.wait_for(wanted)
            terminal.settle(1.5)  # a busy machine paints the panes one after another
            rows = zip(terminal.screen.display, look(terminal.screen), strict=True)
            shown.append([row for text, row in rows if not TIME.search(text)])

        terminal.wait_for("next: forward")
        terminal.settle()
        for key, wanted in STEPS:  # each settles: where the code is scrolled to depends on it
            terminal.send(key)
            take(wanted)
        terminal.send("escape")
        terminal.wait_for(lambda text: HELP not in text)
        terminal.resize(100, 30)
        take("next: zero_grad")
        terminal.send("q")
        assert terminal.wait() == 0
        assert "Traceback" not in terminal.text
    return shown


@pytest.mark.slow
def test_a_terminal_shows_the_same() -> None:
    with ThreadPoolExecutor(2) as together:
        ours, plainly = together.map(walk, ({}, PLAIN))
    assert ours == plainly


# A Textual of the future


PRIVATE = re.compile(r"\b_[a-z]\w+")
"""A private name, as it may stand in the sources of our folder."""


@pytest.fixture(scope="module")
def future(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of Textual that says it is version 99, where what we use in private has other names.

    Its modules ``textual._compositor`` and the like, and every private attribute that stands in
    ``terminal/ui/private``, end in ``_of_99``.
    """
    spec = find_spec("textual")
    assert spec and spec.origin
    folder = tmp_path_factory.mktemp("future")
    copy = Path(shutil.copytree(Path(spec.origin).parent, folder / "textual"))
    (folder / "textual-99.0.0.dist-info").mkdir()
    (folder / "textual-99.0.0.dist-info" / "METADATA").write_text(
        "Name: textual\nVersion: 99.0.0\n"
    )
    room = ROOT / "lenet_tui" / "terminal" / "ui" / "private"
    text = "".join(file.read_text("utf-8") for file in room.glob("*.py"))
    known = "".join(file.read_text("utf-8") for file in copy.rglob("*.py"))
    names = {n for n in PRIVATE.findall(text) if re.search(rf"[. ]{n}\b", known)}
    names -= {"_on_idle", "_border_title", "_border_subtitle"}  # which Textual puts together
    assert {"_compositor", "_xterm_parser", "_display", "_exception"} <= names
    old = re.compile(rf"\b({'|'.join(sorted(names))})\b")
    for file in copy.rglob("*.py"):
        source = file.read_text("utf-8")
        new = old.sub(r"\1_of_99", source)
        if new != source:
            file.write_text(new, "utf-8")
        if file.stem in names:
            file.rename(file.with_name(f"{file.stem}_of_99.py"))
    yield folder


@pytest.mark.slow
def test_a_newer_textual_shows_the_same_and_info_says_so(future: Path) -> None:
    env = {"PYTHONPATH": f"{future}:{ROOT}"}
    assert walk(env) == walk({})
    for lang, said in (("en", "99.0.0 (not checked, 8.2.8 is)"), ("zh", "99.0.0（未检查")):
        done = subprocess.run(
            [*APP, "info", "--lang", lang],
            capture_output=True, text=True, cwd=ROOT, env=environment(env=env), check=True,
        )  # fmt: skip
        assert said in done.stdout


@pytest.mark.parametrize(
    ("version", "forced", "ok"),
    [("8.2.8", "", True), ("8.2.8", "1", False), ("8.2.9", "", False), ("", "", False)],
)
def test_private_parts_are_used_with_checked_versions_only(
    version: str, forced: str, ok: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(textual_version, "textual_version", lambda: version)
    monkeypatch.setenv(textual_version.PLAIN, forced)
    assert textual_version.private_ok() is ok


def test_the_version_is_that_of_the_installed_textual() -> None:
    from importlib.metadata import version  # noqa: PLC0415

    assert textual_version.textual_version() == version("textual")
