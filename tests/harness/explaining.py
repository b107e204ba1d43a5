"""Models and helpers for the tests of the explanations."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lenet_tui.explain.engine.answers import explain
from lenet_tui.explain.explanation import Explain, Explanation
from lenet_tui.history.engine.session import Session
from lenet_tui.protocol.messages import DoMove
from lenet_tui.protocol.moves import parse_move
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.request import Rejected
from lenet_tui.tape.engine.entries import OpEntry
from tests.harness.driving import LocalStore


class Residual(nn.Module):
    """A layer that is used twice, and a sum of two branches."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 4, 3, stride=2, padding=1)
        self.block = nn.Conv2d(4, 4, 3, padding="same", padding_mode="reflect", bias=False)
        self.head = nn.Linear(4 * 4 * 4, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.stem(x))
        x = x + F.relu(self.block(x))
        x = torch.add(x, self.block(x), alpha=0.5)
        x = F.max_pool2d(x, 5, stride=4, padding=2)
        out: Tensor = self.head(torch.flatten(x, 1))
        return out


class Branch(nn.Sequential):
    """Dropout, batch normalisation, in-place ReLU, dilation and groups."""

    def __init__(self) -> None:
        super().__init__(
            nn.Conv2d(1, 6, 5, stride=3),
            nn.BatchNorm2d(6),
            nn.ReLU(inplace=True),
            nn.Dropout2d(0.2),
            nn.Conv2d(6, 4, (3, 2), dilation=(2, 3), groups=2, padding=(1, 0)),
            nn.Tanh(),
            nn.AvgPool2d(3, 2, padding=1, ceil_mode=True),
            nn.Flatten(),
            nn.Dropout(0.4),
            nn.Linear(80, 12),
            nn.BatchNorm1d(12, affine=False),
            nn.Sigmoid(),
            nn.Linear(12, 10, bias=False),
        )


class Rows(nn.Module):
    """Conv1d and Linear over the rows of an image, a product with a weight, and a softmax."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(32, 6, 3, padding=2, padding_mode="circular")
        self.scale = nn.Parameter(torch.linspace(0.5, 1.5, 6).view(6, 1))
        self.mix = nn.Linear(17, 5)
        self.head = nn.Linear(30, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x.squeeze(1)) * self.scale
        x = F.max_pool1d(x, 2)
        x = self.mix(x.permute(0, 1, 2)) - 0.25
        x = F.softmax(x, dim=1).transpose(1, 2).reshape(-1, 30)
        out: Tensor = self.head(3.0 - x)
        return F.log_softmax(out, dim=-1)


class Odd(nn.Module):
    """Ops that there is no arithmetic for."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(1024, 8)
        self.last = nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.last(torch.sinc(self.first(torch.flatten(x, 1))))
        return out


class Quiet:
    """``Hooks`` of a session that nobody waits for."""

    def stop_wanted(self) -> bool:
        return False

    def between_iterations(self) -> None:
        pass

    def frame_wanted(self) -> bool:
        return False

    def send(self, report: object) -> None:
        raise AssertionError(report)


class Explained:
    """A session that is moved and asked."""

    def __init__(self, options: Options, *moves: str) -> None:
        self.session = Session(options, LocalStore(), Quiet())
        self.move(*moves)

    def move(self, *moves: str) -> None:
        for text in moves:
            moved = self.session.do(DoMove(1, parse_move(text)))
            assert not moved.error, (text, moved.error)

    def ask(
        self,
        cell: str,
        iteration: int | None = None,
        *,
        check: bool = False,
        most: int | None = None,
    ) -> Explanation:
        return explain(Explain(cell, check, most, iteration), self.session)

    def answer(self, cell: str, *, check: bool = False) -> Explanation | None:
        """The explanation; ``None`` where the request is rejected."""
        try:
            return self.ask(cell, check=check)
        except Rejected:
            return None

    def rejected(self, cell: str, iteration: int | None = None) -> str:
        """Why a cell cannot be explained."""
        with pytest.raises(Rejected) as rejected:
            self.ask(cell, iteration)
        return str(rejected.value)

    def tensors(self) -> dict[str, tuple[int, ...]]:
        """Every tensor that can be asked about at the end of an iteration, with its shape."""
        tape = self.session.navigator.tape
        ops = [e for s in tape.segments for e in s.entries if isinstance(e, OpEntry)]
        assert tape.batch is not None
        shapes = {name: tensor.shape for name, tensor in tape.batch.named.items()}
        for op in ops:
            shapes[op.name] = op.tensor.shape
            if op.node is not None:
                shapes[f"{op.name}.grad"] = op.tensor.shape
            if op.op == "batch_norm":
                shapes |= {f"{op.name}.{a}": op.tensor.shape[1:2] for a in ("mean", "var")}
            if op.op in ("softmax", "log_softmax"):
                shapes[f"{op.name}.exp"] = op.tensor.shape
            if op.op == "linear":
                last = op.tensor.shape
        shapes |= {"output": last, "output.softmax": last, "output.exp": last}
        if self.session.navigator.trainer.options.loss == "cross_entropy":
            shapes |= {"loss.exp": last, "loss.softmax": last}
        elif tape.batch.labels:
            shapes["loss.target"] = last
        for name, value in tape.base.values.items():
            shapes |= {f"{name}{a}": value.shape for a in ("", ".grad", ".new", ".update")}
            update = tape.base.updates.get(name)
            for key, state in (update.state_after if update else {}).items():
                shapes[f"{name}.{key}"] = state.shape
        return {name: tuple(shape) for name, shape in shapes.items()}
