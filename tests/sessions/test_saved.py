"""A saved session comes back as it was; anything else is refused in a line, never believed."""

from __future__ import annotations

import hashlib
import json
import math
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import OptionList

from lenet_tui.app.all_words import words
from lenet_tui.protocol.evaluation import Evaluation
from lenet_tui.protocol.iteration_plan import Change, IterationPlan, Segment
from lenet_tui.protocol.messages import Snapshot
from lenet_tui.protocol.moves import Set, Vector
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.position import Position
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.sessions.file_format import SaveError, decode, encode
from lenet_tui.sessions.store import SaveFile, default_folder
from lenet_tui.sessions.ui.resume import described
from tests.harness.running_app import running

HEAD = len(b"lenet-tui session 4\n")
SCRIPT = IterationPlan(
    (
        Segment("forward"),
        Segment("zero_grad", "skip"),
        Segment("backward", "do", Vector("values", values=(0.1, -2.5e-8))),
    ),
    (Change(1, None, Set("lr", 0.1)), Change(-1, None, Set("loss", "mse"))),
)
SNAPSHOT = Snapshot(
    Position(40, "backward", 3, 20),
    2,
    (70, 4, math.inf),
    ((40, SCRIPT), (41, IterationPlan())),
    watches=((2, "norm(conv1.weight.grad) > 1"),),
    digest="ab" * 32,
    evaluations=(Evaluation(45, 300, 360, 0.5), Evaluation(70, -1, 40, 0.25)),
)
SAVED = SavedSession(
    Options(seed=3, device="cpu"),
    SNAPSHOT,
    {0: b"first", 32: b"\x00\xff" * 9, 64: b"last"},
    "2.13.0",
    1,
    "AVX2",
    math.nan,
    b"eightby." * 3,
    7,
    1e9,
    {"loss_d": b"eightby." * 2, "loss_g": b"." * 24},
)


def test_what_is_saved_comes_back() -> None:
    back = decode(encode(SAVED))
    assert back.options == SAVED.options
    assert back.snapshot == replace(SNAPSHOT, foreign=True)
    assert back.keyframes == SAVED.keyframes
    assert (back.losses, back.losses_from) == (SAVED.losses, 7)
    assert dict(back.named) == SAVED.named
    assert (back.torch, back.threads, back.cpu, back.saved) == ("2.13.0", 1, "AVX2", 1e9)
    assert back.loss is not None and math.isnan(back.loss)


def test_losses_by_name_are_checked_and_an_earlier_file_has_none() -> None:
    named = {"a\x1b[31m": b"." * 24}
    assert list(decode(encode(replace(SAVED, named=named))).named) != list(named)
    for content in (b"1234567", b"." * 32):  # no whole numbers, and more than the loss itself has
        with pytest.raises(SaveError, match="losses"):
            decode(encode(replace(SAVED, named={"a": content})))
    body = encode(replace(SAVED, named={}))[HEAD + 32 :]
    (length,) = struct.unpack_from("<Q", body)
    header = json.loads(body[8 : 8 + length])
    assert header.pop("named") == {}
    text = json.dumps(header).encode()
    earlier = struct.pack("<Q", len(text)) + text + body[8 + length :]
    whole = encode(SAVED)[:HEAD] + hashlib.sha256(earlier).digest() + earlier
    assert decode(whole).losses == SAVED.losses and not decode(whole).named


def test_a_session_in_a_list_says_what_tells_it_from_others() -> None:
    other = replace(SAVED, options=Options(optimizer="adamw", lr=0.005, batch_size=16, seed=3))
    lines = [described(saved, words("en")) for saved in (SAVED, other)]
    assert lines[0][0].endswith("iteration 40, backward  loss NaN")
    assert [how for _, how in lines] == [
        "digits · manual · lr 0.01 · batch 1 · seed 3",
        "digits · adamw · lr 0.005 · batch 16 · seed 3",
    ]


@pytest.mark.slow
async def test_beside_this_run_others_are_offered_with_what_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    ours = SaveFile(default_folder())
    ours.write([encode(SAVED)])
    other = default_folder() / "other.session"
    other.write_bytes(encode(replace(SAVED, options=Options(seed=7))))
    async with running((80, 24)) as run:
        await run.press("M")
        listed = run.app.screen.query_one(OptionList)
        while "seed 7" not in run.text:  # it is read beside everything else
            await run.pilot.pause(0.01)
        assert listed.option_count == 1 and "seed 3" not in run.text
        assert all(len(line) == 80 for line in run.lines)
    ours.close()


def test_any_bit_that_is_flipped_is_noticed() -> None:
    data = encode(SAVED)
    for place in range(len(data)):
        broken = bytearray(data)
        broken[place] ^= 1 << place % 8
        with pytest.raises(SaveError):
            decode(bytes(broken))


