"""What the text on each mistake claims, asserted on both programs as plain PyTorch runs them.

A claim gets two ``Script`` s, healthy and broken, before their first iteration.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import islice
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lenet_tui.app.all_words import words
from tests.twins.script import Script


def backward(loss: Any) -> None:
    """Run a backward; torch's method has no types."""
    loss.backward()


def moved(before: dict[str, Tensor], after: dict[str, Tensor]) -> float:
    """The length of an update."""
    return math.sqrt(sum(float(((after[n] - before[n]) ** 2).sum()) for n in before))


def said(mistake: str, *parts: str) -> None:
    """The text has these numbers, in both languages."""
    for language in ("en", "zh"):
        told = words(language)
        keys = ("ask", "0", "1", "2", "why")
        text = " ".join(told(f"twins.{mistake}.{key}") for key in keys)
        assert all(part in text for part in parts), (language, parts)


def no_zero_grad(a: Script, b: Script) -> None:
    assert a.step() == b.step() and torch.equal(a.grad("hidden.weight"), b.grad("hidden.weight"))
    first, x_y = b.grad("hidden.weight"), b.batch()
    loss = F.cross_entropy(b.model(x_y[0]), x_y[1])
    second = torch.autograd.grad(loss, b.model.get_parameter("hidden.weight"))[0]
    b.step(x_y)
    assert torch.equal(b.grad("hidden.weight"), first + second)


def zero_grad_late(a: Script, b: Script) -> None:
    before = b.values
    b.steps()
    assert all(torch.equal(v, b.values[n]) for n, v in before.items())
    assert all(p.grad is None for p in b.model.parameters())


def lr_times_ten(a: Script, b: Script) -> None:
    before = a.values
    assert a.step() == b.step() and torch.equal(a.grad("hidden.weight"), b.grad("hidden.weight"))
    assert moved(before, b.values) == pytest.approx(10 * moved(before, a.values), rel=1e-5)
    assert f"{b.step():.2f}" == "2.75" and f"{math.log(10):.2f}" == "2.30"
    said("lr-times-ten", "2.75", "2.30")


def softmax_first(a: Script, b: Script) -> None:
    best = F.cross_entropy(torch.eye(10), torch.arange(10))
    assert float(best) == pytest.approx(math.log(math.e + 9) - 1) and f"{best:.2f}" == "1.46"
    a.step(), b.step()
    share = float(b.grad("hidden.weight").norm() / a.grad("hidden.weight").norm())
    assert share == pytest.approx(1 / 9, abs=0.005)
    assert min(b.steps(100)) > best > min(a.steps(100))
    said("softmax-first", "1.46")


def softmax_dim(a: Script, b: Script) -> None:
    x, y = a.batch()
    made = b.model(x).log_softmax(0).exp()
    assert torch.allclose(made.sum(0), torch.ones(10))
    assert not torch.allclose(made.sum(1), torch.ones(16), atol=1e-3)
    first = b.step((x, y))
    assert abs(first - math.log(16)) < 0.1 < abs(first - math.log(10))
    assert b.steps(100)[-1] < first
    said("softmax-dim", f"{math.log(16):.2f}", f"{math.log(10):.2f}")


def detached(a: Script, b: Script) -> None:
    assert a.step() == b.step()
    got = {n: p.grad for n, p in b.model.named_parameters()}
    assert [n for n, g in got.items() if g is not None] == ["head.weight", "head.bias"]
    before = b.values
    losses = b.steps(200)
    assert torch.equal(before["hidden.weight"], b.values["hidden.weight"])
    assert sum(losses[-10:]) < sum(losses[:10])


def data_edit(a: Script, b: Script) -> None:
    a.step(), b.step()
    assert torch.equal(b.grad("conv.weight"), a.grad("conv.weight") / 2)
    loss = b.model(b.batch()[0]).sum()
    with torch.no_grad():
        b.model.get_parameter("hidden.weight").mul_(0.5)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def all_zero(a: Script, b: Script) -> None:
    for _ in range(10):
        b.step()
        got = {n: float(p.grad.norm()) for n, p in b.model.named_parameters() if p.grad is not None}
        assert [n for n, norm in got.items() if norm] == ["head.bias"] and len(got) == 6


def stale_optimizer(a: Script, b: Script) -> None:
    before = b.values
    grads: list[Tensor | None] = []
    for _ in range(2):
        grads.append(b.grad("head.weight") if grads else None)
        x_y = b.batch()
        loss = F.cross_entropy(b.model(x_y[0]), x_y[1])
        own = torch.autograd.grad(loss, b.model.get_parameter("head.weight"))[0]
        b.step(x_y)
        sum_ = own if grads[-1] is None else grads[-1] + own
        assert torch.equal(b.grad("head.weight"), sum_) and own.norm() > 0
    assert torch.equal(before["head.weight"], b.values["head.weight"])
    assert not torch.equal(before["hidden.weight"], b.values["hidden.weight"])


