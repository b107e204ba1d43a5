"""A scheduled learning rate is that of a loop with torch's scheduler, to the bit, on every way."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch.optim import lr_scheduler

from lenet_tui.export.engine.script_runtime import factor
from lenet_tui.protocol.moves_header import header, header_words
from lenet_tui.protocol.options import OptionError, Options, parse_value, resolve
from lenet_tui.protocol.schedules import Schedule, ScheduleError, parse_schedule
from lenet_tui.training.schedule_picture import COLUMNS, ROWS, picture
from tests.harness.driving import Drive
from tests.harness.export_sessions import exported, ran, shown
from tests.harness.few import few
from tests.harness.oracle import (
    ALL_DIGITS,
    LeNet,
    State,
    digits_order,
    make_optimizer,
    state_of,
)
from tests.harness.running_app import running

SCHEDULES = ("step:3:0.5", "cosine:9:0.1", "warmup:4+cosine:6")


def loop(kind: str, schedule: str, count: int, **settings: float) -> list[State]:
    """A plain loop with ``LambdaLR``; by hand the same factor."""
    torch.manual_seed(0)
    net = LeNet()
    lr, rule = 0.05, parse_schedule(schedule).factor
    optimizer = make_optimizer(kind, net, lr)
    for group in optimizer.param_groups if optimizer else ():
        group.update(settings)
    scheduler = lr_scheduler.LambdaLR(optimizer, rule) if optimizer else None
    images, labels = ALL_DIGITS
    order, states = digits_order(0, 0), []
    for n in range(count):
        picked = order[8 * n : 8 * n + 8]
        loss = F.cross_entropy(net(images[picked]), labels[picked])
        net.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        if optimizer and scheduler:
            optimizer.step()
            scheduler.step()
        else:
            for p in net.parameters():
                assert p.grad is not None
                p.data.sub_(p.grad.data * (lr * rule(n)))
        states.append(state_of(net))
    return states


@pytest.mark.parametrize(
    ("kind", "schedule", "settings"),
    few(
        [
            ("manual", SCHEDULES[2], {}),
            ("sgd", SCHEDULES[0], {"momentum": 0.5, "weight_decay": 0.01}),
            ("momentum", SCHEDULES[1], {"weight_decay": 0.001}),
            ("nesterov", SCHEDULES[2], {"momentum": 0.8}),
            ("adam", SCHEDULES[0], {"weight_decay": 0.01}),
            ("adamw", SCHEDULES[1], {"weight_decay": 0.3}),
            ("rmsprop", SCHEDULES[2], {"momentum": 0.3, "weight_decay": 0.02}),
        ],
        ("nesterov", SCHEDULES[2], {"momentum": 0.8}),
        spread=True,
    ),
)
def test_it_is_torchs_scheduler_to_the_bit(
    kind: str, schedule: str, settings: dict[str, Any]
) -> None:
    states = loop(kind, schedule, 12, **settings)
    drive = Drive(batch_size=8, lr=0.05, optimizer=kind, schedule=schedule, **settings)
    rule = parse_schedule(schedule)
    for n in (1, 2):
        drive("finish")
        assert drive.state == states[n - 1]
    drive("run 10")
    assert drive.state == states[11]
    assert drive.session.frame().lr == 0.05 * rule.factor(11)
    for n in (5, 3, 8):
        drive(f"goto {n}")
        assert drive.state == states[n - 1]
        assert drive.session.frame().lr == 0.05 * rule.factor(n - 1)
    drive("back op", "back phase", "op", "phase", "phase", "phase")
    drive("goto 9")
    assert drive.state == states[8]
    drive.again()
    drive("goto 12")
    assert drive.state == states[11]
    updates = drive.session.navigator.tape.segments[-1].updates
    assert {u.lr for u in updates} == {0.05 * rule.factor(11)}


@pytest.mark.parametrize(
    ("text", "make"),
    [
        ("step:3:0.5", lambda o: lr_scheduler.StepLR(o, 3, 0.5)),
        ("cosine:9", lambda o: lr_scheduler.CosineAnnealingLR(o, 9)),
        ("cosine:9:0.25", lambda o: lr_scheduler.CosineAnnealingLR(o, 9, eta_min=0.025)),
        ("warmup:4", lambda o: lr_scheduler.LinearLR(o, 0.25, 1.0, 3)),
        (
            "warmup:4+cosine:6",
            lambda o: lr_scheduler.SequentialLR(
                o,
                [lr_scheduler.LinearLR(o, 0.25, 1.0, 3), lr_scheduler.CosineAnnealingLR(o, 6)],
                [4],
            ),
        ),
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_factors_are_those_of_torchs_own_classes(
    text: str, make: Callable[[torch.optim.Optimizer], Any]
) -> None:
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
    scheduler, rule = make(optimizer), parse_schedule(text)
    for step in range(10):
        assert optimizer.param_groups[0]["lr"] == pytest.approx(0.1 * rule.factor(step), rel=1e-12)
        assert factor(text, step + 1) == rule.factor(step)
        optimizer.step()
        scheduler.step()
    if "cosine" in text:  # torch's would rise again
        assert rule.factor(10**6) == rule.amount


@pytest.mark.slow
def test_what_is_set_on_the_way_counts_from_there() -> None:
    """Also between two updates of one iteration; and the script does the same."""
    drive = Drive(batch_size=8, optimizer="momentum", lr=0.05)
    drive("run 2", "set schedule step:2:0.5", "run 2", "phase", "phase", "phase", "phase")
    drive("op", "op", "set lr 0.1", "op", "set momentum 0.5", "set weight-decay 0.1", "phase")
    updates = drive.session.navigator.tape.segments[-1].updates
    groups = [(u.lr, u.settings.get("momentum", 0.9)) for u in updates]
    assert groups[:4] == [(0.0125, 0.9), (0.0125, 0.9), (0.025, 0.9), (0.025, 0.5)]
    assert ran(exported(drive)) == shown(drive)
    drive("do update", "set schedule warmup:9", "run 4", "set schedule constant", "run 2")
    assert drive.session.frame().lr is None
    drive("set momentum default", "run 1", "set optimizer nesterov", "set schedule cosine:20")
    drive("run 3", "phase", "phase", "phase", "phase", "op")
    script = exported(drive)
    assert "for iteration in range(" in script and 'factor("cosine:20", iteration)' in script
    assert ran(script) == shown(drive)
    assert "no momentum" in str(drive.tries("set momentum 0.5").error or "no momentum")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_a_script_repeats_any_walk_with_schedules(seed: int) -> None:
    dice = random.Random(seed)
    steps = ("op", "op", "phase", "phase", "finish", "run 4", "back op", "back iteration")
    sets = ("schedule cosine:12", "schedule constant", "schedule warmup:5+step:3:0.5", "lr 0.02",
            "lr 0.1", "momentum 0.4", "momentum default", "weight-decay 0.01", "optimizer adam",
            "optimizer nesterov", "optimizer manual", "optimizer sgd")  # fmt: skip
    drive = Drive(batch_size=4, schedule=dice.choice(SCHEDULES), seed=seed)
    for _ in range(40):
        line = f"set {dice.choice(sets)}" if dice.random() < 0.3 else dice.choice(steps)
        drive.tries(dice.choice((line, "do update", line)))
    assert ran(exported(drive)) == shown(drive)


def test_a_text_is_a_schedule_or_says_what_would_be() -> None:
    for text in ("constant", "step:10:0.5", "cosine:20", "cosine:20:0.1", "warmup:3+step:1:1"):
        assert str(parse_schedule(text)) == text
    assert parse_schedule("warmup:3+constant") == Schedule(3)
    bad = ("", "cosine", "cosine:0", "cosine:-1", "cosine:1e9", "step:1", "step:1:nan", "step:1:-1",
           "cosine:3+warmup:2", "warmup:2+warmup:3", "warmup:1+step:1:1+cosine:2", "linear:3",
           "step:1:1e999", "warmup:1:2")  # fmt: skip
    for text in bad:
        with pytest.raises(ScheduleError) as refused:
            parse_schedule(text)
        assert "\n" not in str(refused.value) and repr(text)[1:-1] in str(refused.value)
        with pytest.raises(OptionError):
            parse_value("schedule", text)


def test_settings_go_with_optimizers_that_have_them() -> None:
    for given, said in (
        ({"momentum": 0.9}, "manual has no momentum"),
        ({"momentum": 0.9, "optimizer": "adam"}, "adam has no momentum"),
        ({"weight_decay": 0.1}, "manual has no weight-decay"),
        ({"momentum": 0.0, "optimizer": "nesterov"}, "above 0"),
        ({"momentum": -0.5, "optimizer": "sgd"}, "0 or more"),
        ({"weight_decay": float("nan"), "optimizer": "sgd"}, "0 or more"),
        ({"schedule": "cosine:9", "model": "x", "optimizer": "own"}, "of your own"),
    ):
        with pytest.raises(OptionError, match=said):
            resolve("", **given)
    options = resolve("", optimizer="sgd", momentum=0.5, schedule="warmup:2+cosine:8")
    words = header_words(header(options)) or []
    assert words[-6:] == [
        *("--optimizer", "sgd", "--schedule", "warmup:2+cosine:8"), *("--momentum", "0.5")
    ] or {"--schedule", "--momentum"} <= {*words}  # fmt: skip


def test_its_picture_has_numbers_at_both_axes() -> None:
    lines = picture(parse_schedule("warmup:45+cosine:855"), 0.05)
    assert len(lines) == ROWS + 1 and lines[0].startswith("0.0500 ")
    assert lines[-2].lstrip().startswith("0 ") and lines[-1].split() == ["1", "900"]
    assert max(map(len, lines)) == len(lines[-1]) == len("0.0500 ") + COLUMNS
    plain = picture(parse_schedule("step:10:0.5"), 0.1, 20, ascii=True)
    assert all(line.isascii() for line in plain)
    rows = [line[len("0.100 ") :] for line in plain[:-1]]
    assert rows[0].count("*") == rows[3].count("*") == COLUMNS // 2  # half as high, ten each


@pytest.mark.slow
async def test_the_screen_shows_the_rate_of_the_iteration() -> None:
    options = Options(optimizer="sgd", lr=0.2, schedule="step:1:0.5")
    async with running((160, 40), options=options) as run:
        await run.press("f", "f", "f")
        assert "lr 0.05000" in run.lines[0]
        assert 'lr = 0.2 * factor("step:1:0.5", iteration)' in run.text
        await run.press("F")
        assert "lr 0.1000" in run.lines[0]
