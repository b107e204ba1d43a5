"""The layers hold: who may import whom, read from the source and seen in running processes."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lenet_tui.core.moves import Run
from lenet_tui.core.options import Options
from lenet_tui.core.protocol import DoMove, Look, Painting, Printed
from lenet_tui.core.views import ViewRequest
from lenet_tui.engine import worker
from tests.conversation import Conversation
from tests.terminal import ROOT, environment

PACKAGE = ROOT / "lenet_tui"

MAY = {
    "core": {"core", "numpy"},
    "engine": {"core", "engine", "numpy", "torch"},
    "text": {"core", "text"},
    "tui": {"core", "text", "tui", "numpy", "rich", "textual"},
    "client": {"core", "engine.worker", "client", "template"},
    "command": {"core", "text", "client", "template", "command", "numpy", "rich"},
    "template": set(),
    "subcommands": {"core", "template", "command", "tui"},
    "cli": {"core", "client", "template", "command", "subcommands", "tui"},
    "__main__": {"cli"},
}
"""What each part may import: others of this package by their part, or a library."""


def parts() -> Iterator[tuple[str, Path]]:
    for file in sorted(PACKAGE.rglob("*.py")):
        first = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if first != "__init__":
            yield first, file


def imported(file: Path) -> Iterator[str]:
    """Every module that a file imports, anywhere in it, but for what only a type checker sees."""
    todo: list[ast.AST] = [ast.parse(file.read_text(encoding="utf-8"))]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file}: relative import"
            assert node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        todo += ast.iter_child_nodes(node)


def allowed(module: str, may: set[str]) -> bool:
    top, _, rest = module.partition(".")
    if top == "lenet_tui":
        own = rest.partition(".")[0]
        return own in ("__version__", *may) or any(f"{rest}.".startswith(f"{m}.") for m in may)
    return top in sys.stdlib_module_names or top in may


@pytest.mark.parametrize(
    ("part", "file"), list(parts()), ids=lambda v: v.stem if isinstance(v, Path) else v
)
def test_each_part_imports_only_what_it_may(part: str, file: Path) -> None:
    assert not {m for m in imported(file) if not allowed(m, MAY[part])}


@pytest.mark.parametrize(
    ("module", "never"),
    [
        ("lenet_tui.cli", {"torch", "textual", "numpy", "rich"}),
        ("lenet_tui.tui.terminal, lenet_tui.tui.app", {"torch", "numpy"}),
        ("lenet_tui.tui.stage, lenet_tui.client", {"torch"}),
        ("lenet_tui.command.trace, lenet_tui.command.info", {"torch", "textual"}),
        ("lenet_tui.engine.session, lenet_tui.engine.worker, lenet_tui.engine.lab", {"textual"}),
    ],
)
def test_fresh_interpreters_hold_to_it(module: str, never: set[str]) -> None:
    code = f"import {module}, sys; print(*{{m.partition('.')[0] for m in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not never & set(done.stdout.split())


def test_the_running_engine_has_torch_and_no_textual(tmp_path: Path) -> None:
    """Started as a console script starts it, by a process that has textual itself."""
    script = tmp_path / "lenet-tui"
    script.write_text(
        "from lenet_tui.cli import main\n"
        "from tests.test_imports import print_modules_of_the_engine\n"
        "if __name__ == '__main__':\n"
        "    import lenet_tui.tui.app\n"
        "    print_modules_of_the_engine()\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        env=environment(env={"PYTHONPATH": str(ROOT)}),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    modules = set(done.stdout.split())
    assert {"lenet_tui", "torch", "numpy"} <= modules
    assert not {"textual", "rich"} & modules
    assert done.stderr == "", "the app's own process has torch now"


def print_modules_of_the_engine() -> None:
    """Start the real engine with a model that tells which modules there are."""
    with Conversation(worker.main) as talk:
        talk.start(Options(model="tests.test_imports:spy"))
        lines = [r.text for r in talk.reports if isinstance(r, Printed)]
        talk.send(DoMove(1, Run(1), parameters=True))
        talk.send(Look((ViewRequest("", "output"),), graph=True))
        talk.until(Painting)
        sys.stdout.write(" ".join(lines))
    sys.stderr.write(" ".join({"torch"} & set(sys.modules)))


def spy() -> object:
    """A model for the engine; prints the top-level modules that are loaded."""
    from lenet_tui.engine.model import Net  # noqa: PLC0415 - torch is the engine's

    names = {name.partition(".")[0] for name in sys.modules}
    print(*(names - sys.stdlib_module_names))  # noqa: T201
    return Net()
