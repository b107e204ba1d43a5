"""Complex numbers are shown and never checked: half of one would be proved, the other not."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from lenet_tui.explain.explanation import Explanation
from lenet_tui.protocol.options import resolve
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.text.numbers import index_text
from tests.harness.explaining import Explained

HERE = "tests.explain.test_explain_complex"


class Spectrum(nn.Module):
    """Sums, products, copies and slices of complex numbers, between real ones."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.randn(16, 17, 2))
        self.head = nn.Linear(2 * 16 * 17, 10)

    def forward(self, x: Tensor) -> Tensor:
        w = torch.view_as_complex(self.w)
        z = torch.fft.rfft(x[:, 0])[:, :16].contiguous() * w
        z = (z + torch.conj(z) * (0.5 + 2j)).clone().transpose(1, 2)
        z = torch.add(z, w.t(), alpha=0.5j) - 1j
        z = z * z.real
        out: Tensor = self.head(torch.view_as_real(z).flatten(1))
        return out


@pytest.fixture(scope="module")
def net() -> Explained:
    options = resolve("digits", device="cpu", batch_size=2, model=f"{HERE}:Spectrum")
    return Explained(options, "finish")


def _touches_complex(op: OpEntry) -> bool:
    read = [a for a in (*op.args, *op.kwargs.values()) if isinstance(a, (Tensor, complex))]
    return any(isinstance(a, complex) or a.is_complex() for a in (op.tensor, *read))


def test_no_complex_cell_and_nothing_made_of_one_is_checked(net: Explained) -> None:
    segments = net.session.navigator.tape.segments
    ops = [op for s in segments for op in s.ops]
    complex_ops = [op for op in ops if _touches_complex(op)]
    assert len(complex_ops) >= 12
    for op in ops:
        index = tuple(min(n - 1, 2) for n in op.tensor.shape)
        found = net.ask(f"{op.name}{index_text(index)}")
        assert not (found.checked and op in complex_ops), op.name
        if op.tensor.is_complex():
            imaginary = f"{op.tensor[index].imag.item():.6g}"
            assert dict(found.notes)["complex"] == (imaginary,)
        gradient = net.answer(f"{op.name}.grad{index_text(index)}")
        if gradient is not None and op.tensor.is_complex():
            assert not gradient.checked and not gradient.terms
    assert net.ask("head[1,3]").checked
    weight: Explanation = net.ask("w.grad[3,4,1]")
    assert not weight.checked
