"""What moves though it is frozen, and what is tied in name but not in storage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import torch
from torch import Tensor, nn

from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.numbers.many import largest
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.phases import FORWARD, INIT, UPDATE
from lenet_tui.tape.engine.entries import UpdateEntry
from lenet_tui.tape.engine.in_place import storage
from lenet_tui.tape.engine.step_phases import BY_HAND
from lenet_tui.training.engine.trainer import Trainer

HEADS = (nn.Linear, nn.Conv1d, nn.Conv2d)
SMALL = 8
"""Numbers below which two tensors may be equal by chance."""


class FrozenDetector(Detector):
    """A parameter that requires no gradient, or a buffer of a frozen module, has changed."""

    def __init__(self) -> None:
        self._parameters: dict[str, tuple[UpdateEntry, float, str]] = {}
        self._buffers: dict[str, tuple[float, str]] = {}
        self._by_hand: set[str] = set()

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        for segment in iteration.tape.segments:
            for entry in segment.updates:
                if entry.optimizer == BY_HAND:
                    self._by_hand.add(entry.name.rpartition(".")[0])
                elif not iteration.trains.get(entry.name, True):
                    by = float((entry.after - entry.before).float().norm())
                    if by:
                        line = iteration.phase_line(segment)
                        self._parameters.setdefault(entry.name, (entry, by, line))
        for path, module in iteration.trainer.modules():
            if not module._buffers:
                continue
            own = [name for name, p in module._parameters.items() if p is not None]
            trains = [iteration.trains.get(f"{path}.{n}".removeprefix("."), False) for n in own]
            if not own or any(trains):
                continue
            for name, buffer in module._buffers.items():
                full = f"{path}.{name}".removeprefix(".")
                before = iteration.before.get(full)
                if buffer is None or before is None or not before.is_floating_point():
                    continue
                by = float((iteration.after[full] - before).float().norm())
                if by:
                    op = next((o for _, o in iteration.ops() if o.module == path), None)
                    self._buffers.setdefault(full, (by, iteration.line(op)))
        return ()

    def end(self) -> Iterable[Finding]:
        if self._parameters:
            names = sorted(self._parameters)
            entry, by, line = self._parameters[names[0]]
            settings = entry.settings
            yield Finding(
                "frozen-but-moves", UPDATE.name, names[0], line,
                {"parameters": names, "count": len(names), "moved": by,
                 "optimizer": entry.optimizer, "gradient": entry.grad is not None,
                 "weight_decay": float(settings.get("weight_decay", 0) or 0),
                 "momentum": float(settings.get("momentum", 0) or 0)},
            )  # fmt: skip
        buffers = [n for n in self._buffers if n.rpartition(".")[0] not in self._by_hand]
        if buffers:
            by, line = self._buffers[buffers[0]]
            yield Finding(
                "frozen-but-moves", FORWARD.name, buffers[0].rpartition(".")[0], line,
                {"buffers": buffers, "count": len(buffers), "moved": by, "reason": "buffers"},
            )  # fmt: skip


class TiedDetector(Detector):
    """An embedding and a head, or a weight and its transpose, equal to the bit in two storages.

    It looks at what the first iteration began with: a script stands after its update.
    """

    def __init__(self) -> None:
        self._looked = False

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        if not self._looked:
            self._looked = True
            yield from self._begun(iteration.trainer, iteration.before)

    def _begun(self, trainer: Trainer, before: Mapping[str, Tensor]) -> Iterable[Finding]:
        modules = dict(trainer.modules())
        alike: dict[_Like, list[_Weight]] = {}
        kinds = {n: modules.get(n.rpartition(".")[0]) for n in trainer.parameters}
        named = {
            name: before.get(name, p)
            for name, p in trainer.parameters.items()
            if p.dim() >= 2 and p.numel() >= SMALL
            if isinstance(kinds[name], (nn.Embedding, *HEADS))
        }
        known = largest(named.values())
        sizes = {
            name: known[id(t)] if id(t) in known else float(t.detach().abs().max())
            for name, t in named.items()
        }
        times = Counter(sizes.values())
        for name, value in named.items():
            size = sizes[name]
            if times[size] == 1:
                continue  # no other one is equal to it
            head = isinstance(kinds[name], HEADS)
            second = _Weight(name, trainer.parameters[name], value, head, size)
            for first in (w for like in second.partners() for w in alike.get(like, ())):
                if first.apart_from(second):
                    shapes = first.tensor.shape, second.tensor.shape
                    yield Finding(
                        "tied-but-apart", INIT.name, first.name, "",
                        {"first": first.name, "second": second.name,
                         "shape": list(shapes[0]), "transposed": shapes[0] != shapes[1]},
                    )  # fmt: skip
            alike.setdefault(second.like, []).append(second)


_Like = tuple[bool, torch.device, tuple[int, ...], float]
"""Whether it is of a head, the device, the shape, and the largest absolute value."""


class _Weight:
    """A weight, as it was, with its largest ``size``, which tells it from most others at once.

    ``live``: where it is stored.
    """

    def __init__(self, name: str, live: Tensor, tensor: Tensor, head: bool, size: float) -> None:
        self.name, self.live, self.tensor, self.head = name, live, tensor.detach(), head
        self.like: _Like = head, tensor.device, tuple(tensor.shape), size

    def partners(self) -> Iterator[_Like]:
        """What weights are like with which this one may be tied: itself, or its transpose."""
        head, device, shape, size = self.like
        yield not head, device, shape, size
        if head and len(shape) == 2:
            yield True, device, shape[::-1], size

    def apart_from(self, other: _Weight) -> bool:
        """Whether a partner begins equal, as tied weights do, in another storage."""
        a, b = self.tensor, other.tensor
        if storage(self.live) == storage(other.live) or self._constant:
            return False
        if self.head is not other.head:
            return a.equal(b)
        return not self._symmetric and a.equal(b.t())

    @cached_property
    def _constant(self) -> bool:
        low, high = self.tensor.float().aminmax()
        return bool(low == high)

    @cached_property
    def _symmetric(self) -> bool:
        a = self.tensor
        return a.shape[0] == a.shape[1] and a.equal(a.t())
