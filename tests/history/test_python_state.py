"""State beside parameters and buffers comes back: attributes, Python's and NumPy's generators."""

from __future__ import annotations

import random
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from lenet_tui.text.notice import Problem
from lenet_tui.training.engine.generators import host_generators, seed_all
from lenet_tui.training.engine.plain_state import PlainState
from tests.harness.driving import Drive

HERE = "tests.history.test_python_state"


class Counting(nn.Module):
    """A counter of steps in a plain attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(1024, 10)
        self.steps = 0

    def forward(self, x: Tensor) -> Tensor:
        self.steps += 1
        return self.head(x.flatten(1)) / (1 + 1 / self.steps)  # type: ignore[no-any-return]


class Carrying(nn.Module):
    """A hidden state that is ``None`` at first and carried from one forward to the next."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.GRUCell(32, 16)
        self.head = nn.Linear(16, 10)
        self.hidden: Tensor | None = None
        self.seen: dict[str, list[float]] = {"mean": []}

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.cell(x.mean(2).flatten(1), self.hidden)
        self.hidden = hidden.detach()
        self.seen["mean"].append(float(hidden.mean()))
        return self.head(hidden)  # type: ignore[no-any-return]


class Drawing(nn.Module):
    """Its loop and its scale are drawn from Python's and NumPy's generators."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(1024, 16), nn.Linear(16, 16)
        self.head = nn.Linear(16, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.a(x.flatten(1))
        for _ in range(random.randint(0, 3)):
            x = x + torch.tanh(self.b(x))
        x = x * (1 + 0.1 * float(np.random.rand()) + 0.01 * random.gauss(0, 1))
        return self.head(x * float(np.random.randn()))  # type: ignore[no-any-return]


def model_of(drive: Drive) -> Any:
    return drive.session.navigator.trainer.model


@pytest.mark.parametrize("name", ["Counting", "Carrying", "Drawing"])
def test_gone_back_and_forth_it_is_as_it_was(name: str) -> None:
    drive = Drive(model=f"{HERE}:{name}")
    drive("run 6")
    first = drive.state
    for move in ("goto 3", "goto 6"):
        assert drive(move).frame.divergence is None
    assert drive.state == first
    drive("back op", "back op", "back phase", "finish")
    assert drive.state == first
    drive.again()
    assert drive("goto 2", "goto 6").frame.divergence is None
    assert drive.state == first


def test_a_counter_is_where_it_was() -> None:
    drive = Drive(model=f"{HERE}:Counting")
    drive("run 6", "goto 3", "set lr 0.02", "run 1")
    assert model_of(drive).steps == 4


def test_a_second_session_with_the_same_seed_is_the_same() -> None:
    drive = Drive(model=f"{HERE}:Drawing", seed=3)
    drive("run 4")
    again = Drive(model=f"{HERE}:Drawing", seed=3)
    again("run 4")
    assert again.state == drive.state


def test_what_a_trial_of_the_model_draws_is_given_back() -> None:
    """The ops to come are found by a forward of a copy."""
    drive = Drive(model=f"{HERE}:Drawing", seed=5)
    here = host_generators()
    seed_all(5)
    Drawing()
    assert torch.equal(here.python, host_generators().python)
    assert torch.equal(here.numpy, host_generators().numpy)
    assert model_of(drive).training


def places(model: nn.Module) -> Callable[[], Iterator[tuple[str, dict[str, Any]]]]:
    return lambda: ((path, vars(module)) for path, module in model.named_modules())


def test_objects_that_are_the_same_stay_themselves() -> None:
    model = Carrying()
    shared = {"width": 3, "names": ["a", "b"]}
    model.head.config = model.cell.config = shared  # type: ignore[assignment]
    model.table = torch.arange(5)
    attributes = PlainState(places(model))
    text, tensors = attributes.write()
    assert not tensors
    model.hidden, model.extra = torch.ones(2), 3  # type: ignore[assignment]
    table = model.table
    model.eval()
    attributes.restore(text, tensors, torch.device("cpu"))
    assert model.hidden is None and not hasattr(model, "extra") and model.training
    assert model.head.config is model.cell.config is shared and model.table is table
    table.add_(1)
    attributes.restore(text, tensors, torch.device("cpu"))
    assert model.table.tolist() == [0, 1, 2, 3, 4]


def test_containers_come_back_in_their_order_with_the_same_objects_in_them() -> None:
    model, other = nn.Linear(2, 2), nn.Linear(1, 1)
    order: Any = OrderedDict([("a", 1), (2, [other, 3]), ((4, 5), {"x": other})])
    kept: Any = [other, (1, other), deque([other, 6])]
    names: dict[str, Any] = {"order": order, "kept": kept, "one": [model, 1], "two": [model, 2]}
    attributes = PlainState(lambda: [("file", names)])
    text, tensors = attributes.write()
    one = names["one"]
    order.move_to_end("a")
    del order[2]
    order[7] = other
    kept.insert(0, 5)
    kept[2] = (2, None)
    kept[3].rotate(1)
    names["two"] = one
    attributes.restore(text, tensors, torch.device("cpu"))
    assert list(order.items()) == [("a", 1), (2, [other, 3]), ((4, 5), {"x": other})]
    assert kept == [other, (1, other), deque([other, 6])]
    assert one == [model, 1] and names["two"] == [model, 2]
    assert names["order"] is order and names["kept"] is kept and names["one"] is one
    assert attributes.write() == (text, ())


@pytest.mark.parametrize(
    "text",
    ["", "[1]", '{"": {"x": {"tensor": [7, false]}}}', '{"": {"x": {"first": 9}}}', "[" * 9999],
)
def test_a_text_from_elsewhere_is_refused(text: str) -> None:
    model = Counting()
    with pytest.raises(Problem):
        PlainState(places(model)).check(text, ())
