"""Architectures that nobody in the project wrote end, by any way, where a plain loop ends."""

from __future__ import annotations

import importlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.modules import module as nn_module

from lenet_tui.explain.engine.answers import explain
from lenet_tui.explain.explanation import Explain
from lenet_tui.protocol.request import Rejected
from lenet_tui.text.numbers import index_text
from tests.harness.driving import Drive
from tests.harness.plain_loop import states
from tests.training.zoo import of_timm, of_torchvision, of_transformers
from tests.training.zoo.cases import CASES

assert of_timm and of_torchvision and of_transformers
CELLS = 30
"""How many cells are asked for, of the plain loop's and of the tape's."""
FILE = """from tests.training.zoo.cases import CASES

CASE = CASES["{name}"]
model, data, optimizer = CASE.model, CASE.data, CASE.optimizer
if CASE.loss:
    loss = CASE.loss
"""


class Seen:
    """What the leaf modules returned in one iteration of a plain loop, and its gradients."""

    def __init__(self) -> None:
        self.calls: list[tuple[nn.Module, Tensor, list[Tensor]]] = []
        self.model = nn.Module()

    def _leave(self, module: nn.Module, args: Any, output: Any) -> None:
        if len(list(module.modules())) >= len(list(self.model.modules())):
            self.model = module  # a checkpoint runs parts once more, after the whole
        if isinstance(output, Tensor):
            gradients: list[Tensor] = []
            self.calls.append((module, output.detach().clone(), gradients))
            if output.requires_grad:
                output.register_hook(lambda g: gradients.append(g.detach().clone()))  # type: ignore[no-untyped-call]

    @contextmanager
    def watching(self) -> Iterator[None]:
        handle = nn_module.register_module_forward_hook(self._leave)
        try:
            yield
        finally:
            handle.remove()

    def tensors(self) -> dict[str, Tensor]:
        """By the names that the tape has for them; only what ran once."""
        paths = {m: n for n, m in self.model.named_modules() if not list(m.children())}
        ran = [m for m, _, _ in self.calls]
        found: dict[str, Tensor] = {}
        for module, output, gradients in self.calls:
            if module in paths and ran.count(module) == 1:
                found[paths[module]] = output
                if len(gradients) == 1:
                    found[f"{paths[module]}.grad"] = gradients[0]
        for name, p in self.model.named_parameters():
            if p.grad is not None:
                found[f"{name}.grad"] = p.grad.detach().clone()
            found[f"{name}.new"] = p.detach().clone()
        return found


def library(name: str) -> None:
    """Skip where a library is missing.

    A torchvision whose compiled part is for another build of torch cannot be imported before what
    it lacks has a signature; the architectures here do not call it.
    """
    if importlib.util.find_spec("torchvision"):  # all three of them import it
        try:
            importlib.import_module("torchvision")
        except RuntimeError:
            for op in ("nms", "qnms"):
                LACKING.define(SIGNATURE.format(op))  # type: ignore[no-untyped-call]
    pytest.importorskip(name)


SIGNATURE = "{}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
LACKING = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_it_ends_where_a_plain_loop_ends(name: str, tmp_path: Path) -> None:
    library(CASES[name].library)
    file = tmp_path / "zoo.py"
    file.write_text(FILE.format(name=name))
    loop, seen = states(str(file.with_suffix(""))), Seen()
    plain = list(islice(loop, 1))
    with seen.watching():
        plain += islice(loop, 1)
    truth = seen.tensors()
    plain += islice(loop, 3)

    driven = Drive("", model=str(file))

    def check() -> None:
        state, loss = plain[driven.at[0] - 1]
        assert driven.state == state
        assert driven.moved.frame.loss == pytest.approx(loss, rel=1e-6)

    for _ in range(2):
        driven("finish")
        check()
    names = [e.name for s in driven.session.navigator.tape.segments for e in s.ops]
    assert len(set(names)) == len(names)
    print(f"\n{name}: {explained(driven, truth, random.Random(name))}")  # noqa: T201
    driven("op", "op", "back op", "phase", "back phase", "phase", "phase", "phase", "op", "op")
    driven("back op", "finish")
    check()
    driven("back iteration")
    check()
    driven("goto 5")
    check()
    driven("goto 1", "op")
    driven.again()
    driven("finish")
    check()
    assert not driven.session.history.divergence


def explained(driven: Drive, truth: dict[str, Tensor], draw: random.Random) -> str:
    """Random cells have the numbers of the plain loop, or torch's own where it keeps none."""
    tally = {True: 0, False: 0, None: 0}
    ops = [e.name for s in driven.session.navigator.tape.segments for e in s.ops]
    names = [n for n, t in truth.items() if t.numel()]
    for name in (*_some(names, draw), *_some([*ops, *(f"{n}.grad" for n in ops)], draw)):
        tensor = truth.get(name, driven.find(name).tensor)
        if tensor is None or tensor.is_complex() or not tensor.numel():
            continue
        index = [draw.randrange(n) for n in tensor.shape]
        try:
            found = explain(Explain(f"{name}{index_text(index)}"), driven.session)
        except Rejected:
            tally[None] += 1
            continue
        tally[found.checked] += 1
        assert found.value == float(tensor[tuple(index)]), (found.cell, found.op)
    return f"{tally[True]} cells checked, {tally[False]} not, {tally[None]} without an answer"


def _some(names: list[str], draw: random.Random) -> list[str]:
    return draw.sample(names, min(CELLS, len(names)))
