"""Models that use many kinds of layers, one family each, and all families in any type of numbers.

``tests.harness.explained_layers:norms_bfloat16`` is the family ``Norms`` in bfloat16.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.harness.explained_ops import (
    Activations,
    Arithmetic,
    Family,
    Joins,
    Products,
    Reductions,
    Tokens,
)

KINDS = ("float32", "float64", "bfloat16", "float16")


class Norms(Family):
    """Layers that normalise."""

    def layers(self) -> None:
        self.layer = nn.LayerNorm(8)
        self.wide = nn.LayerNorm((6, 8), elementwise_affine=False)
        self.group = nn.GroupNorm(3, 6)
        self.instance = nn.InstanceNorm1d(6, affine=True)
        self.batch = nn.BatchNorm1d(6)
        self.rms = nn.RMSNorm(8, eps=1e-4)
        self.plain = nn.RMSNorm(8)
        for p in self.parameters():
            nn.init.normal_(p, 0.5, 0.3)

    def use(self, h: Tensor) -> list[Tensor]:
        a = h.view(-1, 6, 8) * 2 + 0.5
        return [
            self.layer(a),
            self.wide(a),
            self.group(a),
            self.group(a.view(-1, 6, 4, 2)),
            self.instance(a),
            self.batch(a),
            self.rms(a),
            self.plain(a),
            F.normalize(a, dim=-1),
        ]


class Attention(Family):
    """Softmax along any dimension, and scaled dot-product attention."""

    def layers(self) -> None:
        self.mask: Tensor
        self.register_buffer("mask", torch.rand(6, 6) > 0.4, persistent=False)
        self.mask.fill_diagonal_(True)
        self.bias = nn.Parameter(torch.randn(6, 6))

    def use(self, h: Tensor) -> list[Tensor]:
        a = h.view(-1, 2, 6, 4)
        q, k, v = a * 3, a.flip(2) * 2, a.roll(1, 3)
        attend = F.scaled_dot_product_attention
        return [
            torch.softmax(a, 1),
            F.softmax(a, dim=-1),
            a.log_softmax(2),
            F.log_softmax(a, dim=3),
            F.softmin(a, dim=-1),
            attend(q, k, v),
            attend(q, k, v, is_causal=True),
            attend(q, k, v, attn_mask=self.mask),
            attend(q, k, v, attn_mask=self.bias, scale=0.7),
            attend(q[:, :, :3], k, v),
            attend(q, k, v, dropout_p=0.3),
        ]


class Windows(Family):
    """Pools, convolutions of all kinds, and interpolation."""

    def layers(self) -> None:
        self.one = nn.Conv1d(6, 4, 3, padding=1)
        self.two = nn.Conv2d(4, 4, 3, padding=1, groups=2)
        self.three = nn.Conv3d(2, 3, 2)
        self.up = nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1)
        self.line = nn.ConvTranspose1d(6, 4, 3, groups=2, dilation=2)
        self.cube = nn.ConvTranspose3d(2, 1, 2, stride=2, bias=False)

    def use(self, h: Tensor) -> list[Tensor]:
        a, b, c = h.view(-1, 6, 8), h.view(-1, 4, 3, 4), h.view(-1, 2, 2, 3, 4)
        return [
            self.one(a),
            self.two(b),
            self.three(c),
            self.up(b),
            self.line(a),
            self.cube(c),
            F.avg_pool1d(a, 3, 2, 1),
            F.avg_pool2d(b, 2, 1, count_include_pad=False),
            F.avg_pool3d(c, 2) if self.kind.itemsize > 2 else c,
            F.max_pool1d(a, 2),
            F.max_pool2d(b, 2, 1),
            F.max_pool3d(c, 2),
            F.adaptive_avg_pool1d(a, 3),
            F.adaptive_avg_pool2d(b, (2, 3)),
            F.adaptive_avg_pool2d(b, 1),
            F.adaptive_avg_pool3d(c, (1, 2, 2)),
            F.adaptive_max_pool1d(a, 3),
            F.adaptive_max_pool2d(b, (2, 3)),
            F.interpolate(a, scale_factor=2),
            F.interpolate(b, size=(5, 7), mode="nearest"),
            F.interpolate(b, scale_factor=2, mode="bilinear"),
            F.interpolate(b, size=(7, 5), mode="bilinear", align_corners=True),
            F.interpolate(a, size=5, mode="linear"),
            F.interpolate(b, size=(2, 2), mode="area"),
        ]


class Losses(Family):
    """Losses as layers in between: of each pair, their sum, their mean."""

    def layers(self) -> None:
        self.fixed: Tensor
        self.register_buffer("fixed", torch.rand(48), persistent=False)

    def use(self, h: Tensor) -> list[Tensor]:
        n, a = h.shape[0], h.view(-1, 48)
        t = self.fixed.expand_as(a)
        entropy = F.binary_cross_entropy_with_logits
        return [
            entropy(a, t, reduction="none"),
            entropy(a * 3, t).expand(n, 1),
            F.binary_cross_entropy(a.sigmoid(), t, reduction="sum").expand(n, 1),
            F.l1_loss(a, t, reduction="none"),
            F.smooth_l1_loss(a, t, beta=0.3).expand(n, 1),
            F.huber_loss(a, t, reduction="none", delta=0.4),
            F.mse_loss(a, t).expand(n, 1),
        ]


class Dropped(Family):
    """Dropout of all kinds."""

    def layers(self) -> None:
        self.drop = nn.Dropout(0.3)
        self.channels = nn.Dropout2d(0.4)

    def use(self, h: Tensor) -> list[Tensor]:
        b = h.view(-1, 4, 3, 4)
        some = torch.relu(b)
        return [
            self.drop(b),
            self.channels(b),
            F.dropout(some, 0.5),
            F.dropout(b, 0.5, training=False),
            F.dropout1d(h.view(-1, 6, 8), 0.5),
        ]


class Recurrent(Family):
    """Recurrent layers and cells."""

    def layers(self) -> None:
        self.lstm = nn.LSTM(8, 5, batch_first=True)
        self.both = nn.LSTM(8, 4, batch_first=True, bidirectional=True)
        self.gru = nn.GRU(8, 5, batch_first=True)
        self.gru2 = nn.GRU(8, 3, bidirectional=True, bias=False)
        self.rnn = nn.RNN(8, 5, batch_first=True)
        self.deep = nn.LSTM(8, 5, num_layers=2, batch_first=True)
        self.cell = nn.LSTMCell(8, 5)
        self.gate = nn.GRUCell(8, 5)

    def use(self, h: Tensor) -> list[Tensor]:
        a = h.view(-1, 6, 8)
        out, (last, carried) = self.lstm(a)
        every, state = self.gru(a)
        once = self.cell(a[:, 0])
        gated = self.gate(a[:, 0])
        return [
            out,
            last[0],
            carried[0],
            self.both(a)[0],
            every,
            state[0],
            self.gru2(a.transpose(0, 1))[0].transpose(0, 1),
            self.rnn(a)[0],
            self.deep(a)[0],
            *self.cell(a[:, 1], once),
            self.gate(a[:, 1], gated),
        ]


FAMILIES = [
    Products, Joins, Arithmetic, Activations, Norms, Attention, Windows, Reductions, Tokens,
    Losses, Dropped, Recurrent,
]  # fmt: skip


for _family in FAMILIES:
    for _kind in KINDS:
        _name = f"{_family.__name__.lower()}_{_kind}"
        _made = {"kind": getattr(torch, _kind), "__module__": __name__}
        globals()[_name] = type(_name, (_family,), _made)
