"""Steps of many kinds, lent to a session on their very objects, come back bit by bit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrizations
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader, TensorDataset

from lenet_tui.training.engine.live_objects import Given
from tests.harness.lent import look
from tests.harness.plain_loop import bits

Batch = tuple[Tensor, Tensor]
X, Y = torch.randn(6, 4), torch.randint(3, (6,))


class Case(NamedTuple):
    """``given`` to ``lenet_tui.step``; ``whole``: all whose state is to be as before."""

    given: tuple[Any, ...]
    whole: tuple[Any, ...]


def backward(loss: Tensor) -> Tensor:
    loss.backward()  # type: ignore[no-untyped-call]
    return loss


class Remembering(nn.Module):
    """Tied weights, flat weights of an LSTM, a hidden state and a counter kept as attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(10, 8)
        self.cells = nn.LSTM(8, 8, batch_first=True, num_layers=2, dropout=0.1)
        self.head = nn.Linear(8, 10, bias=False)
        self.head.weight = self.table.weight
        self.hidden: tuple[Tensor, Tensor] | None = None
        self.calls = 0

    def forward(self, ids: Tensor) -> Tensor:
        self.calls += 1
        before = None if self.hidden is None else tuple(t.detach() for t in self.hidden)
        made, self.hidden = self.cells(self.table(ids), before)
        logits: Tensor = self.head(made).flatten(0, 1)
        return logits


def remembering() -> Case:
    model = Remembering()
    optimizer = torch.optim.Adam(model.parameters())
    ids = torch.randint(10, (2, 5))
    return Case((model, (ids, ids.flatten()), nn.CrossEntropyLoss(), optimizer), (model, optimizer))


def parametrized() -> Case:
    model = nn.Sequential(
        parametrizations.weight_norm(nn.Linear(4, 5)),
        parametrizations.spectral_norm(nn.Linear(5, 3)),
    )
    optimizer = torch.optim.RMSprop(model.parameters(), 0.01, momentum=0.9)
    return Case((model, (X, Y), nn.CrossEntropyLoss(), optimizer), (model, optimizer))


def in_backward() -> Case:
    """An optimizer for each parameter, which steps as soon as the gradient is there."""
    model = nn.Linear(4, 3)
    optimizers = {p: torch.optim.SGD([p], 0.1, 0.9) for p in model.parameters()}

    def update(p: Tensor) -> None:
        optimizers[p].step()  # type: ignore[index]
        optimizers[p].zero_grad()  # type: ignore[index]

    for p in model.parameters():
        p.register_post_accumulate_grad_hook(update)  # type: ignore[no-untyped-call]

    def train_step(batch: Batch) -> Tensor:
        return backward(F.cross_entropy(model(batch[0]), batch[1]))

    return Case((train_step, (X, Y)), (model, *optimizers.values()))


def averaged() -> Case:
    model = nn.Sequential(nn.Linear(4, 5), nn.BatchNorm1d(5), nn.Linear(5, 3))
    average = AveragedModel(model)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)

    def train_step(batch: Batch) -> None:
        for part in range(2):
            backward(F.cross_entropy(model(batch[0][part::2]), batch[1][part::2]) / 2)
        optimizer.step()
        optimizer.zero_grad()
        average.update_parameters(model)

    return Case((train_step, (X, Y)), (model, average, optimizer))


def by_hand() -> Case:
    """The update puts other memory into each parameter."""
    model = nn.Linear(4, 3)

    def train_step(batch: Batch) -> Tensor:
        model.zero_grad()
        loss = backward(F.cross_entropy(model(batch[0]), batch[1]))
        for p in model.parameters():
            assert p.grad is not None
            p.data = p.data - 0.1 * p.grad
        return loss

    return Case((train_step, (X, Y)), (model,))


def adversaries() -> Case:
    maker, judge = nn.Linear(2, 4), nn.Linear(4, 1)
    first, second = (torch.optim.Adam(m.parameters()) for m in (maker, judge))

    def train_step(real: Tensor) -> Tensor:
        noise = torch.randn(6, 2)
        second.zero_grad()
        backward(F.softplus(-judge(real)).mean() + F.softplus(judge(maker(noise).detach())).mean())
        second.step()
        first.zero_grad()
        loss = backward(F.softplus(-judge(maker(noise))).mean())
        first.step()
        return loss

    return Case((train_step, X), (maker, judge, first, second))


