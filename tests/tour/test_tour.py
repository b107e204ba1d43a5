"""The tour: its code runs, its moves lead where it says, its words are there and true."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from lenet_tui.app.all_words import words
from lenet_tui.history.engine.session import Session
from lenet_tui.lab.parse import parse_layer
from lenet_tui.protocol.messages import DoMove, Moved, Report
from lenet_tui.protocol.moves import parse_move
from lenet_tui.protocol.options import resolve
from lenet_tui.text.words import prose
from lenet_tui.tour.engine.answers import printed
from lenet_tui.tour.learning import CURVES
from lenet_tui.tour.request import Print
from lenet_tui.tour.stop import Stop
from lenet_tui.tour.stops import CHAPTER, PRESET, STOPS
from lenet_tui.tour.words import TOUR
from lenet_tui.training.engine.model import Net
from tests.harness.driving import LocalStore

PANES = {"rail", "layers", "tensor", "gradient", "image", "output", "loss",
         "code", "explain", "autograd", "log", *CURVES}  # fmt: skip
BY_KEY = {stop.key: stop for stop in STOPS}


class Nowhere(LocalStore):
    """A store and hooks that need nothing."""

    def stop_wanted(self) -> bool:
        return False

    def between_iterations(self) -> None:
        pass

    def frame_wanted(self) -> bool:
        return False

    def send(self, report: Report) -> None:
        pass


def arrive(stop: Stop) -> tuple[Session, Moved | None]:
    """A new session taken to the stop, and what the last move said."""
    nowhere = Nowhere()
    session = Session(resolve(PRESET, seed=3, device="cpu"), nowhere, nowhere)
    moved = None
    for number, line in enumerate(stop.moves):
        moved = session.do(DoMove(number, parse_move(line), parameters=True))
        assert not moved.error
    return session, moved


def step(session: Session, line: str) -> Moved:
    moved = session.do(DoMove(99, parse_move(line), parameters=True))
    assert not moved.error
    return moved


def grad(moved: Moved, name: str) -> object:
    return next(p.grad for p in moved.parameters if p.name == name)


def test_the_stops_are_the_chapters_in_its_order() -> None:
    assert [stop.key for stop in CHAPTER] == [
        "steps", "conv1d", "conv2d", "pool", "define", "print", "parameters", "input", "output",
        "random", "loss", "graph", "bias", "update",
    ]  # fmt: skip


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.key)
def test_each_stop_has_words_in_both_languages_and_something_to_look_at(stop: Stop) -> None:
    for language in ("en", "zh"):
        say = words(language)
        assert say(f"tour.{stop.key}.title")
        text = say(f"tour.{stop.key}.text")
        assert 2 <= len(text.splitlines()) <= 6
        assert any("\u4e00" <= c <= "\u9fff" for c in text) == (language == "zh")
    assert bool(stop.lab) != bool(stop.panes)
    assert set(stop.panes) <= PANES


def test_no_words_without_a_stop() -> None:
    keys = {key.split(".")[1] for key in TOUR if key.startswith("tour.") and key.count(".") == 2}
    assert keys == set(BY_KEY)


def test_the_labs_layers_can_be_made_and_take_their_input() -> None:
    outputs = {}
    for stop in STOPS:
        if stop.lab:
            layer = parse_layer(stop.lab)
            made = getattr(nn, layer.kind)(**dict(layer.given))
            outputs[stop.key] = tuple(made(torch.zeros(stop.lab_input)).shape)
    assert outputs == {
        "conv1d": (1, 4, 10), "conv2d": (1, 6, 28, 28), "pool": (1, 6, 14, 14)
    }  # fmt: skip


def test_the_code_of_all_stops_runs_in_order_and_gives_what_it_says() -> None:
    torch.manual_seed(0)
    names: dict[str, Any] = {"torch": torch, "nn": nn, "F": F}
    printed: dict[str, list[str]] = {}
    for stop in CHAPTER:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(stop.code, names)
        printed[stop.key] = out.getvalue().splitlines()
    assert printed["conv1d"] == ["torch.Size([1, 4, 10])"]
    assert printed["conv2d"] == ["torch.Size([1, 6, 28, 28])"]
    assert printed["pool"] == ["torch.Size([1, 6, 14, 14])"]
    assert printed["parameters"] == ["10", "torch.Size([6, 1, 5, 5])"]
    assert [line.split()[0] for line in printed["graph"]] == [
        "<MseLossBackward0", "<AddmmBackward0", "<AccumulateGrad"
    ]  # fmt: skip
    assert printed["bias"][0] == "None" and printed["bias"][1].startswith("tensor([")
    assert "relu" not in "".join(printed["print"]).lower()


def test_the_tours_net_is_the_engines() -> None:
    names: dict[str, Any] = {"nn": nn, "F": F}
    exec(BY_KEY["define"].code, names)
    theirs, ours = names["Net"](), Net()
    theirs.load_state_dict(ours.state_dict())
    image = torch.randn(3, 1, 32, 32)
    assert torch.equal(theirs(image), ours(image))
    assert sum(p.numel() for p in ours.parameters()) == 61_706
    assert sum(p.numel() for p in ours.fc1.parameters()) == 48_120


def test_the_input_stop_stands_behind_three_ops() -> None:
    session, _ = arrive(BY_KEY["input"])
    frame = session.frame()
    assert (frame.position.phase, frame.position.op) == ("forward", 3)
    assert frame.entry and frame.entry.name == BY_KEY["input"].tensor
    assert frame.entry.shapes == ((1, 6, 14, 14),)
    assert len(frame.rows) == 12


def test_the_random_backward_leaves_gradients_but_no_loss() -> None:
    session, moved = arrive(BY_KEY["random"])
    assert moved and grad(moved, "conv1.bias") is not None
    assert session.frame().loss is None and session.frame().next_phase == "loss"


def test_the_loss_stop_stands_behind_the_loss_with_the_old_gradients_still_there() -> None:
    session, moved = arrive(BY_KEY["loss"])
    frame = session.frame()
    assert moved and grad(moved, "conv1.bias") is not None
    assert frame.position.phase == "loss" and frame.loss is not None
    assert frame.next_phase == "zero_grad"


def test_conv1_bias_grad_is_none_before_and_there_one_step_later() -> None:
    session, moved = arrive(BY_KEY["bias"])
    assert moved and grad(moved, "conv1.bias") is None
    assert grad(step(session, "phase"), "conv1.bias") is not None
    assert grad(step(session, "back phase"), "conv1.bias") is None


def prints(stop: Stop, *further: str) -> list[str]:
    """What the engine says that the stop's code prints, in the stop's state and after moves."""
    session, _ = arrive(stop)
    for line in further:
        step(session, line)
    return list(printed(Print(stop.prints), session))


def test_the_engine_prints_what_the_code_of_each_stop_prints() -> None:
    torch.manual_seed(3)
    net = Net()
    image = torch.randn(1, 1, 32, 32)
    torch.randn(1, 10)
    target = torch.randn(10).view(1, -1)
    output = net(image)
    loss = nn.MSELoss()(output, target)
    assert prints(BY_KEY["print"]) == [str(net)]
    assert prints(BY_KEY["parameters"]) == ["10", "torch.Size([6, 1, 5, 5])"]
    assert prints(BY_KEY["output"]) == [str(output)]
    assert prints(BY_KEY["loss"]) == [str(loss)]
    assert [line.split()[0] for line in prints(BY_KEY["graph"])] == [
        "<MseLossBackward0", "<AddmmBackward0", "<AccumulateGrad"
    ]  # fmt: skip
    loss.backward()
    assert prints(BY_KEY["bias"]) == ["None"]
    bias = net.conv1.bias
    assert bias is not None
    assert prints(BY_KEY["bias"], *BY_KEY["bias"].then) == [str(bias.grad)]
    session, _ = arrive(BY_KEY["input"])
    assert printed(Print(("output", "loss.grad_fn", "nothing")), session) == ("", "", "")


def test_the_update_stop_stands_behind_the_first_iteration() -> None:
    session, moved = arrive(BY_KEY["update"])
    position = session.frame().position
    assert (position.iteration, position.phase, position.op) == (1, "update", None)
    assert moved and step(session, "back phase").parameters != moved.parameters
    assert step(session, "phase").parameters == moved.parameters
    before = session.frame().loss
    after = step(session, "run 3").frame.loss
    assert before is not None and after is not None and after < before


def test_prose_joins_lines_as_each_language_does() -> None:
    english, chinese = prose(
        """
        one
        two

        three
        """,
        """
        一个
        词，
        two
        three 四
        five
        """,
    )
    assert english == "one two\nthree"
    assert chinese == "一个词，two three 四 five"