def sum_for_mean(a: Script, b: Script) -> None:
    a.step(), b.step()
    assert torch.allclose(
        b.grad("hidden.weight"), 16 * a.grad("hidden.weight"), rtol=1e-4, atol=1e-7
    )
    said("sum-for-mean", "16", "1.6")


def labels_from_one(a: Script, b: Script) -> None:
    x, y = b.batch()
    few = y < 9
    b.step((x[few], y[few]))
    with pytest.raises(IndexError, match="Target 10 is out of bounds"):
        b.step((x[~few], y[~few]))
    wide = nn.Linear(4, 11)
    backward(F.cross_entropy(wide(torch.ones(1, 4)), torch.tensor([10])))


def dropout_last(a: Script, b: Script) -> None:
    x, y = b.batch()
    scores = b.model(x).detach().requires_grad_()
    torch.set_rng_state(b._generator)
    dropped = F.dropout(scores)
    share = float((dropped == 0).float().mean())
    assert 0.4 < share < 0.6
    loss = F.cross_entropy(dropped, y)
    backward(loss)
    assert scores.grad is not None and bool((scores.grad[dropped == 0] == 0).all())
    assert 0.25 < float((scores.grad[torch.arange(16), y] == 0).float().mean()) < 0.75
    torch.set_rng_state(b._generator)
    assert b.step((x, y)) == loss.item()
    b.model.eval()
    assert bool((F.dropout(b.model(x)) == 0).any())


def clip_after_step(a: Script, b: Script) -> None:
    before, x_y = a.values, a.batch()
    loss = F.cross_entropy(a.model(x_y[0]), x_y[1])
    norm = torch.cat([g.flatten() for g in torch.autograd.grad(loss, [*a.model.parameters()])])
    a.step(x_y), b.step(x_y)
    lr = 1.0
    assert float(norm.norm()) > 0.55
    assert moved(before, a.values) == pytest.approx(lr * 0.5, rel=1e-4)
    assert moved(before, b.values) == pytest.approx(lr * float(norm.norm()), rel=1e-4)
    said("clip-after-step", "0.5")


def broadcast_target(a: Script, b: Script) -> None:
    x, y = b.batch()
    prediction = b.model((x - 127.5) / 73.9)
    assert (prediction - y).shape == (16, 16) and (prediction - y).numel() == 256
    with pytest.warns(UserWarning, match="broadcasting"):
        losses = [b.step((x, y)) for _ in range(200)]
    variance = float(y.var(correction=0))
    assert min(losses) >= variance * 0.999 and losses[-1] == pytest.approx(variance, rel=0.02)
    prediction = b.model((x - 127.5) / 73.9)
    assert float(prediction.detach().std()) < 0.1 * float(y.std())
    healthy = [a.step((x, y[:, None])) for _ in range(200)]
    assert healthy[-1] < 0.1 * variance


def relu_output(a: Script, b: Script) -> None:
    x, y = b.batch()
    b.steps()
    out = b.model((x - 127.5) / 73.9)
    assert float(out.detach().min()) >= 0 > float(y.min())
    before_relu = b.model[:3]((x - 127.5) / 73.9)
    closed = before_relu <= 0
    grads = torch.autograd.grad(F.mse_loss(b.model[3](before_relu), y), before_relu)[0]
    assert bool(closed.any()) and bool((grads[closed] == 0).all())
    assert float(F.mse_loss(torch.relu(torch.tensor([-5.0])), torch.tensor([-2.0]))) == 4


def raw_input(a: Script, b: Script) -> None:
    x, _ = b.batch()
    before_tanh = b.model[0](x)
    healthy = a.model[0]((x - 127.5) / 73.9)
    assert float(before_tanh.norm() / healthy.norm()) > 100
    units = torch.tanh(before_tanh)
    assert float((units.abs() > 0.999).float().mean()) > 0.75
    assert float((torch.tanh(healthy).abs() > 0.999).float().mean()) < 0.01
    losses = b.steps()
    assert losses[-1] > 50 * losses[0] and all(map(math.isfinite, losses))
    a.steps()
    assert b.grad("0.weight").norm() > 10 * a.grad("0.weight").norm()


def view_for_permute(a: Script, b: Script) -> None:
    x, _ = b.batch()
    for script, samples in ((a, [0]), (b, [0, 1, 2, 3])):
        given = x.clone().requires_grad_()
        script.model(given)[0].sum().backward()
        assert given.grad is not None
        reached = given.grad.abs().sum((0, 2)).nonzero().flatten().tolist()
        assert reached == samples
    assert x.permute(1, 0, 2).norm() == pytest.approx(float(x.view(4, 6, 8).norm()))


