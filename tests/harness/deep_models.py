"""Models of many ops, tiny but deep: blocks as in a ResNet-50, a GPT of twelve blocks, a U-Net."""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Many(nn.Module):
    """``count`` small ops in ``groups`` modules of equal size, then ten numbers."""

    def __init__(self, count: int = 2000, groups: int = 20) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([Scaled(count // groups) for _ in range(groups)])
        self.head = nn.Linear(16, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = x[:, 0, 0, :16]
        for block in self.blocks:
            x = block(x)
        out: Tensor = self.head(x)
        return out


class Scaled(nn.Module):
    """As many ops as are asked for, each by its own number."""

    def __init__(self, ops: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(16))
        self.ops = ops

    def forward(self, x: Tensor) -> Tensor:
        x = x * self.scale
        for number in range(self.ops - 1):
            x = x.add(1e-4 * number)
        return x


class Bottleneck(nn.Module):
    """A block of three convolutions and a shortcut."""

    def __init__(self, width: int, narrow: int, out: int, stride: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(width, narrow, 1, bias=False), nn.BatchNorm2d(narrow)
        self.conv2 = nn.Conv2d(narrow, narrow, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(narrow)
        self.conv3, self.bn3 = nn.Conv2d(narrow, out, 1, bias=False), nn.BatchNorm2d(out)
        self.relu = nn.ReLU(inplace=True)
        self.downsample: nn.Module | None = None
        if stride > 1 or width != out:
            self.downsample = nn.Sequential(
                nn.Conv2d(width, out, 1, stride, bias=False), nn.BatchNorm2d(out)
            )

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        out = out + shortcut
        result: Tensor = self.relu(out)
        return result


class DeepResNet(nn.Module):
    """A stem and 3, 4, 6 and 3 blocks, as in a ResNet-50, of few channels."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(1, 8, 3, 1, 1, bias=False), nn.BatchNorm2d(8)
        self.relu, self.maxpool = nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)
        width = 8
        for stage, blocks in enumerate((3, 4, 6, 3), 1):
            narrow, layers = 4 * stage, []
            for number in range(blocks):
                stride = 2 if stage > 1 and not number else 1
                layers.append(Bottleneck(width, narrow, 4 * narrow, stride))
                width = 4 * narrow
            setattr(self, f"layer{stage}", nn.Sequential(*layers))
        self.avgpool, self.fc = nn.AdaptiveAvgPool2d(1), nn.Linear(width, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for stage in range(1, 5):
            x = getattr(self, f"layer{stage}")(x)
        out: Tensor = self.fc(torch.flatten(self.avgpool(x), 1))
        return out


class GptBlock(nn.Module):
    """Attention and an MLP, each after a norm and beside a shortcut."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.ln_1 = nn.LayerNorm(width)
        self.attn = nn.ModuleDict(
            {"c_attn": nn.Linear(width, 3 * width), "c_proj": nn.Linear(width, width)}
        )
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width), nn.Dropout(0.0)
        )

    def forward(self, x: Tensor) -> Tensor:
        size, length, width = x.shape
        parts = self.attn["c_attn"](self.ln_1(x)).split(width, dim=2)
        q, k, v = (
            part.view(size, length, self.heads, width // self.heads).transpose(1, 2)
            for part in parts
        )
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        mixed = mixed.transpose(1, 2).contiguous().view(size, length, width)
        x = x + self.attn["c_proj"](mixed)
        out: Tensor = x + self.mlp(self.ln_2(x))
        return out


class DeepGpt(nn.Module):
    """Twelve blocks; its tokens are pixels. The head's weight is the embedding's; that of the
    places is frozen.
    """

    def __init__(self, width: int = 16, length: int = 12) -> None:
        super().__init__()
        wte, wpe = nn.Embedding(10, width), nn.Embedding(length, width)
        h, ln_f = nn.ModuleList([GptBlock(width, 2) for _ in range(12)]), nn.LayerNorm(width)
        self.transformer = nn.ModuleDict({"wte": wte, "wpe": wpe, "h": h, "ln_f": ln_f})
        self.blocks = [*h]
        self.lm_head = nn.Linear(width, 10, bias=False)
        self.lm_head.weight = wte.weight
        wpe.weight.requires_grad_(False)
        self.length = length

    def forward(self, x: Tensor) -> Tensor:
        tokens = (x.flatten(1)[:, : self.length] * 4 + 4).long().clamp(0, 9)
        places = torch.arange(self.length, device=x.device)
        x = self.transformer["wte"](tokens) + self.transformer["wpe"](places)
        for block in self.blocks:
            x = block(x)
        out: Tensor = self.lm_head(self.transformer["ln_f"](x))[:, -1]
        return out


class DeepUNet(nn.Module):
    """Three levels down and up with shortcuts between them."""

    def __init__(self, width: int = 4) -> None:
        super().__init__()
        sizes = [1, width, 2 * width, 4 * width]
        pairs = list(pairwise(sizes))
        self.down = nn.ModuleList([_double(a, b) for a, b in pairs])
        self.middle = _double(sizes[-1], 2 * sizes[-1])
        self.up = nn.ModuleList([_double(3 * b, b) for _, b in reversed(pairs)])
        self.head = nn.Conv2d(width, 10, 1)

    def forward(self, x: Tensor) -> Tensor:
        kept = []
        for block in self.down:
            x = block(x)
            kept.append(x)
            x = F.max_pool2d(x, 2)
        x = self.middle(x)
        for block, beside in zip(self.up, reversed(kept), strict=True):
            x = F.interpolate(x, scale_factor=2.0)
            x = block(torch.cat((x, beside), 1))
        out: Tensor = self.head(x).mean((2, 3))
        return out


def _double(before: int, after: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 3, padding=1),
        nn.BatchNorm2d(after),
        nn.ReLU(),
        nn.Conv2d(after, after, 3, padding=1),
        nn.BatchNorm2d(after),
        nn.ReLU(),
    )
