"""The maps name every file that is there, and no other."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from tests.harness.sources import PACKAGE, nodes, trees
from tests.harness.terminal import ROOT

MAP = PACKAGE / "README.md"
FOLDER = re.compile(r"^( *)(\w+)/ +(.+)$", re.MULTILINE)
"""A line of the map's tree: its indent, a folder, and what is said of it."""

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


def tree() -> dict[str, str]:
    """Each folder of the package's map with its line, in order: ``explain/engine/ops``."""
    drawn = MAP.read_text("utf-8").split("```")[1]
    folders: dict[str, str] = {}
    above: list[str] = []
    for indent, name, line in FOLDER.findall(drawn):
        above = [*above[: len(indent) // 2], name]
        folders["/".join(above)] = line
    return folders


@cache
def imports() -> dict[str, set[str]]:
    """Each module of the package with the modules of the package that it imports."""
    modules = {}
    for file in trees():
        parts = file.relative_to(ROOT).with_suffix("").parts
        modules[file] = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    graph: dict[str, set[str]] = {name: set() for name in modules.values()}
    for file, node in nodes(ast.ImportFrom):
        if node.module:
            named = {node.module, *(f"{node.module}.{a.name}" for a in node.names)}
            graph[modules[file]] |= named & graph.keys() - {modules[file]}
    return graph


def test_the_map_of_the_package_has_a_line_for_each_folder() -> None:
    folders = (path for path in PACKAGE.rglob("*") if path.is_dir())
    there = {str(path.relative_to(PACKAGE)) for path in folders if path.name != "__pycache__"}
    assert set(tree()) == there


def test_a_folder_says_of_itself_what_the_map_says_of_it() -> None:
    assert tree()
    for folder, line in tree().items():
        file = PACKAGE / folder / "__init__.py"
        if not file.exists():
            assert not list(file.parent.glob("*.py")), folder
            continue
        said = ast.get_docstring(trees()[file])
        assert said == line[0].upper() + line[1:] + ".", folder


def test_every_path_that_the_map_of_the_package_names_is_there() -> None:
    text = MAP.read_text("utf-8")
    named = re.findall(r"`((?:\w+/)+\w+\.\w+|(?:\w+/)+)`", text)
    assert len(named) > 20
    of_any_room = {"ui/", "engine/", "engine/answers.py"}
    assert [p for p in named if p not in of_any_room and not (PACKAGE / p).exists()] == []


def test_rooms_lean_only_on_rooms_further_down() -> None:
    rooms = [folder for folder in tree() if "/" not in folder]
    rank = {room: number for number, room in enumerate(rooms)}
    upward = [
        f"{module} leans on {other}"
        for module, others in imports().items()
        for other in others
        if other.count(".") and module.count(".")
        and rank.get(module.split(".")[1], -1) > rank.get(other.split(".")[1], len(rank))
    ]  # fmt: skip
    assert upward == []


def test_no_files_import_each_other_in_a_circle() -> None:
    graph = {**imports(), "lenet_tui": set()}  # its functions import what they need when called
    while graph:  # take away what leans on nothing that is left
        free = {name for name, others in graph.items() if not others & graph.keys()}
        assert free, f"a circle among {sorted(graph)}"
        graph = {name: others for name, others in graph.items() if name not in free}


def test_no_file_is_longer_than_350_lines() -> None:
    files: list[Path] = [*PACKAGE.rglob("*.py"), *TESTS.rglob("*.py")]
    long = [str(f) for f in files if len(f.read_text("utf-8").splitlines()) > 350]
    assert long == []
