"""The program beside the training: its lines, the options in them, and which one is current."""

from __future__ import annotations

import inspect
from dataclasses import replace

import pytest

from lenet_tui.app.program import INDENT, Program, program
from lenet_tui.app.source_lines import op_lines
from lenet_tui.training.engine.model import Net
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
    assert program(replace(frame, digest="ab12")).lines[-1].code == "# STATE ab12"


def test_what_is_done_before_the_first_iteration_stands_before_the_loop() -> None:
    shown = after("do forward")
    codes = [line.code for line in shown.lines]
    assert codes.index("output = net(input)") < codes.index("for iteration in count(1):")
    assert current(shown) == "output = net(input)"


def test_each_op_of_the_forward_has_its_line() -> None:
    source = inspect.getsource(Net)
    lines = source.splitlines()
    ops = tuple((row.op, row.module) for row in Drive().frame().rows)
    found = [lines[n].strip() for n in op_lines(source, ops)]
    first, second, *_ = (line.strip() for line in lines if "max_pool2d" in line)
    assert found == [
        *[first] * 3,
        *[second] * 3,
        "x = x.view(-1, self.num_flat_features(x))",
        *["x = F.relu(self.fc1(x))"] * 2,
        *["x = F.relu(self.fc2(x))"] * 2,
        next(line.strip() for line in lines if "self.fc3(x)" in line),
    ]


LOOPS = '''
class Deep:
    def forward(self, x):
        """Says relu in vain."""
        for layer in self.layers:
            x = layer(x)
        y = (
            self.head(x)
            .tanh()
        )
        y += self.last.norm(x) @ x
        return torch.relu(self.shared(self.shared(y)))
'''


def test_loops_chains_operators_and_nested_modules_have_their_line() -> None:
    ops = (
        *(("conv2d", "layers.0"), ("linear", "layers.1"), ("conv2d", "layers.0")),
        *(("linear", "head"), ("tanh", ""), ("layer_norm", "last.norm"), ("matmul", "")),
        *(("iadd", ""), ("linear", "shared"), ("linear", "shared"), ("relu", ""), ("odd", "")),
    )
    assert op_lines(LOOPS, ops) == (5, 5, 5, 7, 8, 10, 10, 10, 11, 11, 11, 11)


@pytest.mark.parametrize("source", ["", "no python (", "class A:\n    pass", "x = 1\n\x00"])
def test_a_source_that_says_nothing_has_no_lines(source: str) -> None:
    assert op_lines(source, (("conv2d", "conv1"), ("relu", ""))) == (-1, -1)
