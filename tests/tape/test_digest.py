"""Digests are of the bytes, and what has not changed is not read again."""

from __future__ import annotations

import hashlib

import pytest
import torch
from torch import Tensor

from lenet_tui.protocol.messages import DoMove
from lenet_tui.protocol.moves import parse_move
from lenet_tui.tape.engine import digest as module
from lenet_tui.tape.engine.digest import digest, raw
from tests.harness.driving import Drive


def plain(tensor: Tensor) -> str:
    return hashlib.sha256(raw(tensor)).hexdigest()


def test_a_tensor_that_was_written_to_has_another_digest() -> None:
    tensor = torch.zeros(3)
    assert digest(tensor) == plain(tensor) == digest(tensor)
    tensor[1] = 1
    assert digest(tensor) == plain(tensor)
    tensor.view(3).add_(1)
    assert digest(tensor) == plain(tensor)
    with torch.inference_mode():
        made = torch.ones(2)
        assert digest(made) == plain(made)
        made.add_(1)
        assert digest(made) == plain(made)


def test_one_number_has_its_bytes_whatever_its_stride() -> None:
    one = torch.arange(12.0)[4:5].as_strided((1, 1), (4, 4), 7)
    assert raw(one).tobytes() == torch.tensor(7.0).numpy().tobytes()
    assert digest(one[0]) == digest(torch.tensor([7.0]))


def test_an_op_costs_no_digest_of_every_parameter(monkeypatch: pytest.MonkeyPatch) -> None:
    drive = Drive()
    drive("run 1", "phase", "phase", "phase")
    read: list[int] = []

    def counting(tensor: Tensor) -> object:
        read.append(tensor.numel())
        return raw(tensor)

    monkeypatch.setattr(module, "raw", counting)
    for number in range(6):  # without the digests of ops that a transcript asks for
        drive.session.do(DoMove(100 + number, parse_move("op")))
    assert sum(read) < 2 * 61_706 / 10


def test_what_is_only_noted_to_be_conjugated_or_negated_has_its_own_numbers() -> None:
    z = torch.randn(3, dtype=torch.complex64)
    assert digest(z.conj()) == digest(z.conj().resolve_conj())
    assert digest(z.conj().imag) == digest(-z.imag)
