"""A tape that is kept when the next iteration begins: a step back reads it and runs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor
from torch.nn import Parameter

from lenet_tui.protocol.phases import FORWARD
from lenet_tui.tape.engine.collection import collection_as_usual
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.tape.engine.in_place import tensors
from lenet_tui.tape.engine.recorder import TapeRecorder
from lenet_tui.tape.engine.tape import Past, Tape
from lenet_tui.training.engine.batch import Batch

Version = tuple[Tensor, int]
"""A tensor, and how often it had been written to."""


@dataclass(frozen=True, slots=True)
class KeptTape:
    """The tape of a whole iteration whose phases ran in turn, and what the trainer held then.

    ``versions``: of the tensors that its ops hold and that something may write into later.
    ``bytes``: what it takes at most.
    """

    tape: Tape
    segments: int
    versions: tuple[Version, ...]
    edited: dict[str, Tensor]
    batch: Batch | None
    returned: Any
    output: Tensor | None
    loss: Tensor | None
    bytes: int

    @classmethod
    def of(cls, recorder: TapeRecorder, most: int) -> KeptTape | None:
        """The recorder's tape, whose end is now; ``None`` where it is not to be kept.

        Such are one that has let go of tensors, one of more than ``most`` bytes, one whose ops hold
        tensors that do not count what is written to them, and one of a step of one's own or with
        iterators, which write freely.
        """
        trainer, tape = recorder.trainer, recorder.tape
        if trainer.options.step or trainer.updater.own or trainer.attributes.iterators.some:
            return None
        if not _whole(tape):
            return None
        # Gradients, and values before and after; an optimizer has two tensors more, at both times.
        size = (7 if trainer.updater.keeps_state else 3) * _bytes(trainer.parameters.values())
        if size > most:
            return None
        held = list(_held(tape))
        made = _bytes(t for s in tape.segments for op in s.ops for t in tensors(op.output))
        # What an op made has a gradient; both may be there in a second layout.
        size += 3 * made
        if size > most or any(t.is_inference() for t in held):
            return None
        versions = tuple([(t, t._version) for t in held])
        return cls(
            tape, len(tape.segments), versions, dict(recorder.edited),
            trainer.batch, trainer.returned, trainer.output, trainer.loss, size,
        )  # fmt: skip

    @property
    def intact(self) -> bool:
        """Whether it has all its tensors, and they are as they were."""
        segments = self.tape.segments
        return (
            len(segments) == self.segments
            and all(segment.complete for segment in segments)
            and all(t._version == version for t, version in self.versions)
            and _whole(self.tape)
        )

    def put_back(self, recorder: TapeRecorder, past: Past) -> None:
        """Have the recorder go on at its end, where the trainer is by now.

        ``past``: what was known of the next tape's past, then.
        """
        trainer, tape = recorder.trainer, self.tape
        forward = next((s for s in reversed(tape.segments) if s.phase is FORWARD), past.forward)
        if recorder.budget:
            recorder.budget.leave()
        recorder.digests.leave()
        recorder.follow(replace(past, forward=forward))
        recorder.tape, recorder.edited = tape, dict(self.edited)
        recorder.expected = forward.ops if forward else recorder.expected
        recorder.fetched = tape.iteration
        trainer.begin(tape.iteration)
        trainer.batch, trainer.returned = self.batch, self.returned
        trainer.output, trainer.loss = self.output, self.loss
        last = len(tape.segments) - 1
        before = sum(len(s.entries) for s in tape.segments[:last])
        recorder.progress.begins(tape.iteration, tape.segments[last].phase.name, last, before)
        collection_as_usual()

    def renewed(self) -> KeptTape:
        """The same, once restoring the state has written into what it holds the same numbers."""
        return replace(self, versions=tuple([(t, t._version) for t, _ in self.versions]))


def _whole(tape: Tape) -> bool:
    """Whether none of its entries has let go of its tensors."""
    return not any(entry.dropped for segment in tape.segments for entry in segment.entries)


def _held(tape: Tape) -> Iterator[Tensor]:
    """The tensors that ops hold, without parameters: those are as they are at the tape's end."""
    for segment in tape.segments:
        for entry in segment.ops:
            yield from _of(entry)
        if segment.output is not None:
            yield from _of(segment.output)
    if tape.batch is not None:
        yield from tape.batch.named.values()


def _of(entry: OpEntry) -> Iterator[Tensor]:
    given = (entry.output, entry.args, *entry.kwargs.values())
    return (t for t in tensors(given) if not isinstance(t, Parameter))


def _bytes(several: Iterable[Tensor]) -> int:
    return sum(t.numel() * t.element_size() for t in several)
