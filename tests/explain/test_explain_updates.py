"""Steps of ``torch.optim`` with any hyperparameters, in every type of numbers."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from lenet_tui.explain.engine.terms import NoArithmetic, Sum, made_in, precision_of
from lenet_tui.explain.engine.update_rules import explained, operands
from lenet_tui.explain.proof import Proof, prove, unit
from lenet_tui.tape.engine.entries import UpdateEntry
from tests.harness.few import few

STEPS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"weight_decay": 0.1}),
    ("SGD", {"momentum": 0.8, "dampening": 0.3, "weight_decay": 0.05}),
    ("SGD", {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    ("SGD", {"momentum": 0.9, "nesterov": True, "maximize": True}),
    ("Adam", {"betas": (0.8, 0.95), "eps": 1e-3, "weight_decay": 0.1}),
    ("Adam", {"amsgrad": True}),
    ("AdamW", {"weight_decay": 0.3, "maximize": True}),
    ("AdamW", {"betas": (0.9, 0.95), "amsgrad": True}),
    ("RMSprop", {"alpha": 0.9, "momentum": 0.5, "centered": True, "eps": 1e-2}),
    ("RMSprop", {"weight_decay": 0.2}),
]
KINDS = (torch.float32, torch.float64, torch.bfloat16)


def copies(state: dict[str, Any]) -> dict[str, Tensor]:
    return {k: v.clone() for k, v in state.items() if isinstance(v, Tensor)}


def entries(made_by: str, settings: dict[str, Any], kind: torch.dtype) -> list[UpdateEntry]:
    """Four steps on numbers of all sizes."""
    torch.manual_seed(len(settings))
    w = nn.Parameter((torch.randn(5, 7) * 2).to(kind))
    make: Any = getattr(torch.optim, made_by)
    optimizer = make([w], lr=0.05, **settings)
    found = []
    for _ in range(4):
        w.grad = torch.randn(5, 7).to(kind)
        before, state = w.detach().clone(), copies(optimizer.state.get(w, {}))
        optimizer.step()
        after, later = w.detach().clone(), copies(optimizer.state[w])
        group = {k: v for k, v in optimizer.param_groups[0].items() if k != "params"}
        found.append(
            UpdateEntry(
                "w", "update", "", before, w.grad, after, 0.05, made_by, state, later, group
            )
        )
    return found


def judged(entry: UpdateEntry, aspect: str, index: tuple[int, ...], value: float) -> Proof:
    with made_in(entry.before), np.errstate(all="ignore"):
        made: Sum = explained(entry, aspect, index)
    results = [t.result for t in made.terms]
    return prove(results, value, made.error, precision_of(entry.before), made.extra)


@pytest.mark.parametrize("kind", few(KINDS, torch.float32), ids=str)
@pytest.mark.parametrize(("made_by", "settings"), STEPS)
def test_a_step_is_torchs(made_by: str, settings: dict[str, Any], kind: torch.dtype) -> None:
    draw, widest = random.Random(0), []
    for entry in entries(made_by, settings, kind):
        for _ in range(6):
            index = (draw.randrange(5), draw.randrange(7))
            value = float(entry.after[index])
            found = judged(entry, "", index, value)
            assert found.checked, (entry, found)
            widest.append(found.bound)
            last = unit(max(abs(value), abs(found.sum)), precision_of(entry.before))
            wrong = value + (2 * found.bound + 2) * last
            assert not judged(entry, "", index, wrong).checked
            for key in ("momentum_buffer", "exp_avg", "exp_avg_sq", "square_avg"):
                if key in entry.state_after and (made_by, key) != ("RMSprop", "momentum_buffer"):
                    kept = float(entry.state_after[key][index])
                    assert judged(entry, key, index, kept).checked, key
    assert sorted(widest)[len(widest) // 2] < (60 if kind != torch.bfloat16 else 12)


def test_without_settings_they_are_those_of_the_option() -> None:
    (first, *_) = entries("SGD", {"momentum": 0.9}, torch.float32)
    first.optimizer, first.settings = "momentum", {}
    assert judged(first, "", (1, 2), float(first.after[1, 2])).checked


def test_an_optimizer_that_is_not_known_shows_its_operands() -> None:
    (first, *_) = entries("Adagrad", {}, torch.float32)
    with pytest.raises(NoArithmetic, match="Adagrad"):
        judged(first, "", (0, 0), 0.0)
    assert set(operands(first)) >= {"w", "w.grad"}
