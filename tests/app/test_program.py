"""The program beside the training: its lines, the options in them, and which one is current."""

from __future__ import annotations

import inspect
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from lenet_tui.app.program import INDENT, Program, program
from lenet_tui.history.engine.live_session import Lent
from lenet_tui.protocol.messages import DoMove
from lenet_tui.protocol.moves import parse_move
from lenet_tui.training.engine.live_objects import Given
from lenet_tui.training.engine.usual_step import usual_step
from tests.harness.driving import Drive


def after(*moves: str, preset: str = "digits") -> Program:
    return program(Drive(preset).frame(*moves))


def current(shown: Program) -> str:
    lit = [line for line in shown.lines if line.mark == "current"]
    assert lit == [shown.lines[shown.current]]
    return lit[0].code.strip()


def body(shown: Program) -> list[str]:
    start = next(n for n, line in enumerate(shown.lines) if line.code.startswith("for iteration"))
    return [line.code.removeprefix(INDENT) for line in shown.lines[start + 1 :]]


def notes(shown: Program, code: str) -> list[str]:
    return [key for line in shown.lines if line.code.strip() == code for key, _ in line.notes]


@pytest.mark.parametrize(
    ("moves", "code"),
    [
        ((), "net = Net().to(device)"),
        (("phase",), "output = net(input)"),
        (("op", "op"), "output = net(input)"),
        (("phase", "op"), "loss = criterion(output, target)"),
        (("phase", "phase", "op"), "net.zero_grad()"),
        (("phase", "phase", "phase", "op"), "loss.backward()"),
        (("finish",), "p.data.sub_(p.grad.data * lr)"),
        (("finish", "op"), "output = net(input)"),
        (("phase", "phase", "skip zero_grad"), "net.zero_grad()"),
        (("phase", "do backward onehot 3"), "output.backward(v)"),
        (("finish", "do zero_grad"), "net.zero_grad()"),
    ],
)
def test_one_line_is_current(moves: tuple[str, ...], code: str) -> None:
    assert current(after(*moves)) == code


def test_the_loop_is_the_turn_with_what_was_done_out_of_turn() -> None:
    plain = body(after("finish"))
    assert plain == [
        "input, target = digits.batch(1, device)",
        "output = net(input)",
        "loss = criterion(output, target)",
        "net.zero_grad()",
        "loss.backward()",
        "for p in net.parameters():",
        f"{INDENT}p.data.sub_(p.grad.data * lr)",
    ]
    assert body(after("finish", "phase", "phase")) == plain
    odd = after("phase", "phase", "do loss", "skip zero_grad", "op")
    assert body(odd) == [*plain[:3], plain[2], *plain[3:]]
    marks = [line.mark for line in odd.lines if line.phase not in ("", "init")]
    assert marks == ["done", "done", "extra", "skipped", "current", ""]
    assert notes(odd, "net.zero_grad()") == ["code.skipped"]
    assert "code.extra" in notes(odd, plain[2])


def test_the_options_of_the_moment_are_in_it() -> None:
    shown = after("set lr 0.25", "set optimizer momentum", "set batch-size 8", "finish")
    text = "\n".join(line.code for line in shown.lines)
    assert "optimizer = optim.SGD(net.parameters(), lr=0.25, momentum=0.9)" in text
    assert "digits.batch(8, device)" in text
    assert "optimizer.step()" in text
    assert "p.data" not in text
    text = "\n".join(line.code for line in after(preset="notebook").lines)
    assert "criterion = nn.MSELoss()" in text
    assert "input = torch.randn(1, 1, 32, 32)" in text
    assert "lr = 0.01" in text
    assert "batch" not in text
    text = "\n".join(line.code for line in after("set loss mse").lines)
    assert "F.one_hot(target" in text


def test_notes_say_how_far_and_what_came_out() -> None:
    frame = Drive().frame("phase", "phase", "phase", "op", "op")
    inside, total = program(frame), str(frame.segments[-1].total)
    assert inside.lines[inside.current].notes == (
        ("code.op", {"done": "2", "total": total, "op": "LogSoftmaxBackward0", "name": "loss"}),
    )
    shown = after("finish")
    values = dict(note for line in shown.lines for note in line.notes)
    assert values["code.shape"] == {"shape": "1×10"}
    assert values["code.iteration"] == {"n": "1"}
    assert "loss" in values["code.loss"]


def test_the_last_line_is_the_digest_that_the_script_prints() -> None:
    frame = Drive().frame()
    assert not any("STATE" in line.code for line in program(frame).lines)
    digest = "ab12" * 16
    assert program(replace(frame, digest=digest)).lines[-1].code == f"# STATE {digest}"
    quick = program(replace(frame, digest="ab12" * 8))  # the script prints no such one
    assert not any("STATE" in line.code for line in quick.lines)


def test_what_is_done_before_the_first_iteration_stands_before_the_loop() -> None:
    shown = after("do forward")
    codes = [line.code for line in shown.lines]
    assert codes.index("output = net(input)") < codes.index("for iteration in count(1):")
    assert current(shown) == "output = net(input)"


def test_before_a_step_of_one_s_own_the_line_is_its_definition() -> None:
    source = Path(inspect.getfile(usual_step)).read_text("utf-8").splitlines()
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    schedule = torch.optim.lr_scheduler.ConstantLR(optimizer)
    batch = torch.zeros(3, 2), torch.zeros(3, 1)
    with Lent(Given.of(model, batch, nn.MSELoss(), optimizer, scheduler=schedule)) as lent:
        frame = lent.make_session().do(DoMove(0, parse_move("op"))).frame
        before = lent.make_session().do(DoMove(0, parse_move("goto 0"))).frame
    assert current(program(frame, source=source)).startswith("output = model(")
    assert current(program(before, source=source)) == "def train_step(batch: Any) -> Any:"
    assert program(before, source=["import torch"]).current == 0
