"""Makes of an iteration of a script what crosses to who compares it with another's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from lenet_tui.around.engine.recording import Recording
from lenet_tui.protocol.phases import FORWARD, LOSS
from lenet_tui.tape.engine.digest import dense, raw
from lenet_tui.tape.engine.entries import Entry
from lenet_tui.tape.engine.tape import Tape
from lenet_tui.text.notice import Notice
from lenet_tui.training.engine.batch import Batch
from lenet_tui.twins.crossing import Floats, Part, Seen, Summary, Yielded
from lenet_tui.twins.engine.alignment import flat, number_of

STEMS = ("input", "target")
"""Second names of the first of several."""
LOSS_TAKES = "target"
Held = list[list[Tensor | None]]
"""The tensors of each entry of ``Seen.all``."""
Start = Sequence[tuple[Yielded, Tensor]]


class Summarised:
    """``seen``: the iteration; its tensors are those of the script, which must stand meanwhile."""

    def __init__(self, recording: Recording, start: Start = ()) -> None:
        self._held: Held = [[tensor] for _, tensor in start]
        tape, trainer = recording.tape, recording.trainer
        entries = [
            *self._batch(tape),
            *self._tape(tape),
            *self._named("after", "buffer", trainer.buffers),
        ]
        file = str(trainer.file.names["__file__"])
        loss = tape.result
        self.seen = Seen(tape.iteration, file, tuple(y for y, _ in start), tuple(entries), loss)

    def _batch(self, tape: Tape) -> Iterator[Yielded]:
        """What goes in, with the line that hands it to the model or, as a target, to the loss."""
        lines = {s.phase: s.line for s in reversed(tape.segments)}
        for made in self._named("data", "batch", batch_of(tape.batch)):
            phase = LOSS if made.name.startswith(LOSS_TAKES) else FORWARD
            yield replace(made, line=lines.get(phase, 0))

    def failed(self, error: Notice, traceback: tuple[str, ...]) -> Seen:
        """The iteration as far as it came, with what the script raised in it."""
        return replace(self.seen, loss=None, error=error, traceback=traceback)

    def _tape(self, tape: Tape) -> Iterator[Yielded]:
        for segment in tape.segments:
            for entry in segment.entries:
                tensors = entry.tensors()
                self._held.append(tensors)
                yield Yielded(
                    segment.phase.name, entry.op, entry.name, tuple(map(summary, tensors)),
                    entry.sets_gradient_of(_parameter(entry)),
                    segment.by_hand, getattr(entry, "line", 0) or segment.line, entry.numbers,
                )  # fmt: skip

    def _named(self, phase: str, op: str, tensors: Mapping[str, Tensor]) -> Iterator[Yielded]:
        for name, tensor in tensors.items():
            self._held.append([tensor])
            yield Yielded(phase, op, name, (summary(tensor),))

    def numbers(self, parts: Iterable[Part]) -> Iterator[Floats]:
        """The numbers of tensors of the iteration."""
        for entry, part in parts:
            tensor = self._held[entry][part]
            yield np.zeros(0) if tensor is None else _exact(tensor)


def begun(values: Mapping[str, Tensor], buffers: Mapping[str, Tensor]) -> Start:
    """What a script begins from, with copies of it."""
    parameters = [(_of(n, "parameter", v), v) for n, v in values.items()]
    copies = {n: b.detach().clone() for n, b in buffers.items()}
    return [*parameters, *((_of(n, "buffer", b), b) for n, b in copies.items())]


def _of(name: str, op: str, tensor: Tensor) -> Yielded:
    return Yielded("init", op, name, (summary(tensor),))


def batch_of(batch: Batch | None) -> dict[str, Tensor]:
    """The tensors of a batch, each under one name."""
    if batch is None:
        return {}
    others = {id(t) for n, t in batch.named.items() if n not in STEMS}
    return {n: t for n, t in batch.named.items() if n not in STEMS or id(t) not in others}


def summary(tensor: Tensor | None) -> Summary | None:
    """A tensor without its numbers."""
    if tensor is None:
        return None
    with torch.no_grad():
        shape, size = tuple(tensor.shape), tensor.numel()
        digest = hashlib.sha256(raw(_alike(tensor))).digest()
        return Summary(shape, str(tensor.dtype)[6:], digest, size, number_of(tensor))


def _alike(tensor: Tensor) -> Tensor:
    """The tensor with one zero and one NaN, so that equal numbers have equal bytes."""
    plain = dense(tensor)
    if plain.is_complex():
        plain = torch.view_as_real(plain)
    if not plain.is_floating_point() or plain.dtype.itemsize == 1:
        return plain
    plain = plain + 0.0
    return torch.where(plain.isnan(), plain.new_tensor(float("nan")), plain)


def _exact(tensor: Tensor) -> Floats:
    """Its elements in the smallest type of NumPy's that holds each exactly."""
    numbers = flat(tensor)
    if tensor.is_floating_point() and tensor.dtype is not torch.float64:
        numbers = numbers.to(torch.float32)
    made: Floats = numbers.numpy()
    return made


def _parameter(entry: Entry) -> str:
    return getattr(entry, "parameter", "") or entry.name
