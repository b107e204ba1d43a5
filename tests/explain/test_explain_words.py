"""What the explain pane says: complete in both languages, short, and true of today's torch."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from rich.cells import cell_len
from torch import Tensor, nn

from lenet_tui.app.all_words import words
from lenet_tui.explain.engine.optimizer_steps import MOMENTUM
from lenet_tui.explain.words.pane import EXPLAIN, explain_words, needed
from lenet_tui.protocol.options import LOSSES, OPTIMIZERS
from lenet_tui.protocol.phases import PHASES
from lenet_tui.text.wrapping import wrap

TYPICAL: Mapping[str, str] = {
    "iteration": "1,200", "lr": "0.01", "optimizer": "manual", "loss": "mse", "seed": "7",
    "clip": "0.5", "norm": "12.3456", "factor": "0.0405004",
    "tensors": "10", "parameters": "61,706", "accumulated": "2", "name": "conv2.weight",
    "op": "ConvolutionBackward0", "input": "64×6×14×14", "output": "64×16×10×10",
    "weight": "16×6×5×5", "terms": "6⋅5⋅5 = 150", "count": "16⋅6⋅5⋅5 + 16 = 2,416",
    "window": "H: ⌊(14 + 2⋅0 − 1⋅(5 − 1) − 1) / 1 + 1⌋ = 10",
    "window2": "W: ⌊(14 + 2⋅0 − 1⋅(5 − 1) − 1) / 1 + 1⌋ = 10",
    "kernel": "2×2", "elements": "64⋅16⋅5⋅5 = 25,600 = 64⋅400", "flat": "16*5*5 = 400",
    "chain": "32 → 28 → 14 → 10 → 5", "product": "64×400 ⋅ 400×120 + 120 = 64×120",
    "p": "0.5", "other": "64×16×10×10", "samples": "64", "classes": "10", "even": "2.303",
    "onehot": "64×10", "gradients": "64×6×14×14, 16×6×5×5, 16", "shape": "16×6×5×5",
    "probability": "0.1102", "value": "2.205", "nodes": "27", "ops": "12",
    "vector": "onehot 3", "skipped": "zero_grad",
    "statement": "SGD(net.parameters(), lr=0.01, momentum=0.9, weight_decay=0.001)",
    "operands": "3×8 float32, 9×2 float32", "line": "17", "n": "1,234", "done": "16",
}  # fmt: skip
LINES = 10


def test_each_text_is_there_in_both_languages_and_fits_a_screenful() -> None:
    for key, (english, chinese) in EXPLAIN.items():
        assert english.strip() and chinese.strip(), key
        assert any("\u4e00" <= c <= "\u9fff" for c in chinese), key
        for text in (english, chinese):
            lines = [line.format_map(TYPICAL) for line in text.splitlines()]
            assert len(lines) <= LINES, key
            assert max(map(cell_len, lines)) <= 100, (key, max(lines, key=cell_len))
        assert needed(english) == needed(chinese), f"both languages show the same numbers: {key}"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("phase", PHASES)
def test_every_phase_says_something_before_any_number_is_known(phase: str, language: str) -> None:
    lines = explain_words(words(language), phase, None, {})
    assert lines and not any("{" in line for line in lines)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_an_update_is_explained_by_its_optimizer(optimizer: str) -> None:
    values = {"optimizer": optimizer, "lr": "0.5", "name": "fc1.bias", "shape": "120"}
    said = explain_words(words("en"), "update", "update", values)
    assert said[0] == EXPLAIN[f"explain.update.{optimizer}"][0].splitlines()[0]
    assert any("0.5" in line for line in said)
    assert any(line.startswith("fc1.bias: 120") for line in said)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_phase_is_explained_by_its_op(loss: str) -> None:
    op = {"cross_entropy": "cross_entropy", "mse": "mse_loss"}[loss]
    whole = explain_words(words("en"), "loss", None, {"loss": loss, "elements": "10"})
    assert whole == explain_words(words("en"), "loss", op, {"elements": "10"})
    other = explain_words(words("en"), "loss", "poisson_nll_loss", {})
    assert other[0].startswith("loss = criterion")


def test_a_line_without_its_number_is_left_out() -> None:
    known = explain_words(words("en"), "forward", "relu", {"input": "6", "output": "6"})
    ahead = explain_words(words("en"), "forward", "relu", {"input": "6"})
    assert [line for line in known if line not in ahead] == [
        "6 → 6: the shape stays; no parameters."
    ]


def test_skipped_phases_and_vectors_and_strangers_are_said() -> None:
    say = words("en")
    skipped = explain_words(say, "zero_grad", None, {"skipped": "zero_grad"})
    assert skipped[0].startswith("Skipped: zero_grad")
    assert "onehot 3" in explain_words(say, "backward", None, {"vector": "onehot 3"})[0]
    values = {"op": "erfinv", "name": "input.erfinv"}
    assert explain_words(say, "forward", "erfinv", values)[0].startswith("erfinv: ")
    assert "input.erfinv" in explain_words(say, "backward", "ErfinvBackward0", values | {
        "op": "ErfinvBackward0"})[0]  # fmt: skip


def test_in_ascii_a_product_is_a_star() -> None:
    say = words("en", ascii=True)
    for key, (english, _) in EXPLAIN.items():
        said = say.spell(say(key).format_map(TYPICAL))
        assert said.isascii(), key
        assert said.count("*") >= english.format_map(TYPICAL).count("⋅"), key


def test_a_rule_and_its_numbers_in_ascii() -> None:
    say = words("en", ascii=True)
    said = explain_words(say, "update", None, {"lr": "0.01"})
    assert "weight = weight - learning_rate * gradient      lr = 0.01" in said
    said = explain_words(say, "forward", "linear", TYPICAL)
    assert any("64x400 * 400x120 + 120 = 64x120" in line for line in said)


def recorded(loss: Tensor) -> dict[str, tuple[Any, Any, Any]]:
    """The last node of each name that a backward runs: its gradients out and in, and itself."""
    found: dict[str, tuple[Any, Any, Any]] = {}
    waiting = [loss.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is not None:
            node.register_hook(
                lambda out, given, node=node: found.__setitem__(node.name(), (out, given, node))
            )
            waiting += [n for n, _ in node.next_functions]
    loss.backward()  # type: ignore[no-untyped-call]
    return found


def test_the_gradient_formulas_of_a_linear_layer_and_the_mse_are_torchs() -> None:
    torch.manual_seed(0)
    layer, x, y = nn.Linear(4, 3), torch.randn(2, 4, requires_grad=True), torch.randn(2, 3)
    out = layer(x)
    nodes = recorded(F.mse_loss(out, y))
    produced, given, node = nodes["AddmmBackward0"]
    g = given[0]
    torch.testing.assert_close(produced, (g.sum(0), g @ layer.weight, x.T @ g))
    torch.testing.assert_close(nodes["TBackward0"][0][0], produced[2].T)
    assert [n.name() for n, _ in node.next_functions] == [
        "torch::autograd::AccumulateGrad", "torch::autograd::AccumulateGrad", "TBackward0"
    ]  # fmt: skip
    assert node.next_functions[0][0].variable is layer.bias
    produced, _, _ = nodes["MseLossBackward0"]
    torch.testing.assert_close(produced[0], 2 * (out - y).detach() / 6)
    assert produced[1:] == (None,)


def test_the_gradient_formulas_of_cross_entropy_are_torchs() -> None:
    torch.manual_seed(0)
    x, y = torch.randn(4, 10, requires_grad=True), torch.tensor([3, 1, 4, 1])
    nodes = recorded(F.cross_entropy(x, y))
    first = nodes["NllLossBackward0"][0][0]
    torch.testing.assert_close(first, -F.one_hot(y, 10) / 4)
    share = torch.softmax(x.detach(), 1)
    torch.testing.assert_close(
        nodes["LogSoftmaxBackward0"][0][0], first - share * first.sum(1, keepdim=True)
    )
    torch.testing.assert_close(x.grad, (share - F.one_hot(y, 10)) / 4)


def test_the_gradient_formulas_of_a_convolution_are_torchs() -> None:
    torch.manual_seed(0)
    layer = nn.Conv2d(2, 3, 3, stride=2, padding=1, dilation=2).double()
    x = torch.randn(2, 2, 7, 9, dtype=torch.float64, requires_grad=True)
    nodes = recorded(layer(x).square().sum())
    produced, given, _ = nodes["ConvolutionBackward0"]
    g, wanted_x, wanted_w = given[0], torch.zeros_like(x), torch.zeros_like(layer.weight)
    s, p, d = 2, 1, 2
    for n, o, h, w in torch.cartesian_prod(*map(torch.arange, g.shape)).tolist():
        for c, i, j in torch.cartesian_prod(*map(torch.arange, layer.weight.shape[1:])).tolist():
            row, column = s * h + d * i - p, s * w + d * j - p
            if 0 <= row < x.shape[2] and 0 <= column < x.shape[3]:
                with torch.no_grad():
                    wanted_w[o, c, i, j] += g[n, o, h, w] * x[n, c, row, column]
                    wanted_x[n, c, row, column] += g[n, o, h, w] * layer.weight[o, c, i, j]
    torch.testing.assert_close(produced, (wanted_x, wanted_w, g.sum((0, 2, 3))))


def test_the_first_layers_input_has_none_and_a_pools_tie_goes_to_the_first() -> None:
    image = torch.zeros(1, 1, 4, 4)
    nodes = recorded(F.max_pool2d(F.relu(nn.Conv2d(1, 1, 1)(image)) * 0, 2).sum())
    assert nodes["ConvolutionBackward0"][0][0] is None
    tied = nodes["MaxPool2DWithIndicesBackward0"][0][0]
    assert tied[0, 0].tolist() == [[1, 0, 1, 0], [0, 0, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]]


def test_the_traps_are_as_said() -> None:
    net = nn.Linear(2, 2)
    net(torch.ones(1, 2)).sum().backward()
    net.zero_grad()
    assert net.weight.grad is None
    out = net(torch.ones(1, 2))
    with pytest.raises(RuntimeError, match="only for scalar outputs"):
        out.backward()
    loss = out.sum()
    loss.backward()
    with pytest.raises(RuntimeError, match="second time"):
        loss.backward()
    with pytest.raises(RuntimeError, match="mat1 and mat2 shapes cannot be multiplied"):
        net(torch.ones(1, 3))
    assert torch.zeros(25, 16, 4, 4).view(-1, 400).shape == (16, 400)
    with pytest.raises(RuntimeError, match="invalid for input of size"):
        torch.zeros(1, 16, 4, 4).view(-1, 400)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        assert F.mse_loss(torch.zeros(4, 1), torch.arange(4.0), reduction="none").shape == (4, 4)
    assert any("broadcast" in str(w.message) for w in said)


def test_the_optimizers_formulas_are_torchs() -> None:
    gradients = torch.tensor([[0.5, -2.0], [1.0, 3.0], [-0.25, 0.125]], dtype=torch.float64)
    lr = 0.01
    for name in ("momentum", "nesterov", "adam", "adamw", "rmsprop"):
        p = nn.Parameter(torch.ones(2, dtype=torch.float64))
        made: torch.optim.Optimizer = (
            torch.optim.SGD([p], lr=lr, momentum=MOMENTUM, nesterov=name == "nesterov")
            if name in ("momentum", "nesterov")
            else torch.optim.Adam([p], lr=lr)
            if name == "adam"
            else torch.optim.AdamW([p], lr=lr)
            if name == "adamw"
            else torch.optim.RMSprop([p], lr=lr)
        )
        wanted = b = m = v = s = torch.zeros(2, dtype=torch.float64)
        wanted = wanted + 1
        for t, g in enumerate(gradients, 1):
            p.grad = g.clone()
            made.step()
            b = g if t == 1 else 0.9 * b + g
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
            s = 0.99 * s + 0.01 * g**2
            wanted = wanted - (lr * 0.01 * wanted if name == "adamw" else 0)
            m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
            step = m_hat / (v_hat.sqrt() + 1e-8)
            step = {"momentum": b, "nesterov": g + 0.9 * b, "rmsprop": g / (s.sqrt() + 1e-8)}.get(
                name, step
            )
            wanted = wanted - lr * step
        torch.testing.assert_close(p.data, wanted)


def test_init_draws_from_the_range_that_is_said() -> None:
    torch.manual_seed(0)
    for layer, inputs in ((nn.Conv2d(6, 16, 5), 6 * 25), (nn.Linear(400, 120), 400)):
        for p in layer.parameters():
            assert 0.9 * inputs**-0.5 < float(p.abs().max().detach()) <= inputs**-0.5


def test_a_text_is_a_screenful_at_most() -> None:
    """At 120×40, where the tabs' explain pane has 14 lines of 78 columns; 80×24 has more."""
    for key, texts in EXPLAIN.items():
        for text in texts:
            said = "\n".join(line.format_map({**TYPICAL}) for line in text.splitlines()
                             if needed(line) <= TYPICAL.keys())  # fmt: skip
            assert len(wrap(said, 78, cell_len)) <= 14, (key, said)
