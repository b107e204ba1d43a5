"""The tape of iterations that are run without recording is the same as long as nothing is run."""

from __future__ import annotations

import weakref

from lenet_tui.protocol.iteration_plan import Segment
from lenet_tui.protocol.options import resolve
from lenet_tui.tape.engine.progress import RecorderProgress
from lenet_tui.tape.engine.recorder import TapeRecorder
from lenet_tui.training.engine.trainer import Trainer


def recorder() -> TapeRecorder:
    return TapeRecorder(Trainer(resolve(device="cpu")), RecorderProgress(), 0.0)


def test_iterations_that_follow_one_another_have_one_tape() -> None:
    own = recorder()
    end = own.skip_to(1)
    tape = own.tape
    for iteration in (2, 3):
        assert own.skip_to(iteration) == end == tape.end
        assert own.tape is tape
        assert tape.iteration == iteration


def test_another_begins_where_something_was_run_or_set_since() -> None:
    own = recorder()
    own.skip_to(1)
    skipped = own.tape
    own.open(Segment("zero_grad", "do"))
    own.complete()
    end = own.skip_to(2)
    assert own.tape is not skipped
    assert end == own.tape.end
    assert not any(segment.entries for segment in own.tape.segments)

    skipped = own.tape
    own.trainer.change(resolve(device="cpu", clip=1.0))
    own.skip_to(3)
    assert own.tape is not skipped
    assert "clip" in [segment.phase.name for segment in own.tape.segments]

    skipped = own.tape
    own.begin(4)
    own.skip_to(5)
    assert own.tape is not skipped


def test_its_tensors_go_when_another_begins() -> None:
    own = recorder()
    values = [weakref.ref(value) for value in own.tape.base.values.values()]
    own.skip_to(1)
    own.skip_to(2)
    own.begin(3)
    assert not any(value() is not None for value in values)
