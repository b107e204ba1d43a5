"""Copies of many tensors at once are the copies that ``clone`` gives of each."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from lenet_tui.training.engine.copies import LARGE, copies, copy_into
from lenet_tui.training.engine.same_bits import all_identical


def several() -> list[Tensor]:
    found: list[Tensor] = [torch.tensor(3), torch.tensor(4), torch.tensor(0.5), torch.empty(0)]
    for dtype in (torch.float32, torch.bfloat16, torch.int64, torch.complex64):
        for shape in ((3,), (2, 5), (4, 3)):
            made = torch.randn(shape).mul(9).to(dtype)
            found += [made, made.t() if made.dim() == 2 else made[1:], made[:1]]
    found += [nn.Parameter(torch.randn(3)), torch.randn(2, requires_grad=True) * 2]
    found += [torch.randn(3, dtype=torch.complex64).conj(), torch.randn(3).to_sparse()]
    found += [torch.randn(2, dtype=torch.complex64).conj().imag, torch.zeros(LARGE // 4)]
    return found


def bits(tensor: Tensor) -> list[int]:
    plain = tensor.detach().to_dense().resolve_conj().resolve_neg().contiguous()
    return plain.reshape(-1).view(torch.uint8).tolist()


def test_each_is_a_copy_to_the_bit_in_memory_that_nothing_else_has() -> None:
    tensors = several()
    for some in (tensors, *[[tensor] for tensor in tensors]):
        made = copies(some)
        before = [bits(tensor) for tensor in some]
        assert [bits(copy) for copy in made] == before
        for tensor, copy in zip(some, made, strict=True):
            assert copy.shape == tensor.shape and copy.dtype is tensor.dtype
            assert not copy.requires_grad and copy.grad_fn is None
            if tensor.layout is torch.strided and tensor.numel():
                assert tensor.untyped_storage().data_ptr() != copy.untyped_storage().data_ptr()
    assert copies([]) == []


def test_numbers_are_copied_into_each_whatever_their_kind() -> None:
    sources = [tensor.detach() for tensor in several()]
    targets = [torch.zeros_like(t) if t.layout is torch.strided else t * 0 for t in sources]
    targets.append(torch.zeros(3, dtype=torch.float64))
    sources.append(torch.tensor([0.1, 0.2, 0.3]))
    copy_into(zip(targets, sources, strict=True))
    for target, source in zip(targets, sources, strict=True):
        assert bits(target) == bits(source.to(target.dtype))


def test_many_pairs_are_identical_where_each_is() -> None:
    tensors = [tensor.detach() for tensor in several()]
    pairs = [(t, t.clone()) for t in tensors]
    assert all_identical(pairs) and all_identical([])
    for number, (one, other) in enumerate(pairs):
        if one.numel() and one.layout is torch.strided:
            changed = other.clone().contiguous()
            changed.view(-1)[-1] += 1
            assert not all_identical([*pairs[:number], (one, changed), *pairs[number + 1 :]])
    assert not all_identical([(torch.tensor([0.0]), torch.tensor([-0.0]))])
    assert all_identical([(torch.tensor([math.nan, 1]), torch.tensor([math.nan, 1]))] * 2)
    assert not all_identical([(torch.zeros(2), torch.zeros(3))])
    assert not all_identical([(torch.zeros(2), torch.zeros(2).double())])
