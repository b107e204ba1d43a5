"""The layers hold: who may import whom, read from the source and seen in running processes."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from lenet_tui.process.engine import server
from lenet_tui.protocol.messages import DoMove, FrameUpdate, Printed, Subscription
from lenet_tui.protocol.moves import Run
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.views import ViewRequest
from tests.harness.conversation import Conversation
from tests.harness.sources import PACKAGE, nodes
from tests.harness.terminal import ROOT, environment

LIBRARIES = {"numpy", "rich"}
"""What any room may import beside the standard library and this package."""


def imported() -> dict[Path, set[str]]:
    """Of every module that a file imports, anywhere in it, the top-level one, those for the type
    checker counted.
    """
    found: dict[Path, set[str]] = {}
    for file, node in nodes(ast.Import):
        found.setdefault(file, set()).update(a.name.partition(".")[0] for a in node.names)
    for file, of in nodes(ast.ImportFrom):
        assert not of.level, f"{file}: relative import"
        assert of.module
        found.setdefault(file, set()).add(of.module.partition(".")[0])
    return found


def allowed(file: Path) -> set[str]:
    """The top-level modules that a file may import."""
    places = file.relative_to(PACKAGE).parts
    may = {*sys.stdlib_module_names, *LIBRARIES, "lenet_tui"}
    may |= {"torch"} if "engine" in places else set()
    may |= {"textual"} if "ui" in places else set()
    return may


def test_engine_imports_torch_ui_imports_textual_and_nothing_else_either() -> None:
    found = imported()
    assert len(found) > 100
    assert {file: more for file, names in found.items() if (more := names - allowed(file))} == {}


MAIN = "lenet_tui.cli.main", {"torch", "textual", "numpy", "rich"}


@pytest.mark.parametrize(
    "steps",
    [
        (
            MAIN,
            ("lenet_tui.terminal.ui.restore, lenet_tui.app.ui.app", {"torch", "numpy"}),
            ("lenet_tui.app.ui.main_screen, lenet_tui.process.client", {"torch"}),
        ),
        (MAIN, ("lenet_tui.cli.trace, lenet_tui.cli.info", {"torch", "textual"})),
        pytest.param(
            (("lenet_tui.history.engine.session, lenet_tui.process.engine.server", {"textual"}),),
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_fresh_interpreter_holds_to_it(steps: tuple[tuple[str, set[str]], ...]) -> None:
    """``steps``: what is imported one after the other, and what may not be there by then."""
    code = "import sys" + "".join(
        f"; import {module}; print(*{{m.partition('.')[0] for m in sys.modules}})"
        for module, _ in steps
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for (module, never), line in zip(steps, done.stdout.splitlines(), strict=True):
        assert not never & set(line.split()), module


@pytest.mark.slow
def test_the_running_engine_has_torch_and_no_textual(tmp_path: Path) -> None:
    """Started as a console script starts it, by a process that has textual itself."""
    script = tmp_path / "lenet-tui"
    script.write_text(
        "from lenet_tui.cli.main import main\n"
        "from tests.house.test_imports import print_modules_of_the_engine\n"
        "if __name__ == '__main__':\n"
        "    import lenet_tui.app.ui.app\n"
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
    with Conversation(server.main) as talk:
        talk.start(Options(model="tests.house.test_imports:spy"))
        lines = [r.text for r in talk.reports if isinstance(r, Printed)]
        talk.send(DoMove(1, Run(1), parameters=True))
        talk.send(Subscription((ViewRequest("", "output"),), graph=True))
        talk.until(FrameUpdate)
        sys.stdout.write(" ".join(lines))
    sys.stderr.write(" ".join({"torch"} & set(sys.modules)))


def spy() -> object:
    """A model for the engine; prints the top-level modules that are loaded."""
    from lenet_tui.training.engine.model import Net  # noqa: PLC0415 - torch is the engine's

    names = {name.partition(".")[0] for name in sys.modules}
    print(*(names - sys.stdlib_module_names))  # noqa: T201
    return Net()
