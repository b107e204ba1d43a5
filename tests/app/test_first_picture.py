"""The first picture waits for nothing that it does not show."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lenet_tui.app.all_words import words
from lenet_tui.app.ui.panes.footer import key_line
from lenet_tui.cli.options import only_the_app
from tests.harness.terminal import ROOT, environment

LATER = {
    "lenet_tui.protocol.moves",
    "lenet_tui.lab.layer",
    "lenet_tui.app.words_tables",
    "numpy",
    "torch",
}


def test_the_app_is_imported_without_what_it_shows_later() -> None:
    code = (
        "import sys; from lenet_tui import cli; import lenet_tui.app.ui.app;"
        " from lenet_tui.app.all_words import words;"
        " from lenet_tui.app.ui.panes.footer import key_line;"
        " key_line(words('en'), 120, True); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, cwd=ROOT, env=environment(),
    )  # fmt: skip
    modules = set(done.stdout.split())
    assert "lenet_tui.app.ui.app" in modules
    assert not LATER & modules


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_other_words_come_when_they_are_asked_for(language: str) -> None:
    say = words(language)
    assert key_line(say, 120, True).plain
    assert say("tour.title")
    assert "no.such.key" not in say
    with pytest.raises(KeyError):
        say("no.such.key")


@pytest.mark.parametrize(
    ("given", "alone"),
    [
        ("", True),
        ("--seed 7 --lang=zh", True),
        ("trace", False),
        ("--seed 7 trace", False),
        ("--help", False),
        ("--sead 7", False),
        ("--seed x", False),
    ],
)
def test_the_subcommands_are_left_out_only_where_the_app_is_meant(given: str, alone: bool) -> None:
    assert (only_the_app(given.split(), lambda parser: None) is not None) == alone
