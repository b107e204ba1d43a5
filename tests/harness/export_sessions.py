"""Sessions to be exported, and their scripts run."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

from lenet_tui.export.engine.answers import export
from lenet_tui.export.request import Export
from lenet_tui.protocol.frame import printed_digest
from lenet_tui.tape.engine.digests import state_sha256
from tests.harness.driving import Drive

STEPS = ("op", "op", "op", "phase", "phase", "phase", "finish", "finish", "run 3", "run 6")
BACK = ("back op", "back phase", "back iteration", "goto 2")
FREE = (
    *("do forward", "do loss", "do zero_grad", "do backward", "do update"),
    *("do backward random", "do backward onehot 3", "do backward 1,-2,0.5,3,0,0,1e-3,7,8,9"),
)
SETS = (
    *("set lr 0.1", "set lr 0.003", "set loss mse", "set loss cross_entropy", "set data random"),
    *("set data digits", "set optimizer sgd", "set optimizer momentum", "set optimizer adam"),
    *("set optimizer manual", "set batch-size 1", "set batch-size 4", "set batch-size 7"),
)
ONLY_TORCH = """
import runpy, sys
from importlib.machinery import PathFinder
class Bare:
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] not in ("lenet_tui", "textual", "rich", "numpy", "tests"):
            return PathFinder.find_spec(name, path, target)
sys.meta_path[sys.meta_path.index(PathFinder)] = Bare
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Runs a script where nothing but torch and the standard library can be imported."""


def wander(drive: Drive, dice: random.Random, length: int) -> None:
    """``length`` moves at random: steps, skips, phases out of turn, changed options, back."""
    for _ in range(length):
        kind = dice.choices(("step", "back", "free", "set", "skip"), (10, 1, 3, 4, 1))[0]
        skip = f"skip {drive.session.frame().next_phase}"
        choices = {"step": STEPS, "back": BACK, "free": FREE, "set": SETS, "skip": (skip,)}
        drive.tries(dice.choice(choices[kind]))
    for _ in range(dice.choice((0, 0, 3, 20))):
        drive.tries("op")


def exported(drive: Drive) -> str:
    """The script of a session."""
    return export(Export(), drive.session)


def training(script: str) -> str:
    """The part of a script that trains."""
    start = script.index("def session")
    return script[start : script.index("    return net, ", start)]


def ran(script: str) -> dict[str, str]:
    """What a script's session comes to, run in this process."""
    module = ModuleType("exported")
    module.__file__ = str(Path("exported.py").absolute())
    own: dict[str, Any] = vars(module)
    with patch.dict(sys.modules, exported=module):  # as classes look for what they are defined in
        exec(compile(script, "exported.py", "exec"), own)
        found: dict[str, str] = own["digests"](*own["session"]())
    assert found.keys() == own["RECORDED"].keys()
    return found


def shown(drive: Drive) -> dict[str, str]:
    """What the screen shows of the session: digests of all tensors, of the state, the loss."""
    drive("run 0")
    frame = drive.moved.frame
    digests: dict[str, str] = {}
    for name, (value, grad) in drive.state.items():
        digests |= {name: value, f"{name}.grad": grad or "None"}
    navigator = drive.session.navigator
    state = state_sha256(navigator.tape, navigator.cursor)
    assert printed_digest(frame) in (state, "")
    return digests | {"STATE": state, "LOSS": repr(frame.loss)}


def run_alone(script: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script as a file in a fresh interpreter that finds torch and nothing else of ours."""
    file = folder / "script.py"
    file.write_text(script, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-I", "-c", ONLY_TORCH, str(file), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=folder,
        check=False,
    )


def printed(output: str) -> dict[str, str]:
    """The table that a script prints."""
    rows = (line.split() for line in output.splitlines())
    return {row[0]: row[1] for row in rows if len(row) == 2}