class Shifted(nn.Module):
    """A loss with a parameter of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(3))

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        return F.cross_entropy(output + self.shift, target)


def learned_loss() -> Case:
    model, loss = nn.Linear(4, 3), Shifted()
    optimizer = torch.optim.Adam([*model.parameters(), *loss.parameters()])
    return Case((model, (X, Y), loss, optimizer), (model, loss, optimizer))


class Trainer:
    """What holds the parts of a step as attributes, and counts."""

    def __init__(self) -> None:
        self.model = nn.Linear(4, 3)
        self.optimizer = torch.optim.AdamW(self.model.parameters())
        self.scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(self.optimizer, 9)
        self.steps, self.log = 0, list[float]()

    def state_dict(self) -> dict[str, Any]:
        return {"steps": self.steps, "log": self.log, "scheduler": self.scheduler.state_dict()}

    def train_step(self, batch: Batch) -> Tensor:
        self.steps += 1
        self.optimizer.zero_grad()
        loss = backward(F.cross_entropy(self.model(batch[0]), batch[1]))
        self.optimizer.step()
        self.scheduler.step()
        self.log.append(loss.item())
        return loss


def of_a_trainer() -> Case:
    trainer = Trainer()
    return Case((trainer.train_step, (X, Y)), (trainer.model, trainer.optimizer, trainer))


def of_a_loader() -> Case:
    """A step that goes through a shuffled loader, which has a generator of its own."""
    model = nn.Linear(4, 3)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    generator = torch.Generator().manual_seed(5)
    loader = DataLoader(TensorDataset(X, Y), 2, shuffle=True, generator=generator)

    def train_step(_: None) -> float:
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += backward(F.cross_entropy(model(x), y)).item()
            optimizer.step()
        return total

    return Case((train_step, None), (model, optimizer, Generators(generator)))


class Generators:
    """Shows a generator's state as other objects show theirs."""

    def __init__(self, generator: torch.Generator) -> None:
        self._generator = generator

    def state_dict(self) -> str:
        return bits(self._generator.get_state())


def compiled() -> Case:
    """Compiled long before anybody looked."""
    model = nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 3))
    fast = torch.compile(model, backend="eager")
    optimizer = torch.optim.SGD(model.parameters(), 0.1, 0.9)
    fast(X)
    return Case((fast, (X, Y), nn.CrossEntropyLoss(), optimizer), (model, optimizer))


def strangers() -> Case:
    """An optimizer that holds none of the model's parameters is looked at as it is."""
    model, optimizer = nn.Linear(4, 3), torch.optim.SGD(nn.Linear(2, 2).parameters(), 0.1)
    return Case((model, (X, Y), nn.CrossEntropyLoss(), optimizer), (model, optimizer))


def without_optimizer() -> Case:
    model = nn.Linear(4, 3)
    return Case((model, (X, Y), nn.CrossEntropyLoss()), (model,))


CASES = (
    *(remembering, parametrized, in_backward, averaged, by_hand, adversaries, learned_loss),
    *(of_a_trainer, of_a_loader, strangers, without_optimizer),
)


def state(whole: tuple[Any, ...]) -> list[Any]:
    """All that can be seen of modules, and of what has a ``state_dict``."""
    found: list[Any] = [bits(torch.get_rng_state())]
    for each in whole:
        if not isinstance(each, nn.Module):
            found.append(str(each.state_dict()))
            continue
        tensors = [*each.parameters(), *each.buffers()]
        found += [(bits(t), id(t), t.data_ptr(), t._version) for t in tensors]
        found += [p.grad is None or (id(p.grad), bits(p.grad)) for p in each.parameters()]
        for part in each.modules():
            plain = {k: v for k, v in vars(part).items() if isinstance(v, (bool, int, float))}
            found.append((plain, sorted(vars(part)), len(part._forward_hooks)))
    return found


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Two threads on busy cores are no faster, and many times slower."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


FAST = {strangers, remembering}


@pytest.mark.parametrize(
    "make",
    [case if case in FAST else pytest.param(case, marks=pytest.mark.slow) for case in CASES],
    ids=lambda make: make.__name__,
)
def test_objects_come_back_as_they_were(make: Callable[[], Case]) -> None:
    torch.manual_seed(0)
    given, whole = make()
    before = state(whole)
    made = look(*given)
    assert state(whole) == before
    losses = {m.frame.position.iteration: m.frame.loss for m in made if m.frame.loss is not None}
    assert losses
    if make in (remembering, of_a_trainer):  # also when there is something of each already
        step = given[0] if len(given) == 2 else None
        model, batch = given[0], given[1]
        step(batch) if step else backward(given[2](model(batch[0]), batch[1]))
        before = state(whole)
        look(*given)
        assert state(whole) == before


@pytest.mark.slow
def test_a_model_that_was_compiled_before_comes_back() -> None:
    given, whole = compiled()
    forward = vars(given[0])["forward"]
    before = state(whole)
    look(*given)
    assert state(whole) == before
    assert vars(given[0])["forward"] is forward


def test_weights_of_classes_are_no_state_of_a_loss() -> None:
    model, weights = nn.Linear(3, 2), torch.ones(2)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    for loss in (nn.BCEWithLogitsLoss(pos_weight=weights), nn.CrossEntropyLoss(weights)):
        assert Given.of(model, (torch.ones(4, 3), torch.ones(4, 2)), loss, optimizer).step is None
    counting = nn.BatchNorm1d(2)
    assert Given.of(model, (torch.ones(4, 3), None), counting, optimizer).step is not None
