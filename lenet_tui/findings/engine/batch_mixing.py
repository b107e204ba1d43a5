"""Whether a sample's output depends on another sample's input, and from which op on.

One sample of the batch is replaced by a copy of another one, and the forward is run again in eval
mode: what moves in the rows of the others depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lenet_tui.findings.engine.mode_difference import Call, recorded
from lenet_tui.findings.engine.numbers.elements import wide
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.tape.engine.forward_recorder import ForwardRecorder
from lenet_tui.tape.engine.module_paths import Paths
from lenet_tui.text.notice import Problem
from lenet_tui.training.engine import batch
from lenet_tui.training.engine.outputs import main_output

RESHAPES = frozenset(("view", "reshape", "flatten", "unflatten", "view_as", "reshape_as"))
"""Ops that only say anew where an axis ends."""
STATISTICS = frozenset(
    ("mean", "var", "std", "var_mean", "std_mean", "sum", "batch_norm", "norm", "amax", "amin")
)
"""Ops by which a model may take statistics over its batch on purpose."""
CHOOSING = frozenset(
    ("topk", "sort", "argsort", "cumsum", "nonzero", "unique", "bincount", "bucketize", "max")
)
"""Ops by which a model may share something out among samples on purpose."""
ROUNDING = 1e-4
"""Of the largest change, what another order of summing may make."""


@dataclass(frozen=True, slots=True)
class Mixing:
    """``size`` samples; ``changed``: the one that was replaced; ``moved``: the others whose output
    is another one then, ``difference`` the largest of those. ``first``: the op from which on
    samples depend on others; ``scrambled``: the reshape that broke the axis of samples.
    ``output``: the shape of what the model returned.
    """

    size: int
    changed: int
    moved: tuple[int, ...]
    difference: float
    first: OpEntry | None
    scrambled: OpEntry | None
    output: tuple[int, ...]

    @property
    def by_statistics(self) -> bool:
        """Whether it begins at statistics over the batch, or where samples are chosen among."""
        return self.first is not None and self.first.op in STATISTICS | CHOOSING


def batch_size(call: Call, output: Tensor) -> int:
    """The samples of a call: the size of axis 0, if each input and the output agree; else 0.

    An output with another axis of that size may say something of each pair of samples.
    """
    _, args, kwargs = call
    given = [t for t in batch.tensors((args, kwargs)) if t.dim()]
    sizes = {t.shape[0] for t in given}
    if not given or not output.dim() or sizes != {output.shape[0]}:
        return 0
    size = output.shape[0]
    return 0 if size in output.shape[1:] else size


def mixing(call: Call, paths: Paths, few: bool = False) -> Mixing | None:
    """What moves where one sample is replaced; ``None``: it cannot be known.

    So it is where the axis of samples is not the first one of all inputs and the output, where
    there are fewer than three samples or all are the same, or the forward is not repeatable.
    ``few``: nor of a larger batch among whose first few samples none depends on another.
    """
    module = call[0]
    modes = [(m, m.training) for m in module.modules()]
    module.eval()
    try:
        return None if few and _apart(call) else _mixing(call, paths)
    finally:
        for m, mode in modes:
            m.training = mode


def _mixing(call: Call, paths: Paths) -> Mixing | None:
    module, args, kwargs = call
    first = _output(call)
    size = 0 if first is None else batch_size(call, first)
    found = _replacement((args, kwargs), size) if size > LEAST else None
    if first is None or found is None:
        return None
    changed, other = found
    given, named = batch.mapped((args, kwargs), lambda t: _replaced(t, changed, other))
    replaced: Call = (module, given, named)
    second = _output(replaced)
    if second is None or second.shape != first.shape:
        return None
    moved, difference = _rows_moved(first, second, changed)
    shape = tuple(first.shape)
    if not moved:
        return Mixing(size, changed, (), 0.0, None, None, shape)
    again = _output(call)
    if again is None or not torch.equal(first, again):
        return None
    before, after = _recorded(call, paths), _recorded(replaced, paths)
    if [e.op for e in before.entries] != [e.op for e in after.entries]:
        return Mixing(size, changed, moved, difference, None, None, shape)
    at = next(_first(before, after, changed, size), None)
    scrambled = next(_scrambles(before, after, changed, size), None)
    return Mixing(size, changed, moved, difference, at, scrambled, shape)


def apart(call: Call, made: Tensor) -> bool:
    """Whether the first few samples come out as in their batch, of which ``made`` was made, though
    one of them is another one and the rest are missing: then none depends on another.

    ``False``: nothing is known. The module runs as it is; one that draws numbers is not known.
    """
    size = batch_size(call, made)
    few = min(size, FEW)
    try:
        replaced = _few(call, few) if few > LEAST else None
        second = _output(replaced[0]) if replaced is not None else None
    except Exception:  # noqa: BLE001 - a model may want its batches whole
        return False
    if replaced is None or second is None or second.shape != (few, *made.shape[1:]):
        return False
    return not _rows_moved(made[:few], second, replaced[1])[0]


def _few(call: Call, few: int) -> tuple[Call, int] | None:
    """The call with the first samples alone, of which one is replaced, and which one that is."""
    module, args, kwargs = call
    given = batch.mapped((args, kwargs), lambda t: t[:few] if t.dim() else t)
    found = _replacement(given, few)
    if found is None:
        return None
    changed, other = found
    args, kwargs = batch.mapped(given, lambda t: _replaced(t, changed, other))
    return (module, args, kwargs), changed


def _apart(call: Call) -> bool:
    """Whether none of the first few samples depends on another; ``False``: there are no more.

    What mixes samples does so among few as well, and most models mix none.
    """
    module, args, kwargs = call
    sizes = {t.shape[0] for t in batch.tensors((args, kwargs)) if t.dim()}
    if len(sizes) != 1 or max(sizes) <= FEW:
        return False
    args, kwargs = batch.mapped((args, kwargs), lambda t: t[:FEW] if t.dim() else t)
    some: Call = (module, args, kwargs)
    try:
        first = _output(some)
        return first is not None and batch_size(some, first) == FEW and apart(some, first)
    except Exception:  # noqa: BLE001 - a model may want its batches whole
        return False


FEW = 5
"""Samples of a larger batch that are looked at first."""
LEAST = 2
"""Samples beside which there must be another."""


def _output(call: Call) -> Tensor | None:
    """What the model returns, as if for the first time; ``None``: no tensor."""
    module, args, kwargs = call
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        returned = module(*batch.copied(args), **batch.copied(kwargs))
    try:
        return main_output(returned).detach().clone()
    except Problem:
        return None


def _recorded(call: Call, paths: Paths) -> ForwardRecorder:
    module, args, kwargs = call
    with torch.random.fork_rng(devices=[]):
        return recorded((module, batch.copied(args), batch.copied(kwargs)), paths)


def _replacement(given: Any, size: int) -> tuple[int, int] | None:
    """A sample in the middle, and another one that differs from it."""
    tensors = [t for t in batch.tensors(given) if t.dim()]
    for changed in (size // 2, 0, size - 1):
        for other in range(size):
            if any(not torch.equal(t[changed], t[other]) for t in tensors):
                return changed, other
    return None


def _replaced(tensor: Tensor, changed: int, other: int) -> Tensor:
    if not tensor.dim():
        return tensor
    made = tensor.detach().clone()
    made[changed] = tensor[other]
    return made


def _rows_moved(before: Tensor, after: Tensor, changed: int) -> tuple[tuple[int, ...], float]:
    """The other rows of axis 0 that differ, and the largest difference in them."""
    if _others_equal(before, after, changed):  # as of most ops, and quickly said
        return (), 0.0
    apart = _difference(before, after).reshape(len(before), -1)
    if not apart.numel():
        return (), 0.0
    rows = apart.amax(1)
    least = ROUNDING * float(rows.max())
    moved = [n for n in range(len(before)) if n != changed and float(rows[n]) > least]
    return tuple(moved), max((float(rows[n]) for n in moved), default=0.0)


def _others_equal(before: Tensor, after: Tensor, changed: int) -> bool:
    """Whether all rows but one are the same, number for number."""
    parts = slice(changed), slice(changed + 1, None)
    return all(torch.equal(before[part], after[part]) for part in parts)


def _difference(before: Tensor, after: Tensor) -> Tensor:
    if before.is_complex() or not before.is_floating_point():
        return (before != after).float()
    return (wide(before) - wide(after)).abs().nan_to_num(0.0)


def _first(
    before: ForwardRecorder, after: ForwardRecorder, changed: int, size: int
) -> Iterator[OpEntry]:
    """Yields the ops whose rows differ though those of other samples should not."""
    for a, b in zip(before.entries, after.entries, strict=True):
        one, two = a.tensor, b.tensor
        if one.shape != two.shape or not one.dim():
            continue
        rows = one.shape[0] == size and bool(_rows_moved(one, two, changed)[0])
        over_all = a.op in STATISTICS and 0 in _reduced_axes(a)
        if rows or (over_all and not torch.equal(one, two)):
            yield a


def _reduced_axes(op: OpEntry) -> tuple[int, ...]:
    """The axes that a statistic is taken over, as far as they are given; all: 0 is one of them."""
    given = op.kwargs.get("dim", op.args[1] if len(op.args) > 1 else 0)
    several = given if isinstance(given, (tuple, list)) else (given,)
    return tuple(axis for axis in several if isinstance(axis, int) and not isinstance(axis, bool))


def _scrambles(
    before: ForwardRecorder, after: ForwardRecorder, changed: int, size: int
) -> Iterator[OpEntry]:
    """Yields the reshapes that had samples along one axis, and have them along none of that size.

    There is an axis of as many as there are samples behind it, but the numbers of a sample are
    spread over its places.
    """
    for a, b in zip(before.entries, after.entries, strict=True):
        if a.op not in RESHAPES or not a.args or not isinstance(a.args[0], Tensor):
            continue
        read, read_after = a.args[0], b.args[0]
        made = _difference(a.tensor, b.tensor) > 0 if a.tensor.shape == b.tensor.shape else None
        if made is None or read.shape != read_after.shape:
            continue
        was = _difference(read.detach(), read_after.detach()) > 0
        if not _along(was, changed, size) or not bool(made.any()):
            continue
        if size in made.shape and not _along(made, changed, size):
            yield a


def _along(moved: Tensor, changed: int, size: int) -> bool:
    """Whether what moved lies in one place of an axis with as many places as there are samples."""
    for axis, places in enumerate(moved.shape):
        if places == size:
            others = [n for n in range(moved.dim()) if n != axis]
            hit = moved.any(dim=tuple(others)) if others else moved
            if bool(hit[changed]) and int(hit.sum()) == 1:
                return True
    return False
