"""The engine's process as the app sees it: nothing blocks, nothing is lost, nothing outlives us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lenet_tui.process.client import EngineClient
from lenet_tui.protocol.messages import (
    Busy,
    Command,
    Died,
    DoMove,
    Failed,
    FrameAcknowledged,
    FrameUpdate,
    Moved,
    Pause,
    Printed,
    Ready,
    RunFree,
    Start,
    Subscription,
)
from lenet_tui.protocol.moves import Forward, KillEngine, Run, Set
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.position import SEARCHING
from lenet_tui.text.notice import verbatim
from tests.harness import fake_session
from tests.harness.conversation import Conversation
from tests.harness.terminal import ROOT, environment


@pytest.fixture
def talk() -> Iterator[Conversation]:
    with Conversation(fake_session.main) as conversation:
        conversation.start()
        yield conversation


def run(talk: Conversation, count: int) -> int:
    talk.send(DoMove(900, Run(count)))
    return talk.until(Moved).frame.position.iteration


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def gone(pid: int, seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not alive(pid)


def test_a_killed_engine_is_noticed_at_once_and_carries_on(talk: Conversation) -> None:
    talk.send(Subscription(graph=True))
    talk.until(FrameUpdate)
    assert run(talk, 57) == 57
    assert talk.client.pid
    killed = time.monotonic()
    os.kill(talk.client.pid, signal.SIGKILL)
    assert str(talk.until(Died).error) == "SIGKILL"
    assert time.monotonic() - killed < 0.5
    talk.client.restart()
    talk.until(Ready)
    frame = talk.until(FrameUpdate).frame
    assert (frame.position.iteration, frame.running) == (57, True)  # and it is looked at as before
    assert run(talk, 3) == 60
    talk.client.restart()  # this time with the keyframes that the second one left
    assert talk.until(FrameUpdate).frame.position.iteration == 60


def test_kill_engine_is_a_move(talk: Conversation) -> None:
    first = talk.client.pid
    run(talk, 12)
    talk.send(DoMove(7, KillEngine()))
    moved = talk.until(Moved)
    assert (moved.number, moved.frame.position.iteration) == (7, 12)
    assert talk.client.pid != first
    assert not any(isinstance(r, Died) for r in talk.reports)


def test_killed_in_the_midst_of_a_run_little_is_lost(talk: Conversation) -> None:
    talk.send(RunFree(1))
    first = talk.until(FrameUpdate).frame.position.iteration
    time.sleep(0.6)
    talk.client.restart()
    talk.until(Ready)
    assert run(talk, 0) > first + 100


def test_a_session_set_aside_is_taken_up_where_it_was(talk: Conversation) -> None:
    talk.send(Subscription(graph=True))
    assert run(talk, 57) == 57
    talk.client.set_aside()
    talk.start(Options(seed=1))
    assert run(talk, 12) == 12
    talk.client.restart()  # an engine's death meanwhile takes nothing of either
    talk.until(Ready)
    assert run(talk, 1) == 13
    talk.client.restore()
    assert talk.until(Ready).options == Options()
    assert talk.until(FrameUpdate).frame.position.iteration == 57
    assert run(talk, 3) == 60
    talk.client.restore()  # nothing is aside: nothing happens
    assert run(talk, 1) == 61


def test_what_a_session_left_at_once_still_reports_is_not_the_own_ones(
    talk: Conversation,
) -> None:
    assert run(talk, 57) == 57
    talk.client.set_aside()
    talk.send(Start(Options(seed=1, device="slow")))
    talk.send(DoMove(1, Run(12)))
    talk.client.restore()  # before the other has begun
    assert [talk.until(Ready).options.seed for _ in range(2)] == [1, 0]
    assert run(talk, 0) == 57
    talk.client.restart()
    assert talk.until(Ready).options == Options()
    assert run(talk, 3) == 60


@pytest.mark.parametrize(
    ("word", "said"), [("abort", "SIGABRT"), ("exit", "exit status 3"), ("child", "SIGABRT")]
)
def test_any_death_is_told_with_its_reason(talk: Conversation, word: str, said: str) -> None:
    talk.tell(word)
    assert str(talk.until(Died).error) == said


def test_only_plain_data_is_taken(talk: Conversation) -> None:
    pid = talk.client.pid
    talk.tell("impure")
    assert (
        str(talk.until(Died).error) == "it sent something other than plain data: datetime.datetime"
    )
    assert pid
    assert gone(pid)


def test_last_words_are_heard_in_the_next_life(talk: Conversation) -> None:
    talk.tell("abort")
    talk.until(Died)
    talk.client.restart()
    talk.until(Ready)
    lines = [r.text for r in talk.reports if isinstance(r, Printed)]
    assert "last words" in lines
    assert any("Fatal Python error: Aborted" in line for line in lines)


def test_death_while_starting_is_told() -> None:
    with Conversation(fake_session.main) as talk:
        talk.send(Start(Options(device="deadly")))
        assert str(talk.until(Died).error) == "SIGABRT"


def test_an_engine_that_cannot_start_says_why() -> None:
    with Conversation(fake_session.main) as talk:
        talk.send(Start(Options(device="nowhere")))
        assert talk.until(Failed) == Failed(verbatim("device nowhere is not here"), exit=2)
        talk.send(Start(Options(device="broken")))
        assert talk.until(Failed) == Failed(verbatim("ZeroDivisionError: the engine broke"), exit=1)
        talk.send(DoMove(1, Forward("op")))
        assert talk.until(Failed).exit == 1
        talk.start()


def test_a_hang_is_told_after_a_second_and_nothing_blocks(talk: Conversation) -> None:
    assert talk.client.pid
    began = time.monotonic()
    talk.tell("spin 60")
    busy = talk.until(Busy)
    assert busy.silent
    assert 1.0 <= busy.seconds < 2.5
    assert time.monotonic() - began < 3
    for _ in range(2000):
        talk.send(Subscription())
    hung = talk.client.pid
    started = time.monotonic()
    talk.client.restart()
    assert time.monotonic() - started < 0.3
    assert gone(hung)
    talk.until(Ready)


@pytest.mark.slow
def test_a_long_op_is_no_hang(talk: Conversation) -> None:
    talk.tell("sleep 1.6")
    talk.until(Moved)
    said = [r for r in talk.reports if isinstance(r, Busy)]
    assert len(said) >= 3
    assert not any(b.silent for b in said)
    assert said[0].what == "op"
    assert 0.4 < said[0].seconds < 1.6


@pytest.mark.slow
def test_a_search_may_speak_less_often(talk: Conversation) -> None:
    talk.tell("search 1.5")
    talk.until(Moved)
    said = [r for r in talk.reports if isinstance(r, Busy)]
    assert said[0].what == SEARCHING and not any(b.silent for b in said)


def test_close_is_quick_and_final(talk: Conversation) -> None:
    pid = talk.client.pid
    talk.tell("spin 60")
    time.sleep(0.1)
    began = time.monotonic()
    talk.client.close()
    assert time.monotonic() - began < 0.3
    assert pid
    assert gone(pid)
    talk.client.restart()
    with pytest.raises(AssertionError):
        talk.until(Died, 0.3)


def test_closing_while_it_starts_leaves_nothing() -> None:
    client = EngineClient(lambda report: None, fake_session.main)
    client.send(Start(Options()))
    client.close()
    time.sleep(0.2)
    assert client.pid is None or gone(client.pid)


def test_frames_wait_for_the_screen(talk: Conversation) -> None:
    talk.send(RunFree(1))
    first = talk.until(FrameUpdate).frame.position.iteration
    with pytest.raises(AssertionError):  # not painted yet: no second frame
        talk.until(FrameUpdate, 0.3)
    talk.send(FrameAcknowledged())
    assert talk.until(FrameUpdate).frame.position.iteration > first
    talk.send(Subscription(graph=True))  # applied in the midst of the run
    assert talk.until(FrameUpdate).frame.running
    talk.send(Pause())
    assert str(talk.until(Moved).stopped) == "paused"


def test_many_commands_in_one_go_are_answered_in_order(talk: Conversation) -> None:
    commands: list[Command] = [DoMove(n, Run(1)) for n in range(1000, 1200)]
    for command in commands:
        talk.send(command)
    numbers = [talk.until(Moved).number for _ in commands]
    assert numbers == list(range(1000, 1200))


def forked(talk: Conversation) -> int:
    """Have the engine start a child of its own, and return the child's number."""
    talk.send(DoMove(7, Set("data", "fork")))
    return int(talk.until(Printed).text)


