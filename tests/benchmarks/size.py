"""Nets of the size that people train: each figure over the same loop without us, in the same run.

The nets are written here, with random weights, and take the digits as all models do.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lenet_tui.history.engine.session import Session
from lenet_tui.protocol.iteration_plan import Segment
from lenet_tui.protocol.messages import DoMove
from lenet_tui.protocol.moves import Back, Forward, Move, Run
from lenet_tui.protocol.options import Options, resolve
from lenet_tui.protocol.phases import TURN
from lenet_tui.tape.engine.progress import RecorderProgress
from lenet_tui.tape.engine.recorder import TapeRecorder
from lenet_tui.training.engine import dataset
from lenet_tui.training.engine.determinism import deterministic
from lenet_tui.training.engine.trainer import Trainer
from tests.benchmarks.engine import Unwatched
from tests.benchmarks.measure import EFFORT, Result, Row, paired, result, rounds, seconds
from tests.harness.driving import LocalStore

BATCH = 8
ALLOWED = 0.005
"""Seconds that a step over one op may take beyond the op itself."""
UNDONE = 2.0
"""Plain iterations that one taken back may take: 1.5 and a copy of what it starts from."""
WAYS = ("forth", "back", "update")
FAR = 40
"""Iterations after which one is taken back: past the first keyframes."""


class Bottleneck(nn.Module):
    def __init__(self, given: int, width: int, stride: int) -> None:
        super().__init__()
        made = 4 * width
        self.convs = nn.Sequential(
            nn.Conv2d(given, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, made, 1, bias=False), nn.BatchNorm2d(made),
        )  # fmt: skip
        self.short = nn.Sequential()
        if stride > 1 or given != made:
            self.short = nn.Sequential(
                nn.Conv2d(given, made, 1, stride, bias=False), nn.BatchNorm2d(made)
            )

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.convs(x) + self.short(x))


class ResNet(nn.Sequential):
    """The 50 layers of a ResNet: 23.5 million parameters."""

    def __init__(self) -> None:
        blocks: list[nn.Module] = []
        given = 64
        for width, count, stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
            for number in range(count):
                blocks.append(Bottleneck(given, width, stride if number == 0 else 1))
                given = 4 * width
        super().__init__(
            nn.Conv2d(1, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(),
            *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, 10),
        )  # fmt: skip


class Block(nn.Module):
    def __init__(self, width: int, heads: int, causal: bool) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.heads, self.causal = heads, causal

    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        parts = self.qkv(self.norm1(x)).view(batch, length, 3, self.heads, -1)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, length, width))
        return x + self.down(F.gelu(self.up(self.norm2(x))))  # type: ignore[no-any-return]


class ViT(nn.Module):
    """Patches of 4×4, 6 blocks: 11 million parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(1, 384, 4, 4)
        self.places = nn.Parameter(torch.randn(64, 384) / 50)
        self.blocks = nn.Sequential(*[Block(384, 6, causal=False) for _ in range(6)])
        self.norm, self.head = nn.LayerNorm(384), nn.Linear(384, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).flatten(2).transpose(1, 2) + self.places
        return self.head(self.norm(self.blocks(x)).mean(1))  # type: ignore[no-any-return]


class GPT(nn.Module):
    """16 tokens of an image, 9 blocks: 30 million parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens, self.places = nn.Embedding(1024, 512), nn.Embedding(16, 512)
        self.blocks = nn.Sequential(*[Block(512, 8, causal=True) for _ in range(9)])
        self.norm = nn.LayerNorm(512)
        self.head, self.digits = nn.Linear(512, 1024, bias=False), nn.Linear(1024, 10)

    def forward(self, x: Tensor) -> Tensor:
        levels = (F.avg_pool2d(x, 8).flatten(1) * 500 + 512).long().clamp(0, 1023)
        x = self.tokens(levels) + self.places.weight
        return self.digits(self.head(self.norm(self.blocks(x))[:, -1]))  # type: ignore[no-any-return]


class Many(nn.Sequential):
    """2,000 small ops, and as many parameters' tensors."""

    def __init__(self) -> None:
        layers: list[nn.Module] = [nn.AvgPool2d(8), nn.Flatten()]
        for _ in range(998):
            layers += [nn.Linear(16, 16), nn.Tanh()]
        super().__init__(*layers, nn.Linear(16, 10))


@dataclass(frozen=True, slots=True)
class Net:
    """A net, and how many iterations of it take about a second."""

    make: type[nn.Module]
    iterations: int

    def on_device(self) -> nn.Module:
        """It with the weights of seed 0, in the mode of equal bits that a session sets."""
        deterministic(torch.device(EFFORT.device))
        torch.manual_seed(0)
        return self.make().to(EFFORT.device)


NETS = {"resnet": Net(ResNet, 3), "vit": Net(ViT, 3), "gpt": Net(GPT, 3), "many": Net(Many, 6)}


def _options(name: str, **more: int) -> Options:
    model = f"{__name__}:{NETS[name].make.__name__}"
    return resolve("digits", device=EFFORT.device, batch_size=BATCH, model=model, **more)