def plain_list(a: Script, b: Script) -> None:
    assert len(list(a.model.parameters())) == 8 and len(list(b.model.parameters())) == 2
    blocks: list[nn.Linear] = b.model.blocks
    before = blocks[0].weight.detach().clone()
    a.step(), b.step()
    first = blocks[0].weight.grad
    assert first is not None and torch.equal(first, a.grad("blocks.0.weight"))
    first = first.clone()
    b.steps(3)
    assert torch.equal(before, blocks[0].weight)
    assert not any(name.startswith("blocks") for name in b.model.state_dict())
    x, y = b.batch()
    grown = blocks[0].weight.grad
    assert grown is not None
    grown = grown.clone()
    own = torch.autograd.grad(F.cross_entropy(b.model(x), y), blocks[0].weight)[0]
    b.step((x, y))
    assert torch.equal(torch.as_tensor(blocks[0].weight.grad), grown + own)
    said("plain-list", "2", "8")


def one_layer_thrice(a: Script, b: Script) -> None:
    def count(model: nn.Module) -> int:
        return sum(p.numel() for n, p in model.named_parameters() if n.startswith("blocks"))

    assert (count(a.model), count(b.model)) == (216, 72)
    assert sum(n.startswith("blocks") for n in b.model.state_dict()) == 6
    x, y = b.batch()
    head, (block, *_) = b.model.head, b.model.blocks
    copies = [block.weight.detach().clone().requires_grad_() for _ in range(3)]
    h = x.permute(1, 0, 2)
    for weight in copies:
        h = h + torch.tanh(F.linear(h, weight, block.bias))
    backward(F.cross_entropy(head(h.mean(1)), y))
    b.step((x, y))
    total = sum(w.grad for w in copies if w.grad is not None)
    assert torch.allclose(b.grad("blocks.0.weight"), torch.as_tensor(total), atol=1e-7)
    said("one-layer-thrice", "72", "216")


def eval_left_on(a: Script, b: Script) -> None:
    assert a.step() == b.step()
    norm: nn.BatchNorm1d = b.model[1]
    assert norm.running_mean is not None and norm.num_batches_tracked is not None
    first = norm.running_mean.clone()
    assert a.step() != b.step()
    b.steps(5)
    assert torch.equal(first, norm.running_mean) and int(norm.num_batches_tracked) == 1
    assert not b.model.training and first.norm() > 0
    x = torch.ones(4, 32)
    assert torch.equal(b.model[3](x), x)


def same_noise(a: Script, b: Script) -> None:
    torch.manual_seed(0)
    noise, mask = torch.randn(16, 8), F.dropout(torch.ones(16, 32), 0.2)
    for script, equal in ((a, False), (b, True)):
        masks: list[Tensor] = []
        inputs: list[Tensor] = []
        model = script.model
        model.register_forward_pre_hook(lambda _, args, into=inputs: into.append(args[0]))
        model[3].register_forward_hook(
            lambda _, args, out, into=masks: into.append((args[0] != 0) & (out == 0))
        )
        for batch in islice(script.batches, 2):
            script.step(batch)
            inputs[-1 if len(inputs) % 2 else -2] -= batch[0]
        first, second = inputs[0], inputs[2]
        assert torch.allclose(first, second, atol=1e-6) is equal
        assert torch.allclose(second, 0.3 * noise, atol=1e-6) is equal
        dropped = mask == 0
        assert all(bool((dropped | ~m).all()) for m in (masks[0], masks[2])) is equal


def not_divided(a: Script, b: Script) -> None:
    x, y = a.batch()
    whole = torch.autograd.grad(F.cross_entropy(a.model(x), y), a.model.get_parameter("0.weight"))[
        0
    ]
    assert a.step((x, y)) == b.step((x, y))
    assert torch.allclose(a.grad("0.weight"), whole, atol=1e-7)
    assert torch.equal(b.grad("0.weight"), 4 * a.grad("0.weight"))


def clear_in_parts(a: Script, b: Script) -> None:
    x, y = b.batch()
    loss = F.cross_entropy(b.model(x[12:]), y[12:])
    last = torch.autograd.grad(loss, b.model.get_parameter("0.weight"))[0]
    b.step((x, y))
    assert torch.equal(b.grad("0.weight"), last / 4)


def no_bias_correction(a: Script, b: Script) -> None:
    before = a.values
    a.step(), b.step()
    lr = 0.05
    lengths = [(s.values["2.bias"] - before["2.bias"]).abs().item() for s in (a, b)]
    assert lengths[0] == pytest.approx(lr, rel=1e-4)
    assert lengths[1] / lengths[0] == pytest.approx(0.1 / math.sqrt(0.001), rel=1e-3)
    assert f"{0.1 / math.sqrt(0.001):.2f}" == "3.16"
    said("no-bias-correction", "3.16")


CLAIMS: dict[str, Callable[[Script, Script], None]] = {
    claim.__name__.replace("_", "-"): claim
    for claim in (
        *(no_zero_grad, zero_grad_late, lr_times_ten, softmax_first, softmax_dim, detached),
        *(data_edit, all_zero, stale_optimizer, sum_for_mean, labels_from_one, dropout_last),
        *(clip_after_step, broadcast_target, relu_output, raw_input, view_for_permute, plain_list),
        *(one_layer_thrice, eval_left_on, same_noise, not_divided, clear_in_parts),
        no_bias_correction,
    )
}
