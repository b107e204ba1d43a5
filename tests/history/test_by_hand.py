"""Numbers and pictures set by hand, against the same done in plain PyTorch, to the bit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from lenet_tui.explain.engine.answers import explain
from lenet_tui.explain.explanation import Explain, Explanation
from lenet_tui.history.engine.session import Session
from lenet_tui.history.retrace import retrace
from lenet_tui.protocol.moves import MoveError, parse_move
from lenet_tui.protocol.phases import TURN
from lenet_tui.protocol.picture import packed
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.sessions.file_format import decode, encode
from tests.harness.driving import Drive
from tests.harness.few import few
from tests.harness.oracle import (
    LeNet,
    State,
    digits,
    digits_order,
    make_optimizer,
    sha,
    state_of,
)

PICTURE = np.random.default_rng(7).uniform(-1, 1, (32, 32)).astype(np.float32)
DRAW = f"draw 3 {packed(PICTURE)}"
Change = Callable[[Tensor, Tensor], None]


def plain(
    iterations: int,
    edits: Mapping[int, Callable[[LeNet], None]],
    inputs: Mapping[int, Change],
    optimizer: str = "manual",
    size: int = 1,
) -> tuple[State, float]:
    """The loop of a script. ``edits``: after which iteration; ``inputs``: of which."""
    torch.manual_seed(0)
    net, (images, labels), order = LeNet(), digits(), digits_order(0, 0)
    made = make_optimizer(optimizer, net, 0.01)
    loss = torch.tensor(0.0)
    for number in range(iterations + 1):
        if number:
            rows = order[(number - 1) * size : number * size]
            image, target = images[rows].clone(), labels[rows].clone()
            if number in inputs:
                inputs[number](image, target)
            loss = F.cross_entropy(net(image), target)
            net.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            if made is None:
                for p in net.parameters():
                    assert p.grad is not None
                    p.data.sub_(p.grad.data * 0.01)
            else:
                made.step()
        if number in edits:
            edits[number](net)
    return state_of(net), loss.item()


def edit(net: LeNet) -> None:
    net.conv1.weight.data[0, 0, 1, 2] = 0.5
    net.fc3.bias.data[9] = -0.125


def first_edit(net: LeNet) -> None:
    net.conv1.weight.data[0, 0, 1, 2] = 0.5


EDITS = ("edit conv1.weight[0,0,1,2] 0.5", "edit fc3.bias[9] -0.125")


def draw(sample: int) -> Change:
    def change(image: Tensor, target: Tensor) -> None:
        image[sample, 0] = torch.from_numpy(PICTURE)
        target[sample] = 3

    return change


def pixel(image: Tensor, target: Tensor) -> None:
    image[0, 0, 3, 4] = 0.75


def from_file(drive: Drive) -> None:
    """Go on from the session's file, in an engine that has nothing but that."""
    snapshot, blobs = drive.session.snapshot(), dict(drive.store.blobs)
    back = decode(encode(SavedSession(drive.options, snapshot, blobs)))
    drive.store.blobs = {n: bytes(blob) for n, blob in back.keyframes.items()}
    sizes = tuple((n, len(blob)) for n, blob in drive.store.blobs.items())
    taken = replace(back.snapshot, keyframes=sizes)
    drive.session = Session(back.options, drive.store, drive.hooks, taken)


@pytest.mark.parametrize("optimizer", few(["adam", "manual"]))
def test_edited_weights_and_drawn_inputs_are_a_scripts_to_the_bit(optimizer: str) -> None:
    drive = Drive(optimizer=optimizer)
    drive(EDITS[0], EDITS[1], "run 2", *EDITS, DRAW, "finish")
    expected = plain(3, {0: edit, 2: edit}, {3: draw(0)}, optimizer)
    assert (drive.state, drive.moved.frame.loss) == expected
    assert drive.moved.frame.by_hand == (("draw", 0),)
    seen = drive.find("input").tensor
    assert seen is not None and sha(seen[0, 0]) == sha(torch.from_numpy(PICTURE))
    drive("run 40")
    later = plain(43, {0: edit, 2: edit}, {3: draw(0)}, optimizer)
    assert (drive.state, drive.moved.frame.loss) == later
    for go in ("back iteration", "goto 3", "goto 1", "goto 0"):  # over it, back and forth
        drive(go, "goto 3")
        assert drive.state == expected[0], go
        assert not drive.moved.frame.divergence
    for anew in (drive.again, lambda: from_file(drive)):  # an engine that has ended, a saved file
        anew()
        drive("back op", "op")
        assert drive.state == expected[0]
        drive("goto 43")
        assert drive.state == later[0] and not drive.moved.frame.divergence
        drive("goto 3")


def test_a_step_back_undoes_an_edit_and_forward_does_it_again() -> None:
    drive = Drive()
    before = drive("run 2").parameters
    after = drive(EDITS[0]).parameters
    assert before != after and drive.at == (2, "edit", None, 61)
    assert drive("back op").parameters == before
    assert drive("op").parameters == after
    assert drive("back phase").parameters == before
    drive("finish")
    assert drive.state == plain(3, {2: first_edit}, {})[0]
    drive("goto 2", "set lr 0.1", "finish")  # another future, without it
    assert drive.session.navigator.history.plan(2).segments[-1].phase == "update"


