"""The loaders of a script that does not go on: what their samples say of how they are prepared."""

from __future__ import annotations

import functools
import gc
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils.data import DataLoader, IterableDataset, RandomSampler, SequentialSampler

from lenet_tui.findings.engine.detectors.tried import stacked, unsaid
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.numbers.normalised import MOVES, SCALES, SHIFTS, Spread, spread_of
from lenet_tui.findings.engine.numbers.repeats import samples
from lenet_tui.findings.engine.own_frames import line_now
from lenet_tui.findings.engine.workers import drawn_alike
from lenet_tui.findings.finding import NOTE, WARNING, Finding
from lenet_tui.protocol.phases import FORWARD
from lenet_tui.tape.engine.torch_functions import known
from lenet_tui.training.engine import batch
from lenet_tui.training.engine.generators import unchanged_generators

TWICE = 2
"""Times in a row that the same batch comes again, so that it is no chance."""
LOADERS = 4
"""Loaders that are looked at."""
ENOUGH, SAMPLES = 16, 64
"""Samples that two loaders are compared by: at least, and at most."""
PLANES = 3
TIMES, NEAR = 1.7, 0.2
"""A spread so many times the other is no chance, where quantiles lie so near to a line."""


def all_loaders() -> list[DataLoader[Any]]:
    """Every loader that there is."""
    return [o for o in gc.get_objects() if issubclass(type(o), DataLoader)]


class Loaders:
    """Notes meanwhile each loader that is iterated over: many have no name that holds them.

    ``alive``: finds those that wait.
    """

    def __init__(self, alive: Callable[[], list[DataLoader[Any]]] = all_loaders) -> None:
        self._alive = alive
        self._used: deque[DataLoader[Any]] = deque(maxlen=LOADERS)
        self._original: Any = None
        self._begun = 0
        self._last: tuple[int, str] = 0, ""
        self._again = 0

    def __enter__(self) -> Loaders:
        original, used = DataLoader.__iter__, self._used
        self._original = original

        @functools.wraps(original)
        def iterate(loader: DataLoader[Any]) -> Any:
            if all(loader is not known for known in used):
                used.append(loader)
            self._begun += 1
            return original(loader)

        DataLoader.__iter__ = iterate  # type: ignore[method-assign]
        return self

    def __exit__(self, *error: object) -> None:
        DataLoader.__iter__ = self._original  # type: ignore[method-assign]

    def stacked(self, given: Any) -> bool:
        """Whether the first axis of what a model is given is the one that a loader has stacked its
        samples along.

        A script may have moved that axis since: what it has transposed lies in memory otherwise, or
        has as many rows as no batch of a loader has.
        """
        tensors = [t for t in batch.tensors(given) if t.dim()]
        as_it_was = all(any(_rows(t, loader) for loader in self._used) for t in tensors)
        return bool(tensors) and bool(self._used) and all(map(stacked, self._used)) and as_it_was

    @property
    def in_order(self) -> bool:
        """Whether no loader shuffles its samples."""
        return all(isinstance(loader.sampler, SequentialSampler) for loader in self._used)

    def see(self, iteration: Iteration) -> Iterator[Finding]:
        """Whether a loader begins its epoch again for each iteration, and gives the same batch."""
        whole = iteration.tape.batch
        now = self._begun, "" if whole is None else samples(whole.whole)
        begun, found = self._last
        same = now[0] > begun > 0 and found != "" and now[1] == found
        self._last, self._again = now, self._again + 1 if same else 0
        if self._again == TWICE and any(len(loader) > 1 for loader in self._used):
            evidence = {"reason": "samples", "iterations": iteration.number}
            yield Finding("same-batch-again", FORWARD.name, "input", "", evidence)

    def look(self) -> Iterator[Finding]:
        """What is found in them and in those that wait. Their datasets are asked for samples."""
        loaders = list({id(o): o for o in (*self._used, *self._alive())}.values())
        loaders = [o for o in loaders if not isinstance(o.dataset, IterableDataset)][:LOADERS]
        random = [o for o in loaders if isinstance(o.sampler, RandomSampler)]
        trained = random or [o for o in loaders if any(o is used for used in self._used)]
        others = [o for o in loaders if all(o is not one for one in trained)]
        with unchanged_generators():
            for loader in loaders:
                with unsaid():
                    yield from alike(loader)
            with unsaid():
                yield from _twice(trained)
            with unsaid():
                yield from _apart(trained, others)


def _rows(tensor: Tensor, loader: DataLoader[Any]) -> bool:
    """Whether a tensor has a row for each sample of a batch, and its rows lie one behind another.

    The last batch may be a smaller one.
    """
    size = loader.batch_size
    if size is None or tensor.stride(0) != max(tensor.stride()):
        return False
    return tensor.shape[0] == size or (tensor.shape[0] < size and size not in tensor.shape)


