"""The maps name every file that is there, and no other."""

from __future__ import annotations

import re

from tests.harness.terminal import ROOT

TESTS = ROOT / "tests"
HARNESS = TESTS / "harness"
NAMED = re.compile(r"`((?:\w+/)*\w+\.py|(?:\w+/)+)`")
"""A path in a map: a Python file, or a folder with its slash."""


def test_the_map_of_the_tests_names_each_file_of_the_harness_and_no_other() -> None:
    named = set(NAMED.findall((TESTS / "README.md").read_text("utf-8")))
    there = {str(file.relative_to(HARNESS)) for file in HARNESS.rglob("*.py")} - {"__init__.py"}
    assert not there - named, "files of the harness that tests/README.md does not name"
    places = (ROOT, HARNESS)
    assert not {name for name in named if not any((at / name).exists() for at in places)}


def test_the_tests_lie_in_the_folders_of_their_rooms() -> None:
    rooms = {path.name for path in (ROOT / "lenet_tui").iterdir() if path.is_dir()}
    folders = {file.parent.name for file in TESTS.rglob("test_*.py")}
    assert folders <= rooms | {"house"}
    assert not list(TESTS.glob("test_*.py"))
