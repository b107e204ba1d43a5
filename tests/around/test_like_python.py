"""A script under ``run`` cannot tell it from ``python``: both are run and compared."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.terminal import environment

SCRIPT = '''"""It says what it is."""
import atexit, multiprocessing, os, pickle, signal, sys, time
import beside

class Thing:
    number = 4

def work(queue, thing):
    queue.put((thing.number * 2, __name__, type(thing).__module__))

if __name__ == "__main__":
    import __main__
    print(sys.argv, __name__, __file__, __package__, __spec__ and __spec__.name, __doc__)
    print(sys.path[0], os.getcwd())
    print(__main__.Thing is Thing, pickle.loads(pickle.dumps(Thing())).number)
    print(sorted(name for name in globals() if name.startswith("__")))
    print(sys.stdout.errors, sys.stdout.encoding, sys.stdin.read(), beside.NAME)
    print([name for name in ("torch", "numpy", "textual", "rich") if name in sys.modules])
    atexit.register(print, "at the end")
    for method in sys.argv[2:]:
        context = multiprocessing.get_context(method)
        queue = context.Queue()
        process = context.Process(target=work, args=(queue, Thing()))
        process.start()
        print(method, queue.get())
        process.join()
    what = sys.argv[1]
    if what == "exit":
        sys.exit(3)
    if what == "text":
        sys.exit("gone")
    if what == "raise":
        try:
            int("x")
        except ValueError as error:
            raise KeyError("k") from error
    if what == "interrupt":
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(9)
    if what == "hook":
        sys.excepthook = lambda kind, value, at: print(kind, at.tb_frame.f_code.co_name)
        1 / 0
'''


RUNPY = re.compile(r'  File "<frozen runpy>", line .*\n')
"""What ``python -m`` itself has in a traceback."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The script, a package around it, and a broken one."""
    here = tmp_path / "inner"
    here.mkdir()
    (here / "script.py").write_text(SCRIPT)
    (here / "beside.py").write_text("NAME = 'beside'\n")
    (here / "broken.py").write_text("import os\nx = = 1\n")
    (here / "__init__.py").write_text("")
    for name in ("__main__.py", "module.py"):
        (here / name).write_text(SCRIPT.replace("import beside", "from . import beside"))
    (tmp_path / "link.py").symlink_to(here / "script.py")
    return tmp_path


def ran(folder: Path, *words: str) -> tuple[int, str, str]:
    """Exit status, standard output and error of ``python WORDS``."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=environment(),
        input="given",
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    return done.returncode, done.stdout, RUNPY.sub("", done.stderr)


@pytest.mark.parametrize(
    "words",
    [
        ["inner/script.py", "exit", "spawn", "fork"],
        pytest.param(["link.py", "raise", "forkserver"], marks=pytest.mark.slow),
        ["inner/script.py", "interrupt"],
        pytest.param(["inner/script.py", "hook"], marks=pytest.mark.slow),
        pytest.param(["inner/script.py", "text"], marks=pytest.mark.slow),
        ["inner/broken.py"],
        pytest.param(["-m", "inner", "raise", "fork"], marks=pytest.mark.slow),
        ["-m", "inner.module", "exit", "spawn"],
        pytest.param(["-m", "inner.broken"], marks=pytest.mark.slow),
    ],
    ids=" ".join,
)
def test_it_does_what_it_does_under_python(folder: Path, words: list[str]) -> None:
    status, out, err = ran(folder, *words)
    assert status or out, "the script does something"
    run = ["-m", "--", *words[1:]] if words[0] == "-m" else ["--", *words]
    observed = ran(folder, "-m", "lenet_tui", "run", *run)
    said = observed[2].replace(
        "lenet-tui: the script ended, and no update was seen: optimizer.step() was never called\n",
        "",
    )
    assert (observed[0], observed[1], said) == (status, out, err)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--", "gone.py"], "there is no script gone.py"),
        (["--", "inner"], "inner is a folder, not a script (-m runs a package)"),
        (["-m", "--", "inner.gone"], "there is no module inner.gone to run"),
        (["--when", "losses > 1", "--", "x.py"], "losses > 1"),
        (["--at", "0", "--", "x.py"], "--at"),
        ([], "run needs a script"),
    ],
)
def test_what_cannot_be_run_is_one_line_and_exit_2(
    folder: Path, words: list[str], said: str
) -> None:
    status, out, err = ran(folder, "-m", "lenet_tui", "run", *words)
    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert said in err
