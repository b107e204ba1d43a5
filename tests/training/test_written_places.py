"""Places of plain values that are looked at together are written as each by itself."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from lenet_tui.training.engine.optimizers import optimizer_places
from lenet_tui.training.engine.plain_state import PlainState

CPU = torch.device("cpu")


def places_of(model: nn.Module, optimizer: torch.optim.Optimizer) -> Any:
    """The places of a model and its optimizer."""
    for path, module in model.named_modules():
        yield path, vars(module)
    yield from optimizer_places("optimizer", optimizer)


class Twice:
    """A model with an optimizer, and one ``PlainState`` of it that knows what it has written."""

    def __init__(self, momentum: float = 0.9) -> None:
        torch.manual_seed(0)
        self.model = nn.Sequential(*[nn.Linear(3, 3) for _ in range(4)])
        self.optimizer = torch.optim.SGD(self.model.parameters(), 0.1, momentum=momentum)
        self.state = PlainState(lambda: places_of(self.model, self.optimizer))

    def step(self) -> None:
        """One step of the optimizer."""
        self.model(torch.ones(2, 3)).square().sum().backward()
        self.optimizer.step()

    def anew(self) -> str:
        """What one that knows nothing writes."""
        return PlainState(lambda: places_of(self.model, self.optimizer)).write()[0]


def change_mode(twice: Twice) -> None:
    twice.model[1].eval()


def set_attribute(twice: Twice) -> None:
    twice.model[2].count = 3  # type: ignore[assignment]


def replace_value(twice: Twice) -> None:
    twice.model[0].in_features = 5  # type: ignore[assignment]


def add_module(twice: Twice) -> None:
    twice.model.append(nn.ReLU())


def change_rate(twice: Twice) -> None:
    twice.optimizer.param_groups[0]["lr"] = 0.5


def add_list(twice: Twice) -> None:
    twice.model[3].seen = [1, 2]  # type: ignore[assignment]


CHANGES = (change_mode, set_attribute, replace_value, add_module, change_rate, add_list)


def test_each_change_is_written_at_once() -> None:
    for change in CHANGES:
        twice = Twice()
        for _ in range(3):
            twice.state.write()
        before = twice.state.write()
        assert twice.state.says(before[0])
        change(twice)
        assert not twice.state.says(before[0]), change
        assert twice.state.write()[0] == twice.anew(), change
        assert twice.state.write()[0] == twice.anew(), change


def test_each_change_is_undone() -> None:
    for change in CHANGES:
        if change is add_module:
            continue  # modules are no plain values
        twice = Twice()
        twice.state.write()
        before, tensors = twice.state.write()
        change(twice)
        twice.state.restore(before, tensors, CPU)
        assert twice.state.write()[0] == before == twice.anew(), change


def test_states_of_an_optimizer_go_and_come_back() -> None:
    twice = Twice()
    empty = twice.state.write()
    twice.step()
    full, live = twice.state.write()
    held = tuple(t.clone() for t in live)
    assert held
    for _ in range(2):
        twice.state.restore(*empty, CPU)
        assert not any(twice.optimizer.state.values())
        assert twice.state.says(empty[0])
        twice.state.restore(full, held, CPU)
        text, now = twice.state.write()
        assert text == full
        assert all(a.equal(b) for a, b in zip(now, held, strict=True))
        twice.step()


def test_a_group_that_came_goes_with_the_states_of_its_parameters() -> None:
    twice = Twice()
    *first, last = [list(layer.parameters()) for layer in twice.model]
    twice.optimizer = torch.optim.SGD([p for some in first for p in some], 0.1, momentum=0.9)
    twice.state = PlainState(lambda: places_of(twice.model, twice.optimizer))
    twice.step()
    text, live = twice.state.write()
    held = tuple(t.clone() for t in live)
    twice.optimizer.add_param_group({"params": last})
    twice.step()
    assert len(twice.optimizer.state) == 8
    twice.state.restore(text, held, CPU)
    assert len(twice.optimizer.param_groups) == 1
    assert all(p not in twice.optimizer.state for p in last)
    now = twice.state.write()
    assert now[0] == text
    assert all(a.equal(b) for a, b in zip(now[1], held, strict=True))


def test_a_text_that_nobody_knows_any_longer_is_restored_too() -> None:
    twice = Twice()
    empty = twice.state.write()
    for number in range(6):
        twice.model[0].count = number  # type: ignore[assignment]
        twice.state.write()
    twice.step()
    twice.state.restore(*empty, CPU)
    assert twice.state.write() == empty