@pytest.mark.parametrize("how", ["restart", "kill-engine", "close", "SIGKILL"])
def test_what_an_engine_has_started_ends_with_it(talk: Conversation, how: str) -> None:
    child = forked(talk)
    assert alive(child)
    if how == "restart":
        talk.client.restart()
    elif how == "kill-engine":
        talk.send(DoMove(8, KillEngine()))
    elif how == "close":
        talk.client.close()
    else:
        assert talk.client.pid is not None
        os.kill(talk.client.pid, signal.SIGKILL)
        talk.until(Died)
    assert gone(child, 2)


PARENT = """
import sys, time
from lenet_tui.process import forkserver as ours
from lenet_tui.process.client import EngineClient
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.messages import DoMove, Ready, Start
from lenet_tui.protocol.moves import Set
from tests.harness import fake_session
from multiprocessing import forkserver

ours.PRELOAD = fake_session.__name__  # not torch, which is not the subject

def said(report):
    if isinstance(report, Ready):
        template = getattr(forkserver._forkserver, "_forkserver_pid", None) or 0
        print(client.pid, template, flush=True)
        client.send(DoMove(1, Set("data", sys.argv[1])))

if __name__ == "__main__":
    client = EngineClient(said, fake_session.main)
    client.send(Start(Options()))
    time.sleep(60)
"""


@pytest.mark.parametrize("word", ["sleep 60", pytest.param("nothing", marks=pytest.mark.slow)])
def test_the_engine_never_outlives_a_parent_that_is_killed(tmp_path: Path, word: str) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    env = environment(env={"PYTHONPATH": str(ROOT)})
    with subprocess.Popen(
        [sys.executable, str(script), word], stdout=subprocess.PIPE, text=True, env=env
    ) as parent:
        assert parent.stdout
        engine, template = (int(word) for word in parent.stdout.readline().split())
        assert alive(engine)
        time.sleep(0.2)
        parent.kill()
    assert gone(engine, 2)
    assert gone(template, 2)
