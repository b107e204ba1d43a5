"""The engine on a GPU: run by ``pytest -m gpu`` where there is one, skipped elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import torch

from lenet_tui.process.engine import server
from lenet_tui.protocol.messages import Busy, DoMove, Failed, Moved, Ready, Start
from lenet_tui.protocol.moves import parse_move
from lenet_tui.protocol.options import resolve
from lenet_tui.protocol.position import LOADS_CUDNN, STARTS_CUDA
from lenet_tui.training.engine import devices
from lenet_tui.training.engine.determinism import deterministic
from tests.harness.conversation import Conversation
from tests.harness.driving import Drive
from tests.harness.oracle_loops import classes, notebook

pytestmark = pytest.mark.gpu
GPU = "cuda:0"
COLD = 30


@pytest.fixture(autouse=True)
def _equal_bits() -> Iterator[None]:
    deterministic(torch.device(GPU))
    yield
    torch.use_deterministic_algorithms(False)


def test_the_notebook_as_a_plain_script_runs_it_there() -> None:
    drive = Drive("notebook", seed=7, device=GPU)
    for plain in notebook(7, 3, GPU):
        drive(*["phase"] * 5)
        assert (drive.state, drive.moved.frame.loss) == (plain.state, plain.loss)


@pytest.mark.parametrize("optimizer", ["manual", "adam"])
@pytest.mark.parametrize("batch", [1, 64])
def test_flat_out_as_a_plain_loop_runs_it_there(optimizer: str, batch: int) -> None:
    *_, plain = classes(3, 70, batch, optimizer, device=GPU)
    drive = Drive(seed=3, batch_size=batch, optimizer=optimizer, device=GPU)
    drive("run 70")
    assert (drive.state, drive.moved.frame.loss) == (plain.state, plain.loss)


def test_back_and_forth_comes_out_the_same() -> None:
    drive = Drive(device=GPU, batch_size=8)
    drive("run 90", "phase", "phase", "op")
    state, at = drive.state, drive.at
    drive("back iteration", "goto 33", "goto 90", "phase", "phase", "op")
    assert (drive.state, drive.at) == (state, at)
    assert not drive.moved.frame.divergence
    drive.again()
    assert not drive("op").frame.divergence


def test_from_the_cpu_to_the_gpu_and_back_in_time() -> None:
    drive = Drive()
    drive("run 3")
    before = drive.state
    drive(f"set device {GPU}", "run 3")
    assert drive.moved.frame.options.device == GPU
    after = drive.state
    drive("goto 3", "back iteration", "goto 3")
    assert drive.state == before
    drive("goto 6")
    assert drive.state == after


def test_the_picker_knows_its_memory() -> None:
    found = {device.name: device for device in devices.list_devices()}[GPU]
    free, total = torch.cuda.mem_get_info(GPU)
    assert found.total == total and found.free is not None
    assert abs(found.free - free) < 2**30
    assert found.title == torch.cuda.get_device_name(GPU)


def test_a_phase_takes_as_long_as_the_gpu_works_at_it() -> None:
    drive = Drive(model="tests.harness.models:Slow", device=GPU)
    drive("phase")
    began = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
    ended = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
    began.record()
    torch.cuda._sleep(10**9)  # type: ignore[no-untyped-call]
    ended.record()
    ended.synchronize()
    seconds = drive("phase", "phase", "phase", "phase", "phase").frame.segments[0].seconds
    assert seconds == pytest.approx(began.elapsed_time(ended) / 1000, rel=0.5)


def test_out_of_memory_by_a_real_allocation_and_after_it() -> None:
    drive = Drive(model="tests.harness.models:Hungry", batch_size=2, device=GPU)
    drive("run 2", "set batch-size 4")
    state, at, used = drive.state, drive.at, torch.cuda.memory_allocated(GPU)
    assert "out of memory with batch size 4" in str(drive.tries("finish").error)
    assert (drive.state, drive.at) == (state, at)
    assert torch.cuda.memory_allocated(GPU) <= used + 2**20
    drive("set batch-size 1", "finish")


def test_an_assertion_on_the_device_ends_the_engine_and_the_next_carries_on() -> None:
    """A number outside the table asserts in the kernel: the context is dead for good."""
    options = resolve("digits", model="tests.harness.models:Asserting", device=GPU, batch_size=2)

    def ask(line: str) -> Moved:
        talk.send(DoMove(1, parse_move(line), parameters=True))
        return talk.until(Moved)

    with Conversation(server.main) as talk:
        talk.start(options)
        done, pid = ask("finish"), talk.client.pid
        assert not done.error and not ask("set batch-size 3").error
        talk.send(DoMove(1, parse_move("phase")))
        assert "does not answer any longer" in str(talk.until(Failed).error)
        talk.client.restart()
        talk.until(Ready)
        assert talk.client.pid != pid
        here = ask("set batch-size 2")
        assert (here.parameters, here.frame.divergence) == (done.parameters, None)
        assert ask("finish").frame.position.iteration == 2


def test_it_says_what_it_is_doing_and_warms_up_while_the_person_reads() -> None:
    with Conversation(server.main) as talk:
        talk.send(Start(resolve("digits", device=GPU)))
        talk.until(Ready)
        said = [report.what for report in talk.reports if isinstance(report, Busy)]
        assert list(dict.fromkeys(said))[:2] == [STARTS_CUDA, LOADS_CUDNN]
        time.sleep(1)
        took = []
        for number in range(1, 5):
            talk.send(DoMove(number, parse_move("finish")))
            segments = talk.until(Moved).frame.segments
            took.append(max(segment.seconds or 0 for segment in segments))
        # What has to be loaded first takes a hundred times what it takes then.
        assert took[0] < COLD * max(took[1:])


@pytest.mark.parametrize("optimizer", ["momentum", "adam", "adamw"])
def test_one_parameter_after_the_other_as_all_at_once(optimizer: str) -> None:
    *_, plain = classes(3, 3, 8, optimizer, device=GPU)
    drive = Drive(seed=3, batch_size=8, optimizer=optimizer, device=GPU)
    drive("op")
    while drive.moved.frame.position.iteration < 4:
        drive("op")
    drive("back iteration")
    assert drive.state == plain.state
