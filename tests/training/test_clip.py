"""Gradient clipping: to the bit as in a plain loop, and nowhere to be seen where it is off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import nn

from lenet_tui.app.all_words import words
from lenet_tui.app.program import program
from lenet_tui.cli import transcript_jsonl
from lenet_tui.explain.engine.answers import explain
from lenet_tui.explain.explain_values import at_cursor
from lenet_tui.explain.explanation import Explain, Explanation
from lenet_tui.explain.words.pane import explain_words
from lenet_tui.protocol.options import Options, as_dict, resolve
from lenet_tui.protocol.phases import TURN
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.sessions.file_format import decode, encode
from lenet_tui.stepping.phase_states import stations
from tests.harness.driving import Drive
from tests.harness.export_sessions import exported, ran, shown, training
from tests.harness.oracle import LeNet, State, digits, digits_order, state_of

LIMIT = 0.5
"""Below the norms of the first iterations, above some of the later ones."""
AT = ("forward", "loss", "zero_grad", "backward", "clip", "update")


def plain(count: int, clips: dict[int, float] | None = None) -> Iterator[tuple[State, float]]:
    """The loop as a person would write it. ``clips``: the limit from an iteration on (0: off)."""
    images, labels = digits()
    torch.manual_seed(3)
    net = LeNet()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    limit = LIMIT if clips is None else 0.0
    for number, picked in enumerate(torch.split(digits_order(3, 0), 4)[:count], 1):
        limit = (clips or {}).get(number, limit)
        loss = nn.functional.cross_entropy(net(images[picked]), labels[picked])
        net.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        norm = 0.0
        if limit:
            norm = float(torch.nn.utils.clip_grad_norm_(net.parameters(), limit))
        optimizer.step()
        yield state_of(net), norm


def drive_of(**more: object) -> Drive:
    given = {"seed": 3, "batch_size": 4, "optimizer": "momentum", "lr": 0.1, "clip": LIMIT}
    return Drive(**(given | more))  # type: ignore[arg-type]


def test_by_phases_by_ops_and_flat_out() -> None:
    wanted = list(plain(45))
    assert any(norm < LIMIT for _, norm in wanted) and wanted[0][1] > LIMIT
    drive = drive_of()
    phases = []
    for _ in AT:
        drive("phase")
        phases.append(drive.at[1])
    assert tuple(phases) == AT and drive.state == wanted[0][0]
    drive(*["op"] * (12 + 1 + 10 + 27 + 10 + 10))
    assert drive.at == (2, "update", None, 70) and drive.state == wanted[1][0]
    drive("run 43")
    assert drive.state == wanted[44][0]
    for iteration in (7, 33, 44, 1):
        drive(f"goto {iteration}")
        assert drive.state == wanted[iteration - 1][0]
        assert not drive.moved.frame.divergence
    drive("goto 40")
    drive.again()
    drive("finish")
    assert drive.state == wanted[40][0]


def test_there_and_back_through_its_ops() -> None:
    drive = drive_of()
    drive("finish", "phase", "phase", "phase", "phase")
    before = drive.state
    drive("phase")
    after = drive.state
    assert before != after
    seen = []
    for _ in range(10):
        seen.append((drive.at, drive.state))
        drive("back op")
    assert drive.at[1:3] == ("backward", None) and drive.state == before
    for at, state in reversed(seen):
        drive("op")
        assert (drive.at, drive.state) == (at, state)
    assert drive.at[1:3] == ("clip", None)
    mixed = [state for at, state in seen if at[2] == 4]
    names = list(after)
    assert [mixed[0][n] == after[n] for n in names] == [True] * 4 + [False] * 6


@pytest.mark.slow
def test_turned_on_and_off_while_training() -> None:
    wanted = [state for state, _ in plain(9, {3: LIMIT, 6: 0.0, 8: 0.25})]
    drive = drive_of(clip=0.0)
    drive("run 2", "phase", "phase", "set clip 0.5")
    phases = [drive("phase").frame.position.phase for _ in range(4)]
    assert phases == ["zero_grad", "backward", "clip", "update"]
    assert drive.state == wanted[2]
    drive("run 2", "phase", "phase", "phase", "phase", "set clip 0")
    assert drive.moved.frame.next_phase == "update"
    drive("phase")
    assert drive.state == wanted[5]
    drive("finish", "set clip 0.25", "back iteration", "finish", "finish", "finish")
    assert drive.at[:3] == (9, "update", None) and drive.state == wanted[8]
    for iteration, state in reversed(list(enumerate(wanted, 1))):
        drive(f"goto {iteration}")
        assert drive.state == state and not drive.moved.frame.divergence
    drive("goto 9")
    script = exported(drive)
    assert ran(script) == shown(drive)


@pytest.mark.parametrize("inside", [0, 4])
def test_the_exported_script_is_equal(inside: int) -> None:
    drive = drive_of()
    drive("run 5", *["phase"] * 4, *(["op"] * inside or ["phase"]))
    script = exported(drive)
    assert "torch.nn.utils.clip_grad_norm_(net.parameters(), 0.5)" in training(script)
    assert ran(script) == shown(drive)


def test_skipped_and_done_out_of_turn() -> None:
    drive = drive_of()
    drive("phase", "phase", "phase", "phase")
    before = drive.state
    assert drive("skip clip").frame.next_phase == "update" and drive.state == before
    drive("do clip")
    assert drive.state != before
    assert ran(exported(drive)) == shown(drive)
    drive("finish")
    assert ran(exported(drive)) == shown(drive)


def test_where_it_is_off_there_is_none() -> None:
    drive = drive_of(clip=0.0)
    assert "clip" not in as_dict(drive.options)
    frame = drive("phase").frame
    assert [s.phase for s in stations(frame)] == ["init", *TURN]
    assert not any("clip" in line.code for line in program(frame).lines)
    assert str(drive.tries("do clip").error) == "clip is off: set clip to more than 0 first"
    assert "not next" in str(drive.tries("skip clip").error)
    assert [drive("phase").frame.position.phase for _ in TURN[1:]] == list(TURN[1:])
    assert "clip" not in exported(drive)


def test_it_stands_on_the_rail_and_in_the_program() -> None:
    drive = drive_of()
    frame = drive("phase").frame
    assert [s.phase for s in stations(frame)] == ["init", *AT]
    codes = [line.code.strip() for line in program(frame).lines]
    place = codes.index("torch.nn.utils.clip_grad_norm_(net.parameters(), 0.5)")
    assert codes[place - 1 : place + 2][::2] == ["loss.backward()", "optimizer.step()"]
    frame = drive("phase", "phase", "phase", "phase").frame
    norm, factor = (value for _, value in frame.entry.numbers) if frame.entry else (0.0, 0.0)
    assert norm == next(plain(1))[1] and factor == pytest.approx(LIMIT / norm, 1e-5)
    note = next(line.notes for line in program(frame).lines if line.mark == "current")
    assert note[0][1]["numbers"].startswith("norm ")
    for language, said in (("en", "Total norm before: "), ("zh", "裁剪前的总范数：")):
        found = at_cursor(frame)
        lines = explain_words(words(language), found.phase, found.op, found.values)
        assert any(line.startswith(f"{said}{norm:.6g}"[:16]) for line in lines), lines
        assert any(f"{factor:.5g}"[:6] in line for line in lines), lines


def test_the_transcript_has_its_norm_and_factor() -> None:
    drive = drive_of()
    passed = drive("phase", "phase", "phase", "phase", "phase").phase
    assert passed is not None
    events = [transcript_jsonl.op(op) for op in passed.ops]
    assert {e["phase"] for e in events} == {"clip"} and len(events) == 10
    assert len({(e["norm"], e["factor"]) for e in events}) == 1
    assert all(e["sha256"] == drive.state[e["name"]][1] for e in events)


@pytest.mark.parametrize("moves", [("phase",) * 5, ("finish",), ("finish", "phase"), ("run 6",)])
def test_a_clipped_gradient_is_explained(moves: tuple[str, ...]) -> None:
    drive = drive_of()
    drive(*moves)
    for cell in ("fc3.bias.grad[3]", "conv1.weight.grad[0,0,1,1]"):
        answer = explain(Explain(cell), drive.session)
        assert isinstance(answer, Explanation)
        assert answer.op == "clip" and answer.checked
        operand = answer.terms[0].operands[0]
        before = explain(Explain(f"{operand.tensor}[{cell.partition('[')[2]}"), drive.session)
        assert isinstance(before, Explanation) and before.value == operand.value
        assert before.op != "clip" and before.checked


def test_a_saved_session_has_it() -> None:
    drive = drive_of(clip=0.0)
    drive("run 3", "set clip 0.5", "run 3", "phase")
    snapshot = drive.session.snapshot()
    for options in (resolve(clip=0.5, device="cpu"), Options(device="cpu")):
        saved = SavedSession(options, snapshot, drive.store.blobs)
        back = decode(encode(saved))
        assert back.options == options and back.snapshot.plans == snapshot.plans
    before = drive.state
    drive.again()
    drive("back phase", "phase")
    assert drive.state == before
    assert drive("finish").frame.position.index == 70
