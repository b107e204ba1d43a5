"""``lenet_tui.step`` where there is no terminal: one iteration in words, and the script goes on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_

import lenet_tui as lt
from lenet_tui.cli.printer import Printer
from lenet_tui.script import instead
from lenet_tui.script.engine import door
from lenet_tui.text.numbers import number
from tests.harness.plain_loop import bits
from tests.harness.terminal import ROOT, environment


@pytest.fixture
def unattended(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in a pipe: neither a terminal nor pytest."""
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(instead, "_captured", lambda: False)
    monkeypatch.delenv("LENET_TUI_TTY", raising=False)
    monkeypatch.setattr(door, "_said", set())
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def parts() -> tuple[nn.Module, tuple[Tensor, Tensor], torch.optim.Optimizer]:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3))
    optimizer = torch.optim.SGD(model.parameters(), 0.1, 0.9)
    return model, (torch.randn(5, 4), torch.tensor([0, 1, 2, 0, 1])), optimizer


@pytest.mark.usefixtures("unattended")
def test_it_prints_the_iteration_that_the_loop_then_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    model, batch, optimizer = parts()
    before = [bits(p) for p in model.parameters()]
    lt.step(model, batch, nn.CrossEntropyLoss(), optimizer)
    printed = capsys.readouterr()
    loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
    assert f"loss (own)  {number(loss.item(), 7)}\n" in printed.out
    for phase in ("init", "forward", "loss", "zero_grad", "backward", "update"):
        assert phase in printed.out
    assert "Sequential · lr 0.1" in printed.out
    assert printed.err.startswith("lenet-tui: test_step.py:")
    assert printed.err.count("\n") == 1
    assert [bits(p) for p in model.parameters()] == before
    assert all(p.grad is None for p in model.parameters())


@pytest.mark.usefixtures("unattended")
def test_it_prints_a_step_in_its_own_order(capsys: pytest.CaptureFixture[str]) -> None:
    model, batch, optimizer = parts()

    endless = iter(range(10**6))

    def train_step(batch: tuple[Tensor, Tensor]) -> Tensor:
        next(endless)
        lt.step(train_step, batch)  # inside of itself: nothing
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
        loss.backward()  # type: ignore[no-untyped-call]
        clip_grad_norm_(model.parameters(), 0.1)
        optimizer.step()
        return loss

    lt.step(train_step, batch)
    out, said = capsys.readouterr()
    assert "the step takes from endless:" in said
    order = ("zero_grad", "forward", "loss", "backward", "clip", "update")
    places = [out.index(f"iteration 1 · {phase}") for phase in order]
    assert places == sorted(places)


@pytest.mark.usefixtures("unattended")
def test_an_exception_of_the_step_is_its_owners_and_the_script_goes_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    model, batch, optimizer = parts()

    def loss(output: Tensor, target: Tensor) -> Tensor:
        raise ArithmeticError("of the owner")

    lt.step(model, batch, loss, optimizer)
    printed = capsys.readouterr()
    lines = printed.err.splitlines()
    assert "Traceback (most recent call last):" in lines
    assert "ArithmeticError: of the owner" in lines
    assert "lenet_tui/" not in printed.err
    assert lines[-1].endswith(")")
    with pytest.raises(TypeError, match="the optimizer is a int"):
        lt.step(model, batch, loss, 3)  # type: ignore[call-overload]


