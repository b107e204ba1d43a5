"""What the engine's process does with a session: answers, warnings, prints, exceptions."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lenet_tui.protocol.messages import (
    Answered,
    Asked,
    Busy,
    DoMove,
    Failed,
    Moved,
    Printed,
    Ready,
    Start,
)
from lenet_tui.protocol.moves import Run
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.position import STARTS_CUDA
from tests.harness import fake_session
from tests.harness.conversation import Conversation
from tests.harness.fake_session import Early, Question


@pytest.fixture(scope="module")
def talk() -> Iterator[Conversation]:
    with Conversation(fake_session.main) as conversation:
        conversation.start()
        yield conversation


def test_an_exception_is_a_line_and_a_traceback_in_the_log(talk: Conversation) -> None:
    moved, printed = talk.ask("raise")
    assert str(moved.error) == r"ArithmeticError: too much\x1b[31m"
    assert {line.kind for line in printed} == {"error"}
    assert printed[0].text == "Traceback (most recent call last):"
    assert any("fake_session.py" in line.text for line in printed)
    assert not talk.ask("nothing")[0].error


def test_a_lost_device_ends_the_engine_and_the_next_carries_on() -> None:
    with Conversation(fake_session.main) as talk:
        talk.start()
        talk.send(DoMove(900, Run(3)))
        talk.until(Moved)
        talk.tell("lose")
        said = "cuda:0 does not answer any longer: CUDA error"
        assert str(talk.until(Failed).error) == said + r"\x1b[31m"
        talk.client.restart()
        talk.until(Ready)
        assert talk.ask("nothing")[0].frame.position.iteration == 3


def test_what_is_printed_from_anywhere_is_caught(talk: Conversation) -> None:
    printed = talk.ask("print")[1]
    text = "\n".join(line.text for line in printed)
    assert {line.kind for line in printed} == {"output"}
    for said in ("from python", r"to stderr \x1b[2J", "from C ☃", "unfinished"):
        assert said in text
    assert talk.ask("nothing")[1] == []


def test_a_flood_is_cut_and_counted(talk: Conversation) -> None:
    printed = talk.ask("flood")[1]
    assert len(printed) < 50
    assert all(len(line.text) <= 2000 for line in printed)
    assert "bytes" in printed[-1].text
    assert talk.ask("print")[1]


def test_a_warning_is_a_line(talk: Conversation) -> None:
    assert talk.ask("warn")[1] == [Printed("warning", "UserWarning: a shape broadcasts")]


def test_it_is_out_of_reach_of_the_terminal(talk: Conversation) -> None:
    group, _, rest = talk.ask("streams")[1][0].text.partition(" ")
    assert int(group) != os.getpgid(0)
    stdin, stdout, stderr = eval(rest)
    assert stdin == "/dev/null"
    assert stdout == stderr
    assert "(deleted)" in stdout


def test_it_works_where_we_do(talk: Conversation) -> None:
    assert talk.ask("cwd")[1] == [Printed("output", str(Path.cwd()))]


def test_a_request_is_answered_rejected_or_fails_in_a_line(talk: Conversation) -> None:
    replies = []
    for number, word in enumerate(("hello", "reject", "go back", "raise"), 5):
        talk.send(Asked(number, Question(word)))
        reply = talk.until(Answered)
        replies.append((reply.number, reply.answer, str(reply.error)))
    assert replies == [
        (5, "hello at 0", "None"),
        (6, None, "there is no torch here"),
        (7, None, "iteration 6 is not kept"),
        (8, None, "ValueError: no such word"),
    ]
    assert any("no such word" in r.text for r in talk.reports if isinstance(r, Printed))


def test_some_requests_need_no_session() -> None:
    with Conversation(fake_session.main) as talk:
        talk.send(Asked(3, Early("x")))
        assert talk.until(Answered).answer == "x at None"
        talk.send(Asked(4, Question("x")))
        assert str(talk.until(Answered).error) == "the engine has not been started"


@pytest.mark.slow
def test_what_starts_slowly_is_said_at_once_and_all_the_while() -> None:
    with Conversation(fake_session.main) as talk:
        began = time.monotonic()
        talk.send(Start(Options(device="slow")))
        first = talk.until(Busy)
        assert (first.what, first.seconds) == (STARTS_CUDA, 0) and time.monotonic() - began < 1
        again = talk.until(Busy)
        assert again.what == STARTS_CUDA and again.seconds >= 0.4
        talk.until(Ready)
