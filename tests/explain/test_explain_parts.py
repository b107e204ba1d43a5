"""Ops that return several tensors: each part has its own name, number and gradient."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from lenet_tui.protocol.options import resolve
from lenet_tui.text.numbers import index_text
from tests.harness.explaining import Explained

HERE = "tests.explain.test_explain_parts"


class _Parts(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(1024, 20)


class Unused(_Parts):
    """The first part of a chunk is not used."""

    def forward(self, x: Tensor) -> Tensor:
        _, b = self.qkv(torch.flatten(x, 1)).chunk(2, 1)
        out: Tensor = b * 2
        return out


class Split(_Parts):
    """All parts are used, one of them twice."""

    def forward(self, x: Tensor) -> Tensor:
        a, b = torch.split(self.qkv(torch.flatten(x, 1)), [10, 10], dim=1)
        out: Tensor = a * b + torch.relu(b)
        return out


class Unbound(_Parts):
    """Single rows."""

    def forward(self, x: Tensor) -> Tensor:
        first, *others = self.qkv(torch.flatten(x, 1)).view(-1, 2, 10).unbind(1)
        (second,) = others
        out: Tensor = first * 3 - second
        return out


class Middle(_Parts):
    """Numbers and their places, which have no gradient."""

    def forward(self, x: Tensor) -> Tensor:
        y = self.qkv(torch.flatten(x, 1)).view(-1, 2, 10)
        middle, _ = y.median(1)
        out: Tensor = y[:, 0] + torch.relu(middle)
        return out


class Deviation(_Parts):
    """Two single numbers, the second of them used."""

    def forward(self, x: Tensor) -> Tensor:
        y = self.qkv(torch.flatten(x, 1))
        deviation, _ = torch.std_mean(y)
        out: Tensor = y[:, :10] * deviation
        return out


class Recurrent(nn.Module):
    """The last state of an LSTM, which is its second part."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(32, 8, batch_first=True)
        self.head = nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        _, (state, _) = self.rnn(x.squeeze(1))
        out: Tensor = self.head(state[0])
        return out


class Sliced(Recurrent):
    """The last step of an LSTM."""

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.head(self.rnn(x.squeeze(1))[0][:, -1])
        return out


def explained(model: type[nn.Module]) -> Explained:
    options = resolve("digits", device="cpu", batch_size=3, model=f"{HERE}:{model.__name__}")
    return Explained(options, "finish")


def test_the_gradient_of_an_unused_part_is_not_anothers() -> None:
    net = explained(Unused)
    assert "None" in net.rejected("qkv.chunk.grad[0,3]")
    found = net.ask("qkv.chunk[1].grad[0,3]")
    assert found.checked and found.value != 0
    assert found.value == 2 * net.ask("qkv.mul.grad[0,3]").value
    for column in range(20):
        whole = net.ask(f"qkv.grad[0,{column}]")
        assert whole.checked
        part = f"qkv.chunk[1].grad[0,{column - 10}]"
        assert whole.value == (net.ask(part).value if column >= 10 else 0)


def test_an_operand_is_named_and_valued_as_the_part_that_it_is() -> None:
    net = explained(Unused)
    found = net.ask("output[1,4]")
    (operand,) = found.terms[0].operands
    assert (operand.tensor, operand.index, operand.value * 2) == (
        "qkv.chunk[1]",
        (1, 4),
        found.value,
    )
    assert found.checked
    assert net.ask("qkv.chunk[1][1,4]").value == operand.value == net.ask("qkv[1,14]").value
    assert net.ask("qkv.chunk[0][1,4]").value == net.ask("qkv.chunk[1,4]").value
    assert "no tensor" in net.rejected("qkv.chunk[2][1,4]")


@pytest.mark.parametrize("model", [Unused, Split])
def test_every_cell_of_every_part_is_checked(model: type[nn.Module]) -> None:
    net = explained(model)
    op = {"Unused": "qkv.chunk", "Split": "qkv.split"}[model.__name__]
    for name in (op, f"{op}[1]", "qkv"):
        for index in ((0, 0), (1, 7), (2, 9)):
            assert net.ask(f"{name}{index_text(index)}").checked
            gradient = net.answer(f"{name}.grad{index_text(index)}")
            assert gradient.checked if gradient else (op, name) == ("qkv.chunk", op)


@pytest.mark.parametrize(
    ("model", "cell", "made_by"),
    [
        (Middle, "qkv.view.grad[1,1,3]", "MedianBackward1"),
        (Deviation, "qkv.grad[1,3]", "StdMeanBackward0"),
    ],
)
def test_a_gradient_with_shares_of_an_unknown_op_is_not_called_wrong(
    model: type[nn.Module], cell: str, made_by: str
) -> None:
    found = explained(model).ask(cell)
    assert not found.checked and dict(found.notes)["partial"] == (made_by,)


def test_the_second_part_of_an_lstm() -> None:
    net = explained(Recurrent)
    assert "None" in net.rejected("rnn.grad[0,31,3]")
    found = net.ask("rnn[1].grad[0,1,3]")
    assert found.checked and found.op == "SelectBackward0"
    assert found.value == net.ask("rnn.getitem.grad[1,3]").value != 0


def test_a_part_that_is_a_single_number() -> None:
    net = explained(Deviation)
    mean, deviation = net.ask("qkv.std_mean[1]").value, net.ask("qkv.std_mean").value
    assert net.ask("qkv.std_mean[1][]").cell == "qkv.std_mean[1][]"
    factor = net.ask("output[0,2]").terms[0].operands[1]
    assert (factor.tensor, factor.value) == ("qkv.std_mean", deviation)
    assert mean != deviation
    gradient = net.ask("qkv.std_mean.grad")
    assert gradient.checked and len(gradient.terms) == 30


def test_parts_of_fewer_dimensions() -> None:
    net = explained(Unbound)
    for name, at in (("qkv.unbind", 0), ("qkv.unbind[1]", 1)):
        assert net.ask(f"{name}[2,9]").value == net.ask(f"qkv.view[2,{at},9]").value
        found = net.ask(f"{name}.grad[2,9]")
        assert found.checked
        assert net.ask(f"qkv.view.grad[2,{at},9]").value == found.value


def test_an_element_that_no_slice_took_has_no_gradient() -> None:
    net = explained(Sliced)
    for step in range(32):
        found = net.ask(f"rnn.grad[0,{step},3]")
        assert found.checked
        assert (found.value != 0) is (step == 31)
        assert (found.notes[0][0] == "unread") is (step != 31)


def test_a_region_goes_through_a_part() -> None:
    net = explained(Unused)
    regions = {name: (low, high) for name, low, high in net.ask("output[1,4]").regions}
    assert regions["qkv.chunk[1]"] == ((1, 4), (1, 4))
    assert regions["qkv"] == ((1, 14), (1, 14))
    assert regions["input"] == ((1, 0, 0, 0), (1, 0, 31, 31))
