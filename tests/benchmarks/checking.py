"""A check of three iterations of a long model, healthy or not, in plain iterations of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from lenet_tui.findings.engine.check import check
from lenet_tui.findings.request import ITERATIONS
from lenet_tui.protocol.options import resolve
from lenet_tui.training.engine.trainer import Trainer
from tests.benchmarks.measure import Result, Row, paired, result

PLAIN = 4
"""Plain iterations of a baseline."""
STEPS = 10
"""Plain iterations that a check may take."""

HEAD = """
import torch
from torch import nn
"""
DEEP = """
layers = []
for _ in range(499):
    layers += [nn.Linear(16, 16), nn.Tanh()]
    nn.init.orthogonal_(layers[-2].weight)
    nn.init.zeros_(layers[-2].bias)
model = nn.Sequential(*layers, nn.Linear(16, 10))
data = [(torch.randn(16, 16), torch.arange(16) % 10) for _ in range(8)]
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
"""
RESIDUAL = """
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm, self.up, self.down = nn.LayerNorm(32), nn.Linear(32, 32), nn.Linear(32, 32)

    def forward(self, x):
        return x + self.down(nn.functional.gelu(self.up(self.norm(x))))

model = nn.Sequential(*[Block() for _ in range(150)], nn.Linear(32, 10))
data = [(torch.randn(16, 32), torch.arange(16) % 10) for _ in range(8)]
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
"""
NORMALISED = """
layers = []
for _ in range(300):
    layers += [nn.LayerNorm(32), nn.Linear(32, 32), nn.ReLU()]
model = nn.Sequential(*layers, nn.Linear(32, 1))
model.register_forward_hook(lambda module, args, out: torch.log(out - 100))
data = [(torch.randn(16, 32), torch.randn(16, 1)) for _ in range(8)]
loss = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
"""
ACCUMULATES = """
def step(batch):
    made = loss(model(batch[0]), batch[1])
    made.backward()
    optimizer.step()
    return made
"""
STEP = ACCUMULATES.replace("    made.backward()", "    optimizer.zero_grad()\n    made.backward()")
SET_BACK = STEP.replace(
    "    made =",
    """    with torch.no_grad():
        for p, value in zip(model.parameters(), saved):
            p.copy_(value)
    made =""",
)
SAVED = "\nsaved = [p.detach().clone() for p in model.parameters()]\n"
KEPT = "\nkept = []\n" + STEP.replace("    return", "    kept.append(made)\n    return")
DROPS = RESIDUAL.replace("nn.Linear(32, 10)", "nn.Dropout(0.1), nn.Linear(32, 10)")
EVAL = STEP.replace("    return", "    model.eval()\n    return")
INIT = "    nn.init.orthogonal_(layers[-2].weight)\n    nn.init.zeros_(layers[-2].bias)\n"


def checked(name: str, program: str, ids: tuple[str, ...], what: str) -> Result:
    """``ids``: of what is wrong with the program, which the check is to find."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "program.py"
        file.write_text(HEAD + program)
        trainer = Trainer(resolve("own", model=str(file), device="cpu"))
        found = check(trainer, ITERATIONS)
        said = tuple(dict.fromkeys(f.id for f in found.findings if f.fails))
        if set(said) != set(ids):
            raise RuntimeError(f"{name}: found {said}, not {ids}")
        measured = paired(partial(check, trainer, ITERATIONS), _loop(program), 10)
    ratios = [PLAIN * ratio for ratio in measured.ratios]
    return result(name, ratios, STEPS, what, baseline=measured.baseline)


def _loop(program: str) -> Callable[[], None]:
    """The program's own iterations, as its owner would run them, without this package."""
    names: dict[str, Any] = {}
    torch.manual_seed(0)
    exec(HEAD + program, names)
    own = names.get("step")

    def run() -> None:
        for batch in names["data"][:PLAIN]:
            if own is not None:
                own(batch)
                continue
            made = names["loss"](names["model"](batch[0]), batch[1])
            names["optimizer"].zero_grad()
            made.backward()
            names["optimizer"].step()

    return run


def _row(name: str, program: str, ids: tuple[str, ...], what: str) -> dict[str, Row]:
    return {name: Row(partial(checked, name, program, ids, what), 8, 0)}


CHECKING = (
    _row("check-deep", DEEP, (), "998 small layers, healthy, over a plain iteration")
    | _row("check-deep-own", DEEP + STEP, (), "the same as a step of one's own")
    | _row("check-residual", RESIDUAL, (), "150 residual blocks with Adam, healthy")
    | _row("check-adds-up", RESIDUAL + ACCUMULATES, ("grad-accumulates",), "and no zero_grad")
    | _row("check-vanishes", DEEP.replace(INIT, ""), ("no-gradient", "vanishing"),
           "998 small layers that hand on no gradient")
    | _row("check-set-back", RESIDUAL + SAVED + SET_BACK, ("weights-set-back",),
           "150 residual blocks whose weights are set back before each update")
    | _row("check-kept", RESIDUAL + KEPT, ("graph-kept-alive",),
           "150 residual blocks whose losses are kept with their graphs")
    | _row("check-eval", DROPS + EVAL, ("mode-eval-in-training",),
           "150 residual blocks that stay in eval mode")
    | _row("check-nan", NORMALISED, ("nan-forward",), "300 normalised layers that end in NaN")
)  # fmt: skip