def session(name: str, history_mb: int = 1024) -> Session:
    options = _options(name, history_mb=history_mb)
    gc.freeze()  # as the engine's process does
    return Session(options, LocalStore(), Unwatched())


def batches() -> Iterator[tuple[Tensor, Tensor]]:
    """The digits' batches without end, on the device."""
    digits = dataset.load("digits").train
    place = 0
    while True:
        images, labels = digits.batch(torch.arange(place, place + BATCH))
        yield images.to(EFFORT.device), labels.to(EFFORT.device)
        place = (place + BATCH) % (len(digits) - BATCH)


def plain_loop(name: str, iterations: int) -> Callable[[], None]:
    """The loop a person would write, in the mode of equal bits that a session sets."""
    net, criterion, batch = NETS[name].on_device(), nn.CrossEntropyLoss(), batches()

    def loop() -> None:
        for _ in range(iterations):
            images, labels = next(batch)
            loss = criterion(net(images), labels)
            net.zero_grad()
            loss.backward()
            for p in net.parameters():
                assert p.grad is not None
                p.data.sub_(p.grad.data * 0.01)

    return loop


def moves(of: Session, made: Move, count: int = 1) -> None:
    for _ in range(count):
        of.do(DoMove(0, made))


def flat(name: str) -> Result:
    """Nobody looking: the speed of plain iterations, keyframes among them, over the loop's."""
    count = NETS[name].iterations
    run = session(name)
    moves(run, Run(1))

    def ours() -> None:
        for _ in range(count):
            run.navigator.plain()

    times, plain = paired(ours, plain_loop(name, count), 7)
    what = "iterations/s over a plain loop"
    return result(f"flat-{name}", [1 / t for t in times], 0.95, what, at_most=False, baseline=plain)


def recorded(name: str) -> Result:
    """Every op with its gradients on the tape: time over the plain loop's."""
    count = NETS[name].iterations
    options = _options(name)
    gc.freeze()
    recorder = TapeRecorder(Trainer(options), RecorderProgress(), 0.0)
    iteration = 0

    def ours() -> None:
        nonlocal iteration
        for _ in range(count):
            iteration += 1
            recorder.begin(iteration)
            for phase in TURN:
                recorder.open(Segment(phase))
                recorder.complete()

    times, plain = paired(ours, plain_loop(name, count), 7)
    what = "time over a plain iteration"
    return result(f"recorded-{name}", times, 1.5, what, baseline=plain)


@cache
def ops(name: str) -> dict[str, list[float]]:
    """Seconds of steps over one op: forth and back where all has run, and over an update."""
    run = session(name)
    op, back = Forward("op"), Back("op")
    found: dict[str, list[float]] = {"forth": [], "back": [], "update": []}
    moves(run, Run(3))
    for phase in range(5):
        moves(run, op)
        for _ in range(6):
            found["update" if phase == 4 else "forth"].append(seconds(partial(moves, run, op)))
        for _ in range(5):
            found["back"].append(seconds(partial(moves, run, back)))
        moves(run, Forward("phase"))
    return found


def one_op(name: str, way: str) -> Result:
    """The median step over an op, over what it may take."""
    ratios = [time / ALLOWED for time in ops(name)[way]]
    plain = plain_loop(name, 1)
    plain()
    baseline = [seconds(plain) for _ in range(3)]
    return result(f"op-{way}-{name}", ratios, 1.0, "time over 5 ms", baseline=baseline)


def undone(name: str, history_mb: int = 1024) -> Result:
    """A finished iteration taken back, far into a session, over a plain iteration."""
    run = session(name, history_mb)
    moves(run, Run(FAR - 2))
    moves(run, Forward("iteration"), 2)
    plain = plain_loop(name, 1)
    plain()
    ratios, baseline = [], []
    for _ in rounds(5):
        baseline.append(seconds(plain))
        ratios.append(seconds(partial(moves, run, Back("iteration"))) / baseline[-1])
        moves(run, Forward("iteration"))
    what = "time over a plain iteration"
    return result(f"undo-{name}", ratios, UNDONE, what, baseline=baseline)


def memory(name: str) -> Result:
    """Bytes of history over a budget that holds few of the net's keyframes."""
    run = session(name, 512)
    ratios = []
    for _ in range(2):
        moves(run, Run(33))
        ratios.append(run.history.bytes / run.history.index.budget)
    return result(f"memory-{name}", ratios, 1.0, "bytes over the budget")


SIZE = {
    **{f"flat-{n}": Row(partial(flat, n), 7, 0) for n in NETS},
    **{f"recorded-{n}": Row(partial(recorded, n), 7, 0) for n in NETS},
    **{f"op-{w}-{n}": Row(partial(one_op, n, w), 2, 0) for n in NETS for w in WAYS},
    **{f"undo-{n}": Row(partial(undone, n), 12, 0) for n in NETS},
    "memory-resnet": Row(partial(memory, "resnet"), 15, 0),
}