def alike(loader: DataLoader[Any]) -> Iterator[Finding]:
    """Whether its workers draw the same random numbers."""
    drawn = drawn_alike(loader)
    if drawn is not None:
        reason, level = ("workers", WARNING) if drawn.alike else ("epochs", NOTE)
        evidence = {"reason": reason, "set_up_by": drawn.by, "workers": loader.num_workers}
        yield Finding("same-batch-again", FORWARD.name, "input", drawn.line, evidence, level)


# Normalised twice


@dataclass(slots=True)
class _Way:
    """What happened to a tensor: the spread before each shift and scaling, and at which line."""

    tensor: Tensor
    steps: tuple[tuple[str, Spread | None, str], ...] = ()


class _Ways(TorchFunctionMode):
    """Follows the tensors of a sample through shifts and scalings."""

    def __init__(self) -> None:
        super().__init__()
        self.of: dict[int, _Way] = {}

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        name = known(func).op.rstrip("_")
        given = args[0] if args and isinstance(args[0], Tensor) else None
        steps: tuple[tuple[str, Spread | None, str], ...] = ()
        if given is not None and name in SHIFTS | SCALES | MOVES:
            way = self.of.get(id(given))
            steps = way.steps if way is not None else ()
            if name not in MOVES and given.numel() > 1 and len(steps) < 2 * LOADERS:
                steps += ((name, spread_of(given), line_now()),)
        made = func(*args, **kwargs or {})
        if isinstance(made, Tensor) and steps:
            self.of[id(made)] = _Way(made, steps)
        return made


def _twice(loaders: list[DataLoader[Any]]) -> Iterator[Finding]:
    """Whether a sample was of unit scale, and was shifted and scaled once more."""
    for loader in loaders[:1]:
        with _Ways() as ways:
            sample = loader.dataset[0]
        for tensor in _tensors(sample):
            way, after = ways.of.get(id(tensor)), spread_of(tensor)
            if way is None or after is None or not after.far:
                continue
            for number, (_, before, line) in enumerate(way.steps):
                left = [name for name, _, _ in way.steps[number:]]
                taken = next((n for n, name in enumerate(left) if name in SHIFTS), len(left))
                if before is not None and before.unit and SCALES & {*left[taken:]}:
                    evidence = {
                        "reason": "again", "mean": after.mean, "std": after.std, "op": line,
                        "mean_before": before.mean, "std_before": before.std,
                    }  # fmt: skip
                    yield Finding("input-scale", FORWARD.name, "input", line, evidence)
                    return


def _tensors(sample: Any) -> list[Tensor]:
    values = list(sample.values()) if isinstance(sample, Mapping) else sample
    values = values if isinstance(values, (list, tuple)) else [values]
    return [t for t in values if isinstance(t, Tensor) and t.is_floating_point()]


# Normalised in one loader only


def _apart(random: list[DataLoader[Any]], others: list[DataLoader[Any]]) -> Iterator[Finding]:
    """Whether pictures of the one are those of the other, shifted or scaled."""
    for one in random[:1]:
        for other in others:
            if one.dataset is other.dataset:
                continue
            ours, theirs = _pictures(one), _pictures(other)
            if ours is None or theirs is None or ours.shape[1] != theirs.shape[1]:
                continue
            if _same_but_scaled(ours, theirs):
                evidence = {
                    "reason": "apart", "mean": float(ours.mean()), "std": float(ours.std()),
                    "mean_there": float(theirs.mean()), "std_there": float(theirs.std()),
                    "samples": min(len(ours), len(theirs)),
                    "dataset": type(other.dataset).__name__,
                }  # fmt: skip
                # A note: what the other loader's pictures are for is not known.
                yield Finding("input-scale", FORWARD.name, "input", "", evidence, NOTE)
                return


def _pictures(loader: DataLoader[Any]) -> Tensor | None:
    """Some numbers of some pictures, for each sample and channel; ``None``: it has none."""
    dataset: Any = loader.dataset
    count = len(dataset)
    if count < ENOUGH:
        return None
    found: list[Tensor] = []
    for number in range(0, count, max(1, count // SAMPLES)):
        planes = [t for t in _tensors(dataset[number]) if t.dim() == PLANES]
        if not planes:
            return None
        numbers = planes[0].flatten(1).double()
        at = torch.linspace(0, numbers.shape[1] - 1, 256).long()
        found.append(numbers[:, at])
    if len({len(t) for t in found}) != 1:
        return None
    return torch.stack(found)


def _same_but_scaled(ours: Tensor, theirs: Tensor) -> bool:
    """Whether the quantiles lie on a line, whose slope is far from 1."""
    shares = torch.linspace(0.05, 0.95, 19, dtype=torch.float64)
    a, b = (torch.quantile(t.flatten()[:: max(1, t.numel() // 100_000)], shares)
            for t in (ours, theirs))  # fmt: skip
    if float(a.std()) == 0 or float(b.std()) == 0:
        return False
    slope = float(b.std() / a.std())
    line = (a - a.mean()) * slope + b.mean()
    straight = float((line - b).square().mean().sqrt()) <= NEAR * float(b.std())
    return straight and not 1 / TIMES < slope < TIMES
