"""Mistakes as small edits of healthy programs; what is said of each is in ``words``."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROGRAMS = Path(__file__).parent / "engine" / "programs"
ITERATIONS = 10
"""How many iterations a program does as a script."""

Edit = tuple[str, str]
"""Lines of a program, and what stands there instead."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """``edits`` make ``program`` broken; ``variant``: edits that both twins have.

    ``right``: which of the three answers to its question is right, from 0.
    """

    id: str
    program: str
    edits: tuple[Edit, ...]
    right: int
    variant: tuple[Edit, ...] = ()

    @property
    def healthy(self) -> str:
        """The text of the healthy program."""
        return edited(source(self.program), self.variant)

    @property
    def broken(self) -> str:
        """The text of the program with the mistake."""
        return edited(self.healthy, self.edits)

    @property
    def diff(self) -> tuple[str, ...]:
        """The lines that differ, each after ``- `` or ``+ ``, with a line around them."""
        return tuple(diff(self.healthy, self.broken))


@cache
def source(program: str) -> str:
    """The text of one of the programs."""
    return (PROGRAMS / f"{program}.py").read_text(encoding="utf-8")


def edited(text: str, edits: tuple[Edit, ...]) -> str:
    """``text`` after edits, each of which must find its place exactly once."""
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def diff(a: str, b: str, around: int = 1) -> list[str]:
    """How two texts differ: lines after ``- ``, ``+ `` or blanks, and ``…`` between places."""
    lines: list[str] = []
    for line in list(difflib.unified_diff(a.splitlines(), b.splitlines(), n=around, lineterm=""))[
        2:
    ]:
        if line.startswith("@@"):
            lines += ["…"] if lines else []
        else:
            lines.append(f"{line[:1]} {line[1:]}".rstrip())
    indent = min((len(t) - len(t[2:].lstrip()) for t in lines if t[2:]), default=2)
    return [line[:2] + line[indent:] for line in lines]


STEP = "    optimizer.step()\n"
ZERO_GRAD = "    optimizer.zero_grad()\n"
BACKWARD = "    loss.backward()\n"
HEAD = "model.head = nn.Linear(32, 10)\n"
SGD = "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
CLIP = "    nn.utils.clip_grad_norm_(model.parameters(), 0.5)\n"
LOSS = "F.cross_entropy(model(x), y)"

MISTAKES: tuple[Mistake, ...] = (
    Mistake("no-zero-grad", "pictures", ((ZERO_GRAD, ""),), 1),
    Mistake("zero-grad-late", "pictures", ((ZERO_GRAD + BACKWARD, BACKWARD + ZERO_GRAD),), 2),
    Mistake("lr-times-ten", "pictures", (("lr=0.1", "lr=1.0"),), 0),
    Mistake("softmax-first", "pictures", ((LOSS, "F.cross_entropy(model(x).softmax(1), y)"),), 2),
    Mistake(
        "softmax-dim", "pictures", (("log_softmax(1)", "log_softmax(0)"),), 0,
        ((LOSS, "F.nll_loss(model(x).log_softmax(1), y)"),),
    ),
    Mistake(
        "detached", "pictures",
        (("F.relu(self.hidden(x.flatten(1)))", "F.relu(self.hidden(x.flatten(1))).detach()"),), 1,
    ),
    Mistake(
        "data-edit", "pictures",
        ((f"{BACKWARD}{STEP}    model.hidden.weight.data.mul_(0.5)\n",
          f"    model.hidden.weight.data.mul_(0.5)\n{BACKWARD}{STEP}"),), 2,
        ((STEP, f"{STEP}    model.hidden.weight.data.mul_(0.5)\n"),),
    ),
    Mistake(
        "all-zero", "pictures",
        (("model = Net()\n",
          "model = Net()\nfor p in model.parameters():\n    nn.init.zeros_(p)\n"),), 0,
    ),
    Mistake(
        "stale-optimizer", "pictures",
        ((f"{HEAD}{SGD}", f"{SGD}{HEAD}"),), 1, (("model = Net()\n", f"model = Net()\n{HEAD}"),),
    ),
    Mistake(
        "sum-for-mean", "pictures",
        ((LOSS, 'F.cross_entropy(model(x), y, reduction="sum")'),), 2,
    ),
    Mistake("labels-from-one", "pictures", ((LOSS, "F.cross_entropy(model(x), y + 1)"),), 0),
    Mistake("dropout-last", "pictures", ((LOSS, "F.cross_entropy(F.dropout(model(x)), y)"),), 1),
    Mistake(
        "clip-after-step", "pictures",
        ((f"{CLIP}{STEP}", f"{STEP}{CLIP}"),), 0,
        ((STEP, f"{CLIP}{STEP}"), ("lr=0.1", "lr=1.0")),
    ),
    Mistake(
        "broadcast-target", "prices",
        (("(x[:, :1] - x[:, 1:2]) / 100", "(x[:, 0] - x[:, 1]) / 100"),), 1,
    ),
    Mistake("relu-output", "prices", (("nn.Linear(16, 1))", "nn.Linear(16, 1), nn.ReLU())"),), 2),
    Mistake("raw-input", "prices", (("    x = (x - 127.5) / 73.9\n", ""),), 0),
    Mistake(
        "view-for-permute", "sequences",
        (("x.permute(1, 0, 2)", "x.view(x.shape[1], x.shape[0], x.shape[2])"),), 1,
    ),
    Mistake(
        "plain-list", "sequences",
        (("nn.ModuleList([nn.Linear(8, 8) for _ in range(3)])",
          "[nn.Linear(8, 8) for _ in range(3)]"),), 2,
    ),
    Mistake(
        "one-layer-thrice", "sequences",
        (("[nn.Linear(8, 8) for _ in range(3)]", "[nn.Linear(8, 8)] * 3"),), 0,
    ),
    Mistake("eval-left-on", "modes", (("    model.train()\n", ""),), 1),
    Mistake(
        "same-noise", "modes",
        (("    x = x + 0.3", "    torch.manual_seed(0)\n    x = x + 0.3"),), 2,
    ),
    Mistake("not-divided", "parts", (("        loss = loss / 4\n", ""),), 0),
    Mistake("clear-in-parts", "parts",
        ((f"{ZERO_GRAD}    for part in range(0, 16, 4):\n",
          f"    for part in range(0, 16, 4):\n    {ZERO_GRAD}"),), 1),
    Mistake(
        "no-bias-correction", "adam",
        (("m / (1 - 0.9**steps), v / (1 - 0.999**steps)", "m, v"),), 2,
    ),
)  # fmt: skip

BY_ID = {mistake.id: mistake for mistake in MISTAKES}
