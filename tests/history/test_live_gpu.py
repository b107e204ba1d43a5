"""Objects on a GPU, lent to a session and given back: run by ``pytest -m gpu``."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from tests.harness.lent import look
from tests.harness.plain_loop import bits

pytestmark = pytest.mark.gpu
GPU = "cuda:0"


def losses(looks: bool) -> list[str]:
    torch.manual_seed(0)
    generator = torch.Generator(GPU).manual_seed(1)
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Dropout(0.3), nn.Flatten(),
        nn.Linear(8 * 36, 5),
    ).to(GPU)  # fmt: skip
    optimizer = torch.optim.AdamW(model.parameters(), 0.01)
    scaler = torch.amp.GradScaler("cuda", growth_interval=2)

    def train_step(batch: tuple[Tensor, Tensor]) -> Tensor:
        x, y = batch[0].to(GPU), batch[1].to(GPU)
        x = x + torch.randn(x.shape, generator=generator, device=GPU)
        optimizer.zero_grad()
        with torch.autocast("cuda", torch.float16):
            loss = nn.functional.cross_entropy(model(x), y)
        scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        scaler.step(optimizer)
        scaler.update()
        return loss

    found = []
    for number in range(5):
        batch = torch.randn(8, 3, 8, 8), torch.randint(5, (8,))
        if looks and number in (0, 2):
            look(train_step, batch)
            moved = batch[0].to(GPU), batch[1].to(GPU)
            look(model, moved, nn.CrossEntropyLoss(), optimizer, scaler=scaler)
        found.append(bits(train_step(batch)))
    found += [bits(p) for p in model.parameters()]
    return [*found, bits(torch.rand(2, device=GPU)), str(scaler.state_dict())]


def test_a_loop_on_a_gpu_goes_on_as_if_nobody_had_looked() -> None:
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.backends.cudnn.benchmark = True
    try:
        plain = losses(looks=False)
        assert losses(looks=True) == plain
        assert torch.backends.cudnn.benchmark
    finally:
        torch.backends.cudnn.benchmark = False
        torch.use_deterministic_algorithms(False)
