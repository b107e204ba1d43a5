"""The training view: curves of the session on the screen, and from any point back into a step."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from rich.cells import cell_len
from textual.widgets import Input

from lenet_tui.app.all_words import words
from lenet_tui.curves.collected import ACCURACY, GRADIENT, RATIO, Collected
from lenet_tui.curves.ui.chart_pane import ChartPane
from lenet_tui.curves.ui.confusion_pane import ConfusionPane, matrix, mistakes
from lenet_tui.curves.ui.worst_pane import WorstPane
from lenet_tui.evaluation.request import Judge
from lenet_tui.history.engine.answers import judge, learning_rates
from lenet_tui.history.request import ListRates
from lenet_tui.kit.ui.messages import FrameCame
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.protocol.evaluation import Evaluation
from lenet_tui.protocol.loss_series import Losses
from lenet_tui.protocol.messages import Passing, Subscription
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.request import Rejected
from lenet_tui.stepping.ui.commands import COMMANDS
from lenet_tui.terminal.ui.line_widget import LineWidget
from tests.harness.driving import Drive
from tests.harness.oracle import ALL_DIGITS
from tests.harness.running_app import SIZES, Running, running

QUICK = Options(batch_size=32, lr=0.1)


async def trained(run: Running, iterations: int = 60) -> None:
    if not run.app.main.body.is_training:
        await run.press("V")
    await run.press("g", *str(iterations), "enter")


@pytest.mark.slow
def test_the_samples_are_judged_as_a_plain_loop_would() -> None:
    drive = Drive(batch_size=32, lr=0.1)
    drive("run 40")
    net = drive.session.navigator.trainer.model
    found = judge(Judge(12), drive.session)
    images, labels = ALL_DIGITS
    held = torch.arange(len(labels)) % 5 == 0
    with torch.no_grad():
        output = net(images[held]).double()
    wanted = labels[held]
    counts = np.zeros((10, 10), dtype=int)
    for target, predicted in zip(wanted.tolist(), output.argmax(1).tolist(), strict=True):
        counts[target, predicted] += 1
    assert (found.counts == counts).all()
    losses = F.cross_entropy(output, wanted, reduction="none")
    order = losses.topk(12).indices.tolist()
    assert [m.sample for m in found.worst] == order
    assert [m.loss for m in found.worst] == pytest.approx(losses[order].tolist(), rel=1e-4)
    picture = found.worst[0].picture
    assert picture is not None
    assert torch.equal(torch.from_numpy(picture), images[held][order[0], 0])
    here = drive.state if drive.moved else None
    assert drive.tries("op").error is None and here is not None


def test_without_classes_there_is_no_confusion() -> None:
    drive = Drive("notebook")
    drive("finish")
    with pytest.raises(Rejected):
        judge(Judge(3), drive.session)


def test_a_matrix_has_every_count_and_its_share() -> None:
    counts = np.array([[5, 0, 1], [0, 7, 0], [2, 0, 10]])
    made = matrix(counts, 40, "·")
    assert made is not None
    assert [line.plain.split() for line in made[1:]] == [
        ["0", "5", "·", "1", "83", "%"], ["1", "·", "7", "·", "100", "%"],
        ["2", "2", "·", "10", "83", "%"],
    ]  # fmt: skip
    assert matrix(counts, 8, "·") is None
    wider = np.zeros((10, 10), dtype=int)
    wider[np.ix_((0, 4, 7), (0, 4, 7))] = counts
    few = matrix(wider, 40, "·")
    assert few is not None and few[0].plain.split() == ["0", "4", "7"]
    assert few[3].plain.split() == ["7", "2", "·", "10", "83", "%"]
    named = matrix(counts, 40, "·", ("circle", "方块", "cross"))
    assert named is not None and named[0].plain.split() == ["circle", "方块", "cross"]
    assert {line.cell_length for line in named[1:]} == {named[0].cell_length + 6}
    titled = matrix(counts, 40, "·", share="right")
    assert titled is not None
    first, second = titled[:2]
    assert first.plain.split() == ["0", "1", "2", "right"]
    assert first.cell_length == second.cell_length
    alike = matrix(counts, 20, "·", ("crossed", "crosses", "x"))
    assert alike is not None and alike[0].plain.split() == ["cr…d", "cr…s", "x"]
    alike = matrix(counts, 20, "·", ("crossed 1st", "crosses 1st", "x"))
    assert alike is not None and alike[0].plain.split() == ["0", "1", "2"]
    listed = [line.plain for line in mistakes(counts, 5, words("en"))]
    assert listed == ["2 taken for 0: 2", "0 taken for 2: 1"]


@pytest.mark.slow
def test_rates_that_nobody_saw_follow_from_the_schedule_or_are_not_known() -> None:
    drive = Drive(batch_size=32, lr=0.1, schedule="cosine:40")
    seen = {}
    for _ in range(30):
        drive("finish")
        frame = drive.session.frame()
        seen[frame.position.iteration] = frame.lr
    found = learning_rates(ListRates(7), drive.session)
    assert [n for n, _ in found] == [5, 10, 15, 20, 25, 30]
    assert dict(found) == {n: seen[n] for n, _ in found}
    drive("set lr 0.2", "finish")
    assert learning_rates(ListRates(7), drive.session) == ()


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
async def test_a_key_shows_the_curves_and_the_same_key_the_stepper(size: tuple[int, int]) -> None:
    async with running(size, options=QUICK) as run:
        await run.press("V")
        assert "E evaluates now" in run.text
        await trained(run, 50)
        text = run.text
        assert "Loss" in text and "Accuracy, %" in text and "50" in text
        assert isinstance(run.app.screen.focused, ChartPane)
        for line in run.lines:
            assert len(line) <= size[0]
        await run.press("V")
        assert "conv1.weight" in run.text and "Accuracy, %" not in run.text


@pytest.mark.slow
async def test_from_any_point_of_a_curve_enter_goes_there() -> None:
    async with running(options=QUICK) as run:
        await run.press("V", "g", "4", "0", "enter", "home", "right", "enter")
        frame = run.app.main.frame
        assert frame is not None and frame.position.iteration < 4 and frame.boundary
        assert not run.app.main.body.is_training


@pytest.mark.slow
async def test_zooming_in_keeps_the_chosen_iteration_and_out_shows_all() -> None:
    async with running(options=QUICK) as run:
        await trained(run, 80)
        view = run.app.main.body.training
        assert (view.window.first, view.window.last) == (1, 80)
        await run.press("up", "up")
        assert view.window.length == 20 and view.window.last == 80
        await run.press("home")
        assert view.at == 1 and view.window.first == 1 and view.window.length == 20
        await run.press("down", "down", "down")
        assert (view.window.first, view.window.last) == (1, 80)


@pytest.mark.slow
def test_what_a_dropped_future_showed_is_gone() -> None:
    drive, collected = Drive(batch_size=32, lr=0.1), Collected(Losses())
    drive.session.subscribe(Subscription(norms=True))
    drive("run 20")
    collected.take(drive.session.frame())
    drive("run 40")
    drive.session.evaluate()
    collected.take(drive.session.frame())
    assert collected.best is not None and collected.last == 60
    drive("goto 20")
    collected.take(drive.session.frame())
    assert collected.best is not None  # it is ahead, and still there
    drive("set lr 0.2")
    collected.take(drive.session.frame())
    assert collected.best is None and collected.last == 20
    assert [list(c.x) for c in collected.curves(GRADIENT) if c.x is not None] == [[20.0]]


@pytest.mark.slow
async def test_evaluating_fills_the_matrix_and_the_worst_samples() -> None:
    async with running((200, 60), options=QUICK) as run:
        await trained(run, 60)
        assert "Not evaluated here: press E." in run.text
        await run.press("E")
        judged = run.app.main.body.training.judged
        assert judged is not None and judged.iteration == 60 and int(judged.counts.sum()) == 360
        wrong = int(judged.counts.sum() - np.trace(judged.counts))
        assert f"{wrong} of 360 wrong" in run.text
        worst = run.app.main.query_one(WorstPane)
        first = worst.judged.worst[0] if worst.judged else None
        assert first is not None and f"{first.target}→{first.predicted}" in run.text
        assert "Confusion" in run.text and "after iteration 60" in run.text
        assert "right" in run.text and f"rows: class  {wrong} of 360 wrong" in run.text
        await run.press("V", "f", "V")  # it stays, and says when it was so
        assert run.app.main.body.training.judged is judged and "after iteration 60" in run.text
        await run.press("V", "N", "N", "N", "N", "N", "N", "V")  # behind it: another state
        assert run.app.main.body.training.judged is None
        assert "Not evaluated here: press E." in run.text


@pytest.mark.slow
async def test_the_norms_come_only_while_the_view_is_open() -> None:
    async with running(options=QUICK) as run:
        await run.press("f")
        assert run.app.main.frame is not None and run.app.main.frame.norms is None
        await run.press("V", "f")
        frame = run.app.main.frame
        assert frame is not None and frame.norms is not None
        curves = run.app.main.body.training.collected.curves(RATIO)
        assert curves and curves[0].y is not None and math.isfinite(float(curves[0].y[-1]))


@pytest.mark.slow
async def test_it_speaks_chinese_and_draws_in_ascii() -> None:
    async with running(options=QUICK, lang="zh") as run:
        await trained(run, 30)
        assert "准确率" in run.text and "学习率" in run.text
        facts = [
            line.plain for line in run.app.main.query_one("#facts LineWidget", LineWidget).lines
        ]
        names = [re.findall(r"^\S+\s+", line)[0] for line in facts]
        assert len({cell_len(name) for name in names}) == 1 < len({len(name) for name in names})
    async with running(options=QUICK, ascii=True) as run:
        await trained(run, 30)
        assert run.text.isascii()


@pytest.mark.slow
async def test_a_worst_sample_is_stepped_into() -> None:
    async with running((200, 60), options=Options()) as run:
        await trained(run, 40)
        await run.press("E")
        judged = run.app.main.body.training.judged
        assert judged is not None
        worst = judged.worst[1]
        await run.press("4", "right", "enter")
        assert not run.app.main.body.is_training
        said = [each.message for each in run.app._notifications]
        assert said == [f"the next iteration takes test sample {worst.sample}: its update would"
                        " train on it"]  # fmt: skip
        await run.press("n")
        frame = run.app.main.frame
        assert frame is not None and frame.position.phase == "forward"
        assert frame.by_hand == (("draw", 0),)
        session = run.engine.session
        batch = session.navigator.trainer.batch if session else None
        assert batch is not None and batch.input is not None and worst.picture is not None
        assert torch.equal(batch.input[0, 0], torch.from_numpy(worst.picture))
        assert int(batch.target[0]) == worst.target


@pytest.mark.slow
async def test_no_key_leads_to_what_is_hidden_behind_the_curves() -> None:
    async with running((120, 40), options=QUICK) as run:
        main = run.app.main
        for command in COMMANDS:
            if command.group in ("app", "tour") or command.id in ("maximize", "restart", "play"):
                continue
            while len(run.app.screen_stack) > 1 or main.maximized or main.inspection.is_open:
                await run.press("escape")
            if not main.body.is_training:
                await run.press("V")
            await run.press(command.keys[0])
            if run.app.screen is main and main.focused is not None:
                assert main.focused.region.area > 0, command.id
                assert main._placed(main.focused), command.id


@pytest.mark.slow
async def test_a_search_leaves_the_curves_for_the_layers() -> None:
    async with running((120, 40), options=QUICK) as run:
        await run.press("V", "slash", *"fc1")
        assert "conv2d 5×5" in run.text and isinstance(run.app.main.focused, Input)
        await run.press("enter", "V", "e")
        assert not run.app.main.body.is_training and run.app.main.words_are_seen


@pytest.mark.slow
async def test_what_is_missing_is_said_to_the_end_of_the_sentence() -> None:
    async with running(options=Options(preset="notebook", data="random", loss="mse")) as run:
        await run.press("V")
        main = run.app.main
        charts = [p for p in main.query(ChartPane) if p.kind == ACCURACY]
        for pane in (main.query_one(ConfusionPane), main.query_one(WorstPane), *charts):
            lines = [line.plain for line in pane.query_one(LineWidget).lines]
            assert " ".join(map(str.strip, lines)) == words("en")("curves.nothing.held-out")
            assert all(cell_len(line) <= pane.content_size.width for line in lines), lines


@pytest.mark.slow
async def test_what_a_band_of_the_loss_is_is_said_where_there_is_one() -> None:
    band = "band: least to most"
    async with running((120, 40), options=QUICK) as run:
        await trained(run, 3)
        assert "each batch" in run.text and band not in run.text
        for iteration in (80, 160):
            await trained(run, iteration)
        assert band in run.text


@pytest.mark.slow
async def test_the_losses_of_a_script_that_runs_on_are_drawn_as_they_pass() -> None:
    async with running(options=QUICK) as run:
        await run.press("V")
        main = run.app.main
        for iteration, loss in ((10, 7.25), (300, 3.125)):
            main.take(Passing(iteration, loss))
        main.take(Passing(400, 99.5, earlier=True))
        await run.settle()
        assert main.losses.values[300] == 3.125 and len(main.losses.values) == 301
        assert main.body.training.window.last == 300
        chart = run.text.partition("Accuracy")[0]
        assert "⠄" in chart and "⠐" in chart and "300" in chart


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"])
async def test_no_title_of_the_view_is_cut(lang: str) -> None:
    for width in (112, 120, 200):
        async with running((width, 40), lang=lang) as run:
            await run.press("f", "V")
            panes = [p for p in run.app.main.body.training.query(Pane) if p.size.area]
            assert len(panes) >= 5
            for pane in panes:
                title = str(pane.border_title or "")
                assert title and "…" not in title and "..." not in title, (width, title)


@pytest.mark.parametrize("lang", ["en", "zh"])
async def test_what_all_curves_say_here_has_room_beside_the_panes(lang: str) -> None:
    async with running(lang=lang) as run:
        await run.press("V")
        frame = run.app.main.frame
        assert frame is not None
        found = Evaluation(12_874, 306, 360, 0.474, trained=(322, 360, 0.3365))
        position = replace(frame.position, iteration=13_589)
        came = replace(frame, position=position, end=13_589, running=True, evaluation=found)
        run.app.main.losses.add(1, np.full(13_589, 1.558e-4))
        run.app.main.post_message(FrameCame(came, False))
        await run.settle()
        chart = run.app.main.query_one("#chart-loss", ChartPane)
        chart.draw()
        said = chart._border_subtitle
        assert said is not None and "0.3365" in said.plain and "0.4740" in said.plain
        assert "1.558e" in said.plain