def test_the_input_under_way_is_edited_and_all_that_follows_comes_out_anew() -> None:
    drive = Drive()
    drive("run 2", "phase", "phase")
    drive("edit input[0,0,3,4] 0.75")
    expected = plain(3, {}, {3: pixel})
    assert drive.at[:2] == (3, "loss") and drive.moved.frame.loss == expected[1]
    assert drive.moved.frame.by_hand == (("edit", 0),)
    assert drive("finish").frame.loss == expected[1] and drive.state == expected[0]
    drive("edit input[0,0,3,4] 0.75")  # where it has finished, the same
    assert drive.state == expected[0]
    drive("finish", "back iteration", "back iteration")
    assert drive.at[:2] == (2, "edit")
    drive.again()
    drive("run 2")
    assert drive.state == plain(4, {}, {3: pixel})[0]


def test_an_input_waits_until_a_forward_takes_it() -> None:
    drive = Drive(batch_size=4)
    drive("run 2", f"{DRAW} 2", *(f"skip {phase}" for phase in TURN), "finish")
    assert drive.at[0] == 4 and drive.state == plain(3, {}, {3: draw(2)}, size=4)[0]
    drive("run 30", "goto 4")
    assert drive.state == plain(3, {}, {3: draw(2)}, size=4)[0]
    drive("back phase", "back phase", f"{DRAW} 1", "finish", "finish")  # drawn amid an iteration
    assert drive.state == plain(4, {}, {3: draw(2), 4: draw(1)}, size=4)[0]


def test_moves_that_lead_there_again_are_the_same() -> None:
    drive = Drive()
    drive("run 2", EDITS[0], DRAW, "finish", "edit input[0,0,3,4] inf", "phase")
    lines = [str(move) for move in retrace(drive.session.snapshot(), False)]
    assert DRAW in lines and "edit next input[0,0,3,4] inf" in lines
    again = Drive()
    again(*lines)
    assert again.at == drive.at and again.state == drive.state


@pytest.mark.parametrize(
    "line",
    [
        *("edit", "edit conv1.weight 0.5 3", "edit conv1.weight[0] x", "edit [0] 1"),
        *("draw", "draw 3", "draw three abc", f"draw -1 {packed(PICTURE)}", "draw 3 !!!!"),
        f"draw 3 {packed(PICTURE)[:-8]}",
        f"draw 3 {packed(np.full((32, 32), np.nan, np.float32))}",
    ],
)
def test_what_is_no_edit_is_refused_in_one_line(line: str) -> None:
    with pytest.raises(MoveError) as refused:
        parse_move(line)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "line",
    [
        *("edit nothing[0] 1", "edit conv1.weight[0,0,5,0] 1", "edit conv1.weight[0] 1"),
        *("edit input[0,0,0,0] 1", "edit next input[0,0,32,0] 1", "edit next conv1.bias[0] 1"),
        *(DRAW.replace("draw 3", "draw 10"), f"{DRAW} 1"),
        f"draw 3 {packed(PICTURE[:28, :28])}",
    ],
)
def test_what_cannot_be_edited_changes_nothing(line: str) -> None:
    drive = Drive()
    before = drive("run 3", "goto 2", "back iteration", "goto 0").frame.digest
    moved = drive.tries(line)
    assert moved.error and "\n" not in str(moved.error)
    assert moved.frame.digest == before and moved.frame.end == 3
    assert drive("goto 3").frame.loss == plain(3, {}, {})[1]


def test_a_weight_that_a_backward_would_read_is_left_alone() -> None:
    drive = Drive()
    drive("finish", "phase")
    assert "backward" in str(drive.tries(EDITS[0]).error)
    drive("phase", "op")
    assert "finish the phase" in str(drive.tries(EDITS[0]).error)
    drive("phase", "phase", EDITS[0])  # between backward and update
    grad = drive.find("conv1.weight.grad").tensor
    drive("finish")
    new = drive.find("conv1.weight").tensor
    assert grad is not None and new is not None
    assert new[0, 0, 1, 2] == torch.tensor(0.5).sub_(grad[0, 0, 1, 2] * 0.01)
    assert drive.find("conv1.weight.update").tensor is not None


def test_a_drawing_on_the_random_input_leaves_its_target_and_is_gone_afterwards() -> None:
    drive = Drive("notebook")
    assert "target" in str(drive.tries(DRAW).error)
    drive(DRAW.replace("draw 3", "draw -"), "phase")
    seen = drive.find("input").tensor
    assert seen is not None and sha(seen[0, 0]) == sha(torch.from_numpy(PICTURE))
    drive("finish", "phase")
    seen = drive.find("input").tensor
    assert seen is not None and sha(seen[0, 0]) != sha(torch.from_numpy(PICTURE))


def why(drive: Drive, cell: str) -> Explanation:
    return explain(Explain(cell), drive.session)


def test_a_number_set_by_hand_is_explained_as_such_and_the_others_as_before() -> None:
    drive = Drive()
    drive("run 2", EDITS[0])
    assert why(drive, "conv1.weight[0,0,1,2]").op == "edit"
    other = why(drive, "conv1.weight[0,0,1,3]")
    assert other.op == "update" and other.checked
    drive(DRAW, "phase")
    for cell in ("conv1.weight[0,0,1,2]", "conv1.weight@3[0,0,1,2]"):
        assert why(drive, cell).op == "edit" and why(drive, cell).value == 0.5
    assert why(drive, "input[0,0,9,9]").notes[0][0] == "drawn"
    assert why(drive, "target[0]").notes[0][0] == "drawn"
    assert why(drive, "conv1[0,0,4,4]").checked  # with the weight and the picture as they are
    drive("finish")
    updated = why(drive, "conv1.weight[0,0,1,2]")
    assert updated.op == "update" and updated.checked and updated.terms[0].value == 0.5
    assert why(drive, "conv1.weight.grad[0,0,1,2]").checked
