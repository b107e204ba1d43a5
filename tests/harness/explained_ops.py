"""Models that use many kinds of ops, one family each: products, joins, functions, sums."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Family(nn.Module):
    """Numbers (N, 48) out of a picture, what ``use`` makes of them, and ten numbers of that."""

    kind = torch.float32

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Linear(1024, 48)
        mix = torch.sin(torch.arange(2048 * 10.0) * 1.7).view(2048, 10)
        self.register_buffer("mix", mix / 8, persistent=False)
        self.mix: Tensor
        self.layers()
        self.to(self.kind)

    def layers(self) -> None:
        """Make what ``use`` needs."""

    def use(self, h: Tensor) -> list[Tensor]:
        """Tensors (N, …), made of ``h``."""
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        made = self.use(self.stem(x.flatten(1).to(self.kind) * 0.0078125))
        read = [y.reshape(x.shape[0], -1).to(self.kind) for y in made]
        out = read[0] @ self.mix[: read[0].shape[1]]
        for y in read[1:]:
            out = out + y @ self.mix[: y.shape[1]]
        return out


class Products(Family):
    """Products of matrices, however they are written."""

    def layers(self) -> None:
        self.w = nn.Parameter(torch.randn(8, 5) / 3)
        self.v = nn.Parameter(torch.randn(8) / 3)
        self.square = nn.Parameter(torch.randn(48, 48) / 7)
        self.bias = nn.Parameter(torch.randn(5) / 3)
        self.heads = nn.Parameter(torch.randn(6, 8, 4) / 3)
        self.deep = nn.Linear(8, 7)
        self.last = nn.Linear(8, 3, bias=False)

    def use(self, h: Tensor) -> list[Tensor]:
        a = h.view(-1, 6, 8)
        b = a.transpose(1, 2)
        return [
            a @ self.w,
            torch.matmul(a, b),
            torch.bmm(a, b),
            torch.einsum("bij,jk->bik", a, self.w),
            torch.einsum("bij,bkj,j->bik", a, a, self.v),
            torch.einsum("...j,j", a, self.v),
            torch.einsum("bhd,hde->bhe", [a, self.heads]),
            torch.einsum("bii->bi", torch.bmm(a, b)),
            a @ self.v,
            self.v @ b,
            torch.mm(h, self.square),
            h.mm(self.square).matmul(self.square),
            torch.addmm(self.bias, a[:, 0], self.w, beta=0.5, alpha=2.0),
            torch.baddbmm(torch.bmm(a, b), a, b, alpha=0.5),
            (a.unsqueeze(2) @ self.heads),
            torch.mv(self.square, h[0]).expand(h.shape[0], -1),
            torch.dot(h[0], h[1]).expand(h.shape[0], 1),
            torch.outer(h[1], self.v).expand(h.shape[0], -1, -1),
            self.deep(a),
            self.last(a.view(-1, 2, 3, 8)),
        ]


class Joins(Family):
    """What puts numbers side by side, takes some of them, or chooses between them."""

    def layers(self) -> None:
        self.cls = nn.Parameter(torch.randn(1, 1, 8))
        self.scale = nn.Parameter(torch.randn(6, 1))
        self.mask: Tensor
        self.register_buffer("mask", torch.ones(6, 6).tril() == 0, persistent=False)
        self.order: Tensor
        self.register_buffer("order", torch.tensor([3, 0, 3, 5]), persistent=False)

    def use(self, h: Tensor) -> list[Tensor]:
        a = h.view(-1, 6, 8)
        n = a.shape[0]
        low, high = a.chunk(2, dim=2)
        one, two, three = torch.split(a, [1, 2, 3], dim=1)
        square = a[:, :, :6]
        return [
            torch.cat([self.cls.expand(n, -1, -1), a], dim=1),
            torch.cat((low, high, low), -1),
            torch.stack([low, high * 2], dim=1),
            torch.hstack([one, three]),
            two.permute(2, 0, 1).contiguous().reshape(n, -1),
            a[:, self.order],
            a[..., None, 1::2].squeeze(2),
            a[:, 1:, -1],
            a.index_select(1, self.order),
            a.gather(2, self.order.view(1, 1, 4).expand(n, 6, 4)),
            square.masked_fill(self.mask, -2.5),
            square.tril(),
            torch.where(self.mask, square, self.scale),
            torch.where(a > 0, a, 0.0),
            a.unsqueeze(0).transpose(0, 1).flatten(2),
            a.roll(2, 1).flip(2).mT,
            a.repeat(1, 2, 1).repeat_interleave(2, dim=2),
            F.pad(a, (1, 2), value=1.5),
            F.pixel_shuffle(h.reshape(-1, 4, 3, 4), 2),
            torch.unflatten(h, 1, (6, 8)).swapaxes(1, 2).reshape(n, -1).view_as(h),
            a.tile(1, 1, 2).narrow(2, 3, 6),
            self.cls.squeeze(0).expand_as(a),
        ]


class Arithmetic(Family):
    """Sums, products, quotients and functions of each number."""

    def layers(self) -> None:
        self.row = nn.Parameter(torch.rand(8) + 0.5)
        self.column = nn.Parameter(torch.rand(6, 1) + 0.5)
        self.one = nn.Parameter(torch.tensor(1.25))

    def use(self, h: Tensor) -> list[Tensor]:
        a = h.view(-1, 6, 8)
        positive = a * a + 0.25
        return [
            a + self.row,
            a - self.column * self.row,
            2.5 - a,
            a * self.one,
            a / self.row,
            self.column / positive,
            a / 3,
            1 / positive,
            -a,
            a.abs(),
            positive**0.5,
            a**2,
            positive.pow(1.7),
            a.pow(3),
            a.square() + positive.reciprocal(),
            positive.sqrt(),
            positive.rsqrt(),
            positive.log(),
            a.exp(),
            torch.maximum(a, self.column - 1),
            torch.minimum(a, self.row - 1),
            a.clamp(-0.2, 0.3),
            a.clamp(min=0.1),
            torch.addcmul(a, a, self.row, value=0.5),
            torch.lerp(a, positive, 0.25),
            a.sin() * a.cos(),
            torch.erf(a),
            torch.add(a, self.row, alpha=0.3),
            torch.sub(a, self.row, alpha=2),
            torch.rsub(a, 1.5),
            torch.div(a, self.one),
        ]


class Activations(Family):
    """Nonlinear functions between layers."""

    def layers(self) -> None:
        self.prelu = nn.PReLU(6)
        self.gelu = nn.GELU()

    def use(self, h: Tensor) -> list[Tensor]:
        a = h.view(-1, 6, 8) * 3
        return [
            self.gelu(a),
            F.gelu(a, approximate="tanh"),
            F.silu(a),
            torch.sigmoid(a),
            torch.tanh(a),
            F.leaky_relu(a),
            F.leaky_relu(a, 0.2),
            F.elu(a),
            F.elu(a, 0.7),
            F.hardswish(a * 2),
            F.hardsigmoid(a * 2),
            F.hardtanh(a),
            F.relu6(a * 5),
            F.selu(a),
            F.celu(a, 1.3),
            F.mish(a),
            F.softsign(a),
            F.logsigmoid(a),
            F.softplus(a),
            self.prelu(a),
            F.glu(a, -1),
            F.relu(a),
        ]


class Reductions(Family):
    """Sums, means and other single numbers of many."""

    def use(self, h: Tensor) -> list[Tensor]:
        a = h.view(-1, 6, 8)
        return [
            a.mean(1),
            a.mean((1, 2), keepdim=True),
            a.sum(-1),
            torch.sum(a, dim=[1], keepdim=True),
            torch.mean(a, -1),
            a.mean().expand(h.shape[0], 1),
            a.amax(2),
            a.amin((1, 2)),
            a.max(1)[0],
            a.min(dim=2).values,
            a.var(2),
            a.std(1, unbiased=False),
            a.var((1, 2), keepdim=True),
            torch.logsumexp(a, 1),
            a.cumsum(2),
            a.norm(dim=2),
            torch.linalg.vector_norm(a, dim=1),
            a.norm().expand(h.shape[0], 1),
        ]


class Tokens(Family):
    """Embeddings of numbers that are made of the picture."""

    def layers(self) -> None:
        self.words = nn.Embedding(11, 8, padding_idx=0)
        self.places = nn.Embedding(6, 8)
        self.tied = nn.Linear(8, 11, bias=False)
        self.tied.weight = self.words.weight

    def use(self, h: Tensor) -> list[Tensor]:
        tokens = (h[:, :6].float() * 9).abs().long() % 11
        places = torch.arange(6)
        x = self.words(tokens) + self.places(places)
        return [x, self.words(tokens[:, 0]), self.tied(x), F.one_hot(tokens, 11).to(h.dtype)]