def test_anything_cut_short_is_noticed() -> None:
    data = encode(SAVED)
    for length in range(len(data)):
        with pytest.raises(SaveError):
            decode(data[:length])
    with pytest.raises(SaveError, match="digest"):
        decode(data + b"x")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not a saved session"),
        (b"\x80\x04\x95pickle\n", "not a saved session"),
        (encode(SAVED).replace(b"session 4\n", b"session 1\n", 1), "format 1"),
        (encode(SAVED).replace(b"session 4\n", b"session \x1b[31m\n", 1), r"\\x1b"),
    ],
)
def test_other_files_are_refused_by_name(data: bytes, said: str) -> None:
    with pytest.raises(SaveError, match=said) as refused:
        decode(data)
    assert "\n" not in str(refused.value)
    assert str(refused.value).isprintable()


def forged(change: dict[tuple[str, ...], Any]) -> bytes:
    """A file with a right digest whose header says something else at the given paths."""
    data = encode(SAVED)[HEAD + 32 :]
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    for path, value in change.items():
        within = header
        for key in path[:-1]:
            within = within[key]
        within[path[-1]] = value
    head = json.dumps(header).encode()
    rest = struct.pack("<Q", len(head)) + head + data[8 + length :]
    return b"lenet-tui session 4\n" + hashlib.sha256(rest).digest() + rest


def evaluation(iteration: int, correct: Any) -> dict[str, Any]:
    """A result, as it is in a header."""
    return {"iteration": iteration, "correct": correct, "total": 360, "loss": 0.5}


KILL = {"segment": 0, "done": None, "move": "kill-engine"}


def plan(phase: str, how: str, vector: str | None, **edit: Any) -> list[Any]:
    """A plan of one phase, as it is in a header; without an ``edit`` as before there were any."""
    segment = {"phase": phase, "how": how, "vector": vector, **edit}
    return [[1, {"segments": [segment], "changes": [], "on": []}]]


def test_forging_nothing_is_a_good_file() -> None:
    assert decode(forged({})).options == SAVED.options
    older = decode(forged({("snapshot", "plans"): plan("forward", "turn", None)})).snapshot
    assert older.plans == ((1, IterationPlan((Segment("forward"),))),)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("options.model", "os:system"),
        ("options.lr", "0.1"),
        ("options.lr", -1),
        ("options.seed", True),
        ("options.batch_size", 10**9),
        ("options.more", 1),
        ("options", []),
        ("snapshot.position.iteration", 10**9),
        ("snapshot.position.iteration", -1),
        ("snapshot.position.phase", "\x1b[31m"),
        ("snapshot.position.op", 0.5),
        ("snapshot.end", [1, 2]),
        ("snapshot.end", [70, 4, math.nan]),
        ("snapshot.end", [70, 4, 0.5]),
        ("snapshot.end", [10**9, 4, math.inf]),
        ("snapshot.end", [10, 0, math.inf]),
        ("snapshot.plans", [[1, {"segments": [], "changes": [], "on": [], "more": 1}]]),
        ("snapshot.plans", plan("forward", "turn", "__import__('os')")),
        ("snapshot.plans", [[1, {"segments": [], "changes": [KILL], "on": []}]]),
        ("snapshot.plans", plan("forwards", "turn", None)),
        ("snapshot.plans", plan("forward", "turns", None)),
        ("snapshot.plans", plan("edit", "do", None)),
        ("snapshot.plans", plan("edit", "do", None, edit="kill-engine")),
        ("snapshot.plans", plan("edit", "do", None, edit="draw 3 !")),
        ("snapshot.plans", plan("forward", "turn", None, edit="edit fc3.bias[0] 1")),
        ("snapshot.plans", plan("edit", "do", None, edit=1)),
        ("snapshot.plans", plan("forward", "turn", None, ADDED="x")),
        ("snapshot.watches", [[1, "loss < nan"]]),
        ("snapshot.spacing", 0),
        ("snapshot.evaluations", [evaluation(71, 1)]),
        ("snapshot.evaluations", [evaluation(45, 361)]),
        ("snapshot.evaluations", [evaluation(45, "1")]),
        ("keyframes", {"0": 5, "32": 18, "64": 5}),
        ("keyframes", {"1": 5, "32": 18, "64": 4}),
        ("keyframes", {"0": 5}),
        ("keyframes", {"zero": 5, "32": 18, "64": 4}),
        ("keyframes", [[0, 5], [32, 18], [64, 4]]),
        ("losses", 16),
        ("losses", 25),
        ("losses", -8),
        ("losses_from", 10**9),
        ("losses_from", 71),
        ("threads", "1"),
        ("loss", [1]),
        ("saved", "now"),
        ("saved", 1e300),
        ("torch", 2),
    ],
)
def test_a_hostile_header_is_refused_in_a_line(path: str, value: Any) -> None:
    with pytest.raises(SaveError) as refused:
        decode(forged({tuple(path.split(".")): value}))
    assert "\n" not in str(refused.value)
    assert str(refused.value).isprintable()
