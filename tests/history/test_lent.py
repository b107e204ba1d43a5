"""Objects that are lent to a session are the same objects afterwards, whatever happens."""

from __future__ import annotations

import gc
import signal
import threading
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from lenet_tui.history.engine.live_session import Lent, Unwatched
from lenet_tui.protocol.messages import DoMove, Remark
from lenet_tui.protocol.moves import parse_move
from lenet_tui.training.engine import referenced
from lenet_tui.training.engine.live_objects import Given, Unusable
from tests.harness.lent import backward, look, net, samples
from tests.harness.plain_loop import bits


def test_the_objects_are_the_same_objects() -> None:
    model = net(nn.BatchNorm1d(12))
    optimizer = torch.optim.SGD(model.parameters(), 0.1, 0.9)
    x, y = samples()
    backward(nn.functional.cross_entropy(model(x), y))
    optimizer.step()
    weight = next(model.parameters())
    kept = weight.grad
    model[3].bias.grad = None
    model[0].bias.requires_grad_(False)
    held = [*model.parameters(), *model.buffers(), *optimizer.state[weight].values()]
    before = [(id(t), t.data_ptr(), t._version, t.requires_grad, bits(t)) for t in held]
    hooks = [dict(part._forward_hooks) for part in model.modules()]
    groups = [{k: v for k, v in g.items() if k != "params"} for g in optimizer.param_groups]
    threads, collects = set(threading.enumerate()), (gc.isenabled(), gc.get_threshold())
    zero, backward_of_all = nn.Module.zero_grad, torch.autograd.backward
    look(model, (x, y), nn.CrossEntropyLoss(), optimizer)
    assert set(threading.enumerate()) <= threads
    assert (gc.isenabled(), gc.get_threshold()) == collects
    assert nn.Module.zero_grad is zero
    assert torch.autograd.backward is backward_of_all
    now = [*model.parameters(), *model.buffers(), *optimizer.state[weight].values()]
    assert [(id(t), t.data_ptr(), t._version, t.requires_grad, bits(t)) for t in now] == before
    assert weight.grad is kept
    assert model[3].bias.grad is None
    assert [dict(part._forward_hooks) for part in model.modules()] == hooks
    assert [{k: v for k, v in g.items() if k != "params"} for g in optimizer.param_groups] == groups


@pytest.mark.slow
def test_what_an_optimizer_makes_in_its_first_step_is_gone_again() -> None:
    model = net()
    optimizer = torch.optim.AdamW(model.parameters())
    before = str(optimizer.state_dict())
    look(model, samples(), nn.CrossEntropyLoss(), optimizer)
    assert not optimizer.state
    assert str(optimizer.state_dict()) == before


@pytest.mark.slow
def test_keep_leaves_the_last_finished_iteration() -> None:
    def train(model: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        loss = nn.functional.cross_entropy(model(x), y)
        model.zero_grad()
        backward(loss)
        optimizer.step()

    x, y = samples()
    found = []
    for keep in (True, False):
        torch.manual_seed(2)
        model = net(nn.Dropout(0.5))
        optimizer = torch.optim.Adam(model.parameters(), 0.01)
        if keep:
            walk = ("run 3", "back iteration", "op", "op")
            look(model, (x, y), nn.CrossEntropyLoss(), optimizer, keep=True, walk=walk)
        else:
            for _ in range(2):
                train(model, optimizer)
        state = [bits(t) for p in model.parameters() for t in optimizer.state[p].values()]
        found.append([*(bits(p) for p in model.parameters()), *state, bits(torch.rand(1))])
    assert found[0] == found[1]


def test_an_exception_inside_leaves_no_trace_and_stays_its_owners() -> None:
    model = net(nn.BatchNorm1d(12))
    optimizer = torch.optim.SGD(model.parameters(), 0.1, 0.9)
    calls = 0

    def train_step(batch: tuple[Tensor, Tensor]) -> None:
        nonlocal calls
        calls += 1
        backward(nn.functional.cross_entropy(model(batch[0]), batch[1]))
        optimizer.step()
        if calls == 2:
            raise ArithmeticError("the second")

    before = [bits(t) for t in model.state_dict().values()]
    with pytest.raises(AssertionError, match="ArithmeticError: the second"):
        look(train_step, samples(), walk=("finish", "finish"))
    before_handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        look(model, samples(), interrupted, optimizer, walk=("finish",))
    assert [bits(t) for t in model.state_dict().values()] == before
    assert calls == 0
    assert signal.getsignal(signal.SIGINT) is before_handler
    assert all(p.grad is None for p in model.parameters())
    assert not optimizer.state


def interrupted(output: Tensor, target: Tensor) -> Tensor:
    """Ctrl-C while the loss is computed."""
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((3, None), "the first argument is a int"),
        ((print, None), "works with neither a module that has parameters nor a tensor"),
        ((net(), None, 3), "the loss is a int"),
        ((net(), None, print, net()), "the optimizer is a Sequential"),
        ((print, None, print), "leave loss out"),
        ((nn.LazyLinear(2), None), "run one forward first"),
    ],
)
def test_what_is_no_step_is_said_in_one_line(given: tuple[Any, ...], said: str) -> None:
    with pytest.raises(Unusable, match=said):
        Given.of(*given)


def test_a_second_interrupt_waits_until_all_is_back() -> None:
    model = net()
    before = [bits(p) for p in model.parameters()]

    given = Given.of(model, samples(), nn.CrossEntropyLoss())
    with pytest.raises(KeyboardInterrupt), Lent(given) as lent:
        session = lent.make_session()
        session.do(DoMove(1, parse_move("finish")))
        lent._uninstall.insert(0, lambda: signal.raise_signal(signal.SIGINT))
    assert [bits(p) for p in model.parameters()] == before


def test_where_the_code_leads_too_far_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(referenced, "MOST", 1)
    model = net()

    def train_step(batch: tuple[Tensor, Tensor]) -> None:
        backward(nn.functional.cross_entropy(model(batch[0]), batch[1]))
        net()

    with Lent(Given.of(train_step, samples())) as lent:
        hooks = Unwatched()
        lent.make_session(hooks=hooks)
    (remark,) = hooks.sent
    assert isinstance(remark, Remark)
    assert remark.notice.key == "training:live-cut"


def test_what_a_step_freezes_is_as_it_was_at_each_iteration() -> None:
    """A step that freezes its first layer from the third time on, and frees it in the fifth."""
    model = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 2))
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    counter = {"n": 0}

    def step(batch: tuple[Tensor, Tensor]) -> Tensor:
        counter["n"] += 1
        if counter["n"] in (3, 5):
            model[0].requires_grad_(counter["n"] == 5)
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
        backward(loss)
        optimizer.step()
        return loss

    batch = torch.randn(8, 4), torch.randint(0, 2, (8,))
    required = [True, True, True, False, False, True, True]
    with Lent(Given.of(step, batch)) as lent:
        session = lent.make_session()
        for line in ("run 6", "goto 2", "finish", "goto 5", "back iteration", "goto 1", "run 5"):
            moved = session.do(DoMove(1, parse_move(line)))
            assert not moved.error, line
            assert moved.frame.divergence is None, line
            assert model[0].weight.requires_grad is required[moved.frame.position.iteration], line
    assert model[0].weight.requires_grad
    assert counter["n"] == 0
