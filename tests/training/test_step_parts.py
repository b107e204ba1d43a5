"""What a step trains is found where it lies, is trained, gone back over, and exported."""

from __future__ import annotations

from pathlib import Path

import pytest

from lenet_tui.protocol.options import OptionError, resolve
from lenet_tui.protocol.request import Rejected
from lenet_tui.training.engine.trainer import Trainer
from tests.harness.driving import Drive
from tests.harness.export_sessions import exported, ran, shown

DATA = "data = [(torch.randn(8, 3), torch.randn(8, 1)) for _ in range(5)]\n"
STEP = """    x, y = batch
    loss = (NET(x) - y).square().mean()
    OPT.zero_grad()
    loss.backward()
    OPT.step()
    return loss
"""
START = "import torch\nfrom torch import nn\ntorch.manual_seed(0)\n" + DATA


def with_modules(before: str, head: str, net: str, opt: str) -> str:
    """A file whose step trains a module that lies somewhere."""
    step = STEP.replace("NET", net).replace("OPT", opt)
    if head.startswith("    "):
        step = "".join(f"    {line}\n" for line in step.splitlines())
    return f"{START}{before}{head}\n{step}"


IN_AN_OBJECT = """class Regression:
    def __init__(self):
        self.net = nn.Linear(3, 1)
        self.opt = torch.optim.SGD(self.net.parameters(), lr=0.1)

"""
TENSORS_IN_AN_OBJECT = """class Regression:
    def __init__(self):
        self.w = torch.zeros(3, 1, requires_grad=True)
        self.rest = [torch.zeros(1, requires_grad=True)]

    def step(self, batch):
        x, y = batch
        loss = (x @ self.w + self.rest[0] - y).square().mean()
        loss.backward()
        with torch.no_grad():
            for t in (self.w, *self.rest):
                t.sub_(0.1 * t.grad)
                t.grad = None
        return loss

own = Regression()
step = own.step
"""
SEVERAL = """keys, items = nn.Linear(3, 4), nn.Linear(4, 1)
opt = torch.optim.SGD([*keys.parameters(), *items.parameters()], lr=0.1)
"""
CASES = {
    "one": (
        with_modules(
            "net = nn.Linear(3, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n",
            "def step(batch):", "net", "opt",
        ),
        ["weight", "bias"],
    ),
    "several": (
        with_modules(SEVERAL, "def step(batch):", "items(keys(x).tanh()) + 0 * ", "opt").replace(
            "0 * (x)", "0"
        ),
        ["keys.weight", "keys.bias", "items.weight", "items.bias"],
    ),
    "object": (
        with_modules(IN_AN_OBJECT, "    def step(self, batch):", "self.net", "self.opt")
        + "\nown = Regression()\nstep = own.step\n",
        ["weight", "bias"],
    ),
    "tensors": (START + TENSORS_IN_AN_OBJECT, ["own_w", "own_rest_0"]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_a_step_trains_is_found_and_exported(case: str, tmp_path: Path) -> None:
    text, names = CASES[case]
    file = tmp_path / f"{case}_file.py"
    file.write_text(text)
    drive = Drive("own", model=str(file))
    drive("finish", "finish")
    assert [*drive.state] == names
    twice = drive.state
    drive("finish", "back iteration")
    assert drive.state == twice
    script = exported(drive)
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(tmp_path)
        assert ran(script) == shown(drive)


def test_what_no_name_holds_is_trained_and_not_exported(tmp_path: Path) -> None:
    body = with_modules(
        "net = nn.Linear(3, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n",
        "def step(batch):", "net", "opt",
    ).removeprefix(START)  # fmt: skip
    inside = "".join(f"    {line}\n" for line in body.splitlines())
    file = tmp_path / "enclosed_file.py"
    file.write_text(f"{START}def make():\n{inside}    return step\n\nstep = make()\n")
    drive = Drive("own", model=str(file))
    drive("finish")
    assert [*drive.state] == ["weight", "bias"]
    with pytest.raises(Rejected, match="no name of the file"):
        exported(drive)


def test_a_step_without_anything_to_train_is_said(tmp_path: Path) -> None:
    file = tmp_path / "by_formula.py"
    file.write_text("w = 1.0\ndata = [1.0, 2.0]\ndef step(x):\n    global w\n    w -= 0.1 * x\n")
    with pytest.raises(OptionError, match="neither a module with parameters nor a tensor"):
        Trainer(resolve("own", model=str(file), device="cpu"))
    file.write_text("import torch\ndata = [torch.ones(2)]\n")
    with pytest.raises(OptionError, match="defines no name 'model'"):
        Trainer(resolve("own", model=str(file), device="cpu"))