def test_under_pytest_a_rank_and_a_worker_are_told_what_to_do_instead(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, batch, optimizer = parts()
    monkeypatch.setattr(door, "_said", set())

    def said() -> str:
        for _ in range(2):
            lt.step(model, batch, nn.CrossEntropyLoss(), optimizer)
        return capfd.readouterr().err

    monkeypatch.setattr(sys, "stdin", object())
    assert "pytest -s" in said()
    assert said() == ""
    monkeypatch.setenv("WORLD_SIZE", "4")
    monkeypatch.setenv("RANK", "2")
    assert "process 2 of 4" in said()
    monkeypatch.setattr(door, "get_worker_info", object)
    assert "num_workers=0" in said()


SCRIPT = """
import random, sys
before = set(sys.modules)
import lenet_tui as lt
heavy = {"torch", "textual", "numpy", "rich"} & set(sys.modules) - before
assert not heavy, heavy
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

class Squares(Dataset):
    def __len__(self): return 12
    def __getitem__(self, n):
        if looks and n == 0:
            lt.here()
        return torch.full((4,), float(n)) + torch.rand(4), n % 3

def main(look):
    global looks
    looks = look
    torch.manual_seed(0)
    random.seed(3)
    model = nn.Sequential(nn.Linear(4, 6), nn.Dropout(0.3), nn.Linear(6, 3))
    optimizer = torch.optim.AdamW(model.parameters())
    criterion = nn.CrossEntropyLoss()
    losses = []
    loader = DataLoader(Squares(), 4, shuffle=True, num_workers=1)
    for number, (x, y) in enumerate(loader):
        if look and number == 1:
            breakpoint()
        loss = criterion(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses += loss.item(), random.random()
    return losses

if __name__ == "__main__":
    torch.set_num_threads(1)
    sys.exit(main(False) != main(True))
"""


def run_script(tmp_path: Path, text: str, **env: str) -> subprocess.CompletedProcess[str]:
    file = tmp_path / "train.py"
    file.write_text(text, encoding="utf-8")
    dropped = {"PYTEST_CURRENT_TEST", "CI"}
    kept = {k: v for k, v in environment(env=env).items() if k not in dropped}
    return subprocess.run(
        [sys.executable, str(file)], capture_output=True, text=True, env=kept, cwd=tmp_path,
        stdin=subprocess.DEVNULL, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_a_script_in_a_pipe_goes_on_with_the_same_losses(tmp_path: Path) -> None:
    done = run_script(tmp_path, SCRIPT, PYTHONPATH=str(ROOT), PYTHONBREAKPOINT="lenet_tui.here")
    assert done.returncode == 0, done.stderr
    assert "iteration 1 · backward" in done.stdout
    took = "here: model = model (Sequential), batch = (x, y) (4×4 float32, 4 int64), loss ="
    assert took in done.stderr
    assert "a worker of a DataLoader has no terminal" in done.stderr
    assert "\x1b" not in done.stdout


def test_little_is_imported_with_the_package() -> None:
    """No clock, which a busy machine would move: so many modules take some milliseconds."""
    code = (
        "import sys, typing; before = {*sys.modules}; import lenet_tui; lenet_tui.step;"
        "print(*{*sys.modules} - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    modules = done.stdout.split()
    assert not {"torch", "textual", "numpy", "rich", "asyncio", "inspect"} & {*modules}
    assert "lenet_tui" in modules and len(modules) < 40, modules


DRAWS = """
import random, sys
import torch, lenet_tui as lt
net = torch.nn.Linear(3, 1)
random.seed(3)
before = random.getstate()
{call}
print(random.getstate() == before, "rich.style" in sys.modules, file=sys.stderr)
"""


@pytest.mark.slow
@pytest.mark.parametrize("call", ["step", "check"])
def test_the_first_look_draws_nothing_from_pythons_generator(call: str) -> None:
    arguments = "net, (torch.randn(8, 3), torch.randn(8, 1)), torch.nn.MSELoss(), "
    code = DRAWS.format(call=f"lt.{call}({arguments} torch.optim.SGD(net.parameters(), 0.1))")
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(env={"PYTHONPATH": str(ROOT)}),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr.splitlines()[-1] == "True True"


def test_in_a_notebook_each_line_is_written_once_and_plain(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[object] = []
    monkeypatch.setattr("rich.jupyter.display", lambda *args: shown.append(args))
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    printer = Printer(ascii=False)
    printer.rule("forward")
    printer.table(["op", "shape"], [["linear", "3"]])
    assert not shown
    written = capsys.readouterr().out
    assert written.count("linear") == 1
    assert "\x1b" not in written
