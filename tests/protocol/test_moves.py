"""Moves as text and as data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenet_tui.protocol.condition import COMPARE, STATISTICS, Watch
from lenet_tui.protocol.moves import (
    CONTINUE_LIMIT,
    AddWatch,
    Back,
    Continue,
    Do,
    Forward,
    Goto,
    KillEngine,
    Move,
    MoveError,
    ReverseContinue,
    Run,
    Set,
    Skip,
    ToOp,
    Unwatch,
    Vector,
    parse_move,
)
from lenet_tui.protocol.options import LOSSES, OPTIMIZERS
from lenet_tui.protocol.phases import TURN


@pytest.mark.parametrize(
    "line, move",
    [
        ("phase", Forward("phase")),
        ("  op\t", Forward("op")),
        ("finish", Forward("iteration")),
        ("run 12", Run(12)),
        ("run 0", Run(0)),
        ("back   phase", Back("phase")),
        ("back iteration", Back("iteration")),
        ("goto 0", Goto(0)),
        ("goto op layers.0.conv1#2", ToOp("layers.0.conv1#2")),
        ("skip zero_grad", Skip("zero_grad")),
        ("do update", Do("update")),
        ("do backward", Do("backward")),
        ("do backward random", Do("backward", Vector("random"))),
        ("do backward onehot 3", Do("backward", Vector("onehot", onehot=3))),
        ("do backward 1,-2.5, 3e-2", Do("backward", Vector("values", values=(1, -2.5, 0.03)))),
        ("set lr 1e-3", Set("lr", 0.001)),
        ("set batch-size 64", Set("batch-size", 64)),
        ("set data /a path/with blanks.npz", Set("data", "/a path/with blanks.npz")),
        ("set device cuda:1", Set("device", "cuda:1")),
        ("set seed 0", Set("seed", 0)),
        ("watch loss < 0.1", AddWatch(Watch("loss", "", "<", 0.1))),
        ("unwatch 2", Unwatch(2)),
        ("continue", Continue(CONTINUE_LIMIT)),
        ("continue 5", Continue(5)),
        ("reverse-continue", ReverseContinue()),
        ("kill-engine", KillEngine()),
    ],
)
def test_every_move(line: str, move: Move) -> None:
    assert parse_move(line) == move
    assert parse_move(str(move)) == move


@pytest.mark.parametrize(
    "line",
    [
        *("", "   ", "#", "step", "Phase", "phase 3", "op op", "run", "run x", "run -1", "run 1.5"),
        *("run 1e3", "back", "back init", "back op 2", "goto", "goto -1", "goto 1 2", "skip"),
        *("goto 9999999999999999999", "skip init", "skip forward loss", "do", "do init", "do op"),
        *("do forward random", "do backward onehot", "do backward onehot -1", "do backward 1,,2"),
        *("do backward onehot x", "do backward nan,1", "do backward 1,inf", "do backward x"),
        *("set", "set lr", "set lr x", "set lr -1", "set lr nan", "set lr inf", "set lr 1 2"),
        *("set loss l1", "set optimizer lion", "set batch-size 0", "set batch-size 1.5"),
        *("set batch-size 100001", "set seed -1", "set threads 2", "set preset digits"),
        *("set seed 9223372036854775808", "watch", "watch loss", "unwatch", "unwatch 0"),
        *("unwatch x", "continue 0", "continue x", "reverse-continue 2", "kill-engine now"),
        "\x1b[2J",
    ],
)
def test_what_is_no_move_is_said_in_a_line(line: str) -> None:
    with pytest.raises(MoveError) as caught:
        parse_move(line)
    told = str(caught.value)
    assert told.isprintable(), told
    assert len(told) > 15


VECTORS = (
    st.just(Vector("random"))
    | st.integers(0, 99).map(lambda k: Vector("onehot", onehot=k))
    | st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=12).map(
        lambda values: Vector("values", values=tuple(values))
    )
)
NAMES = st.sampled_from(["conv1", "conv1.weight.grad", "fc1.relu#2", "0.bias.update"])
NUMBERS = st.floats(allow_nan=False)
WATCHES = st.builds(
    lambda quantity, of, compare, limit: Watch(
        quantity, "" if quantity in ("loss", "iteration") else of, compare, limit
    ),
    st.sampled_from(["loss", "iteration", "inactive", "ratio", *STATISTICS]),
    NAMES,
    st.sampled_from(sorted(COMPARE)),
    NUMBERS,
)
SETS = (
    st.builds(Set, st.just("lr"), st.floats(0, 1e30))
    | st.builds(Set, st.just("loss"), st.sampled_from(LOSSES))
    | st.builds(Set, st.just("optimizer"), st.sampled_from(OPTIMIZERS))
    | st.builds(Set, st.just("batch-size"), st.integers(1, 100_000))
    | st.builds(Set, st.just("seed"), st.integers(0, 2**63 - 1))
)
COUNTS = st.integers(1, 10**12)
MOVES: st.SearchStrategy[Move] = st.one_of(
    st.builds(Forward, st.sampled_from(["op", "phase", "iteration"])),
    st.builds(Back, st.sampled_from(["op", "phase", "iteration"])),
    st.builds(Run, COUNTS),
    st.builds(Goto, COUNTS),
    st.builds(Skip, st.sampled_from(TURN)),
    st.builds(Do, st.sampled_from(TURN)),
    st.builds(Do, st.just("backward"), VECTORS),
    SETS,
    st.builds(AddWatch, WATCHES),
    st.builds(Unwatch, COUNTS),
    st.builds(Continue, COUNTS),
    st.sampled_from([ReverseContinue(), KillEngine()]),
)


@given(MOVES)
def test_every_move_can_be_written_and_read_again(move: Move) -> None:
    line = str(move)
    assert line.isprintable()
    assert parse_move(line) == move


@given(st.text(max_size=40))
def test_any_text_is_a_move_or_an_error_in_a_line(text: str) -> None:
    try:
        parse_move(text)
    except MoveError as error:
        assert str(error).isprintable()


@given(st.sampled_from(["set ", "do backward ", "watch ", "goto ", "run "]), st.text(max_size=20))
def test_anything_after_a_verb_is_a_move_or_an_error_in_a_line(verb: str, text: str) -> None:
    test_any_text_is_a_move_or_an_error_in_a_line.hypothesis.inner_test(verb + text)  # type: ignore[attr-defined]
