"""A U-Net with skips by concatenation and transposed convolutions, on masks."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def pair(inside: int, outside: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inside, outside, 3, padding=1),
        nn.GroupNorm(2, outside),
        nn.ReLU(inplace=True),
        nn.Conv2d(outside, outside, 3, padding=1),
        nn.GELU(approximate="tanh"),
    )


class UNet(nn.Module):
    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.down1, self.down2 = pair(1, width), pair(width, 2 * width)
        self.middle = pair(2 * width, 4 * width)
        self.up2 = nn.ConvTranspose2d(4 * width, 2 * width, 2, 2)
        self.join2 = pair(4 * width, 2 * width)
        self.up1 = nn.ConvTranspose2d(2 * width, width, 2, 2)
        self.join1 = pair(2 * width, width)
        self.head = nn.Conv2d(width, 1, 1)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        first = self.down1(x)
        second = self.down2(F.max_pool2d(first, 2))
        low = self.middle(F.avg_pool2d(second, 2))
        joined = self.join2(torch.cat([self.up2(low), second], 1))
        joined = self.join1(torch.cat([self.up1(joined), first], 1))
        rough = F.interpolate(low.mean(1, keepdim=True), scale_factor=4, mode="bilinear")
        return {"mask": self.head(joined), "rough": rough}


def loss(made: dict[str, Tensor], target: Tensor) -> Tensor:
    exact = F.binary_cross_entropy_with_logits(made["mask"], target)
    return exact + 0.1 * F.mse_loss(made["rough"], target)


model = UNet()
data = [(torch.randn(2, 1, 12, 12), (torch.rand(2, 1, 12, 12) > 0.5).float()) for _ in range(3)]
optimizer = torch.optim.NAdam(model.parameters(), lr=0.01)
