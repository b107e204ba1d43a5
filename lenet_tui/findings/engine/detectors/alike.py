"""Units that begin alike and are told the same, so that they stay one unit."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.numbers.many import begin_apart
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.phases import INIT
from lenet_tui.tape.engine.entries import UpdateEntry

NEAR = 1e-5
"""A relative difference of two gradients that is rounding."""


class AlikeUnits(Detector):
    """Looks at the weights that the first iteration begins with, and at their gradients."""

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        if iteration.number != 1 or iteration.error is not None:
            return
        given = {
            e.name: e.grad
            for _, e in iteration.entries()
            if isinstance(e, UpdateEntry) and e.grad is not None
        }
        weights = {n: iteration.before[n] for n in given if n in iteration.before}
        apart_already = begin_apart(w for w in weights.values() if w.dim() > 1)
        for name, before in weights.items():
            gradient = given[name]
            if id(before) in apart_already or not _rows_alike(before) or gradient.is_sparse:
                continue
            size = float(gradient.abs().max())
            apart = float((gradient - gradient[:1]).abs().max())
            if size > 0 and apart <= NEAR * size:
                evidence = {
                    "units": before.shape[0], "value": float(before.flatten()[0]), "gradient": size,
                    "difference": apart, "shape": list(before.shape),
                }  # fmt: skip
                yield Finding("units-alike", INIT.name, name, "", evidence)


def _rows_alike(weight: Tensor) -> bool:
    """Whether a weight has several units, and all have the same numbers."""
    if weight.dim() < 2 or weight.shape[0] < 2 or weight.is_sparse or not weight.numel():
        return False
    return torch.equal(weight[0], weight[1]) and bool((weight == weight[:1]).all())
