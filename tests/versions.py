"""``python -m tests.versions [--quick] [NAME …]``: the tests on other versions.

Each environment, a Python and a torch, is made once, under ``.versions/`` (some GB), and used again
until its list of packages changes. One whose Python is not on this machine, or whose packages
cannot be installed, is skipped in a line that says so. The exit status is that of the tests run.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".versions"

TOOLS = ("pytest", "pytest-asyncio", "pytest-xdist", "hypothesis", "pyte")
QUICK = ("tests/tape", "tests/training", "tests/history/test_engine_history.py")
"""What ``--quick`` runs: the engine, where versions of torch and Python differ."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python by its version, and what pip installs beside the package and the test tools."""

    name: str
    python: str
    packages: tuple[str, ...]

    @property
    def folder(self) -> Path:
        return FOLDER / self.name

    @property
    def interpreter(self) -> Path:
        return self.folder / "bin" / "python"


ENVIRONMENTS = {
    e.name: e
    for e in (
        Environment("oldest", "3.10", ("torch==2.6.0",)),
        Environment("newest", "3.13", ("torch==2.13.0",)),
    )
}
"""The oldest that the package promises, and the newest that it was tried with.

The other dependencies are the newest that pip finds for that Python.
"""


class CannotMake(Exception):
    """An environment cannot be made here; its text says why."""


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.versions")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ENVIRONMENTS))
    parser.add_argument("--quick", action="store_true", help="a small set of engine tests")
    asked = parser.parse_args(argv)
    unknown = [name for name in asked.names if name not in ENVIRONMENTS]
    if unknown:
        parser.error(f"no environment {unknown[0]}: one of {', '.join(ENVIRONMENTS)}")
    status = 0
    for name in asked.names or ENVIRONMENTS:
        environment = ENVIRONMENTS[name]
        try:
            make(environment)
        except CannotMake as why:
            _say(f"{name}: skipped, {why}")
            continue
        _say(f"{name}: {versions(environment)}")
        command = [environment.interpreter, "-m", "pytest", "-q", *(QUICK if asked.quick else ())]
        done = subprocess.run(command, cwd=ROOT, check=False)
        status |= done.returncode != 0
    return status


def make(environment: Environment) -> None:
    """Make the environment, unless it is there with the same packages.

    Raises ``CannotMake`` with the last line of what failed.
    """
    wanted = "\n".join((environment.python, *environment.packages, *TOOLS))
    note = environment.folder / "packages.txt"
    if note.exists() and note.read_text() == wanted:
        return
    python = find_python(environment.python)
    shutil.rmtree(environment.folder, ignore_errors=True)
    _run([python, "-m", "venv", str(environment.folder)])
    install = [str(environment.interpreter), "-m", "pip", "install", "--quiet"]
    # The package comes last: a range that admits what is there already installs nothing more.
    _run([*install, *environment.packages])
    _run([*install, *TOOLS, "--editable", str(ROOT)])
    note.write_text(wanted)


def find_python(version: str) -> str:
    """A Python of this version: of the path, or of pyenv. Raises ``CannotMake`` without one."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [shutil.which(f"python{version}"), *sorted(pyenv.glob(f"{version}.*/bin/python"))]
    for path in found:  # a shim of pyenv is found, and fails where no such version is chosen
        if (
            path
            and not subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode
        ):
            return str(path)
    raise CannotMake(f"there is no Python {version} here")


def versions(environment: Environment) -> str:
    """The versions in it, as one line."""
    ask = (
        "import platform, torch, textual, numpy; print('Python', platform.python_version(), "
        "'torch', torch.__version__, 'textual', textual.__version__, 'numpy', numpy.__version__)"
    )
    return _run([str(environment.interpreter), "-c", ask]).strip()


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise CannotMake(f"{' '.join(command[1:4])} failed: {' '.join(last)[:200]}")
    return done.stdout


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
