"""cuDNN's dropout between a RNN's layers: run by ``pytest -m gpu`` where there is a GPU."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from lenet_tui.training.engine import cuda_generators
from lenet_tui.training.engine.cuda_generators import get_state, set_state

pytestmark = pytest.mark.gpu
GPU = torch.device("cuda:0")
CALLS = 6


class Drawn:
    """Calls of an LSTM whose dropout comes after one of torch's own."""

    def __init__(self) -> None:
        with torch.random.fork_rng(devices=[GPU]):
            torch.manual_seed(0)
            self.first = nn.Dropout(0.1)
            self.second = nn.LSTM(8, 6, num_layers=2, dropout=0.3).to(GPU)
            self.x = torch.randn(4, 7, 8, device=GPU)
        cuda_generators.watch([self.second])

    def __call__(self) -> Tensor:
        return self.second(self.first(self.x))[0].detach().clone()  # type: ignore[no-any-return]


def plain(net: Drawn) -> list[Tensor]:
    torch.manual_seed(1)
    return [net() for _ in range(CALLS)]


def test_to_ask_for_the_state_changes_no_number() -> None:
    net = Drawn()
    wanted = plain(net)
    torch.manual_seed(1)
    for want in wanted:
        get_state(GPU)
        assert torch.equal(net(), want)


@pytest.mark.parametrize("start", [3, 0, 5, 1])
def test_it_goes_on_from_each_state(start: int) -> None:
    net = Drawn()
    torch.manual_seed(1)
    states, wanted = [], []
    for _ in range(CALLS):
        states.append(get_state(GPU))
        wanted.append(net())
    torch.rand(3, device=GPU)
    set_state(states[start], GPU)
    for number in range(start, CALLS):
        assert torch.equal(get_state(GPU), states[number])
        assert torch.equal(net(), wanted[number])


def test_torchs_generator_alone_does_not_do() -> None:
    net = Drawn()
    wanted = plain(net)
    torch.manual_seed(1)
    net()
    torch.cuda.set_rng_state(torch.cuda.get_rng_state(GPU), GPU)
    assert not torch.equal(net(), wanted[1])


def test_a_seed_given_between_two_calls_holds() -> None:
    net = Drawn()
    net()
    torch.manual_seed(1)
    state = get_state(GPU)
    wanted = [net(), torch.rand(2, device=GPU)]
    set_state(state, GPU)
    assert torch.equal(net(), wanted[0])
    assert torch.equal(torch.rand(2, device=GPU), wanted[1])
