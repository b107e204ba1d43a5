"""Keyframes of large models are in memory that outlives the engine and has no name to be left."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from lenet_tui.history.engine import keyframe
from lenet_tui.process.engine import server
from lenet_tui.protocol.blob import LARGE, SharedBlob, equal, shared, taken
from lenet_tui.protocol.messages import Died, DoMove, Moved, Printed, Ready, Remark
from lenet_tui.protocol.moves import Forward, Goto, KillEngine
from lenet_tui.protocol.options import Options
from lenet_tui.sessions import recovery_state
from lenet_tui.training.engine.trainer import Trainer
from tests.harness.conversation import Conversation
from tests.harness.driving import Drive

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has such memory")
MODEL = "tests.tape.test_state_digest:Wide"
OPTIONS = Options(device="cpu", optimizer="adam", model=MODEL)


def test_equal_pieces_are_stored_once_and_nothing_is_an_alias() -> None:
    luck = np.random.default_rng(0)
    live = [luck.integers(0, 255, size, np.uint8) for size in (9, LARGE, 0, LARGE, 70_001)]
    first = shared([a.data for a in live], None)
    assert bytes(first) == b"".join(a.tobytes() for a in live)
    before = bytes(first)
    live[1][5] += 1
    live[3], live[4] = live[4].copy(), live[3].copy()
    assert bytes(first) == before
    pieces = [a.data for a in live]
    second = shared(pieces, first)
    assert bytes(second) == b"".join(a.tobytes() for a in live) and len(second) == len(before)
    assert equal(second, pieces) and not equal(first, pieces)
    assert LARGE < taken(second) < LARGE + 1000 < taken(first)
    del first
    assert bytes(second) == b"".join(a.tobytes() for a in live)
    assert not equal(shared([bytes(second)], None), pieces)  # the same bytes in one piece


def test_it_restores_as_the_bytes_do() -> None:
    trainer = Trainer(OPTIONS)
    blob = keyframe.capture(trainer)
    stored = shared(keyframe.capture_pieces(trainer), None)
    assert bytes(stored) == blob
    for _ in range(2):  # what was restored first must not have changed what is stored
        trainer.plain_iteration()
        trainer.note_loss()
        assert keyframe.capture(trainer) != blob
        keyframe.restore(trainer, stored)
        assert keyframe.capture(trainer) == blob == bytes(stored)


def held() -> list[str]:
    """The keyframes in memory that this process holds open."""
    links = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            links.append(str(descriptor.readlink()))
    return [link for link in links if "keyframe" in link]


def digest(talk: Conversation, iteration: int) -> str:
    talk.send(DoMove(iteration, Goto(iteration)))
    while (moved := talk.until(Moved)).number != iteration:
        pass
    assert not moved.frame.divergence and not moved.error
    return moved.frame.digest


@pytest.mark.slow
def test_it_outlives_any_engine_and_is_gone_with_the_app() -> None:
    drive = Drive(model=MODEL, optimizer="adam")
    wanted = {n: drive(f"goto {n}").frame.digest for n in (3, 40, 66)}
    assert not held()
    with Conversation(server.main) as talk:
        talk.start(OPTIONS)
        assert digest(talk, 66) == wanted[66]
        stored = talk.client._recovery._blobs
        assert sorted(stored) == [0, 32, 64]
        first, last = stored[0], stored[64]
        assert isinstance(first, SharedBlob) and isinstance(last, SharedBlob)
        assert last.files[1] is first.files[0]  # for what is frozen
        assert taken(last) < len(last) - 350_000
        del stored, first, last
        assert talk.client.pid
        os.kill(talk.client.pid, signal.SIGKILL)
        talk.until(Died)
        talk.client.restart()
        talk.until(Ready)
        assert digest(talk, 40) == wanted[40]
        talk.send(DoMove(1, KillEngine()))
        for number in (3, 66):
            assert digest(talk, number) == wanted[number]
        assert all(isinstance(b, SharedBlob) for b in talk.client._recovery._blobs.values())
        assert len(held()) == 3
    del talk
    until = time.monotonic() + 10
    while held() and time.monotonic() < until:
        gc.collect()  # as a client and its threads hold each other
        time.sleep(0.05)
    assert not held()


@pytest.mark.slow
def test_what_is_too_large_to_be_read_again_is_not_saved_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery_state, "MAX_BYTES", LARGE)
    with Conversation(server.main, saves=tmp_path) as talk:
        talk.start(OPTIONS)
        talk.send(DoMove(1, Forward("iteration")))
        assert "not being saved" in str(talk.until(Remark).notice)
        talk.send(DoMove(2, Forward("iteration")))
        talk.until(Moved)
    assert not any(isinstance(r, Printed) for r in talk.reports)
    assert not list(tmp_path.glob("*.session"))
