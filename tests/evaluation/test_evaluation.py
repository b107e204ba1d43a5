"""How good the model is on what is held out; and training must not know that it was asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from lenet_tui.app.all_words import words
from lenet_tui.evaluation.request import Evaluate
from lenet_tui.evaluation.summary import lines, percent, whole
from lenet_tui.history.engine import keyframe
from lenet_tui.history.engine.answers import evaluate as answer
from lenet_tui.protocol.evaluation import MOST, Evaluation, Evaluations
from lenet_tui.protocol.messages import Recorded, Remark, Subscription
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.request import Rejected
from lenet_tui.sessions.recovery_state import RecoveryState
from tests.harness.driving import Drive
from tests.harness.oracle import ALL_DIGITS, IterationPlan, Settings
from tests.harness.running_app import running

FILE = str(Path(__file__).parents[1] / "training" / "files" / "held_out.py")
SEQUENTIAL = "tests.harness.models:sequential"
HELD = {"": 360, SEQUENTIAL: 360, FILE: 40}
EPOCH = 45
"""Iterations of an epoch in batches of 32."""


def plain(net: torch.nn.Module) -> tuple[int, int, float]:
    """The same in plain PyTorch, over all that is held out at once."""
    images, labels = ALL_DIGITS
    held = torch.arange(len(labels)) % 5 == 0
    net.eval()
    with torch.no_grad():
        output = net(images[held])
    net.train()
    right = int((output.argmax(1) == labels[held]).sum())
    return right, int(held.sum()), float(F.cross_entropy(output, labels[held]))


def evaluated(drive: Drive) -> Evaluation:
    return answer(Evaluate(), drive.session)


def everything(drive: Drive) -> bytes:
    """All that training depends on."""
    return keyframe.capture(drive.session.navigator.trainer)


@pytest.mark.slow
def test_it_is_what_a_plain_loop_would_find() -> None:
    script = IterationPlan(Settings(batch_size=32, lr=0.1))
    numbers = range(len(script.parameters))
    atoms: list[tuple[object, ...]] = []
    for n in range(1, 91):
        atoms += [("forward", n), ("loss",), *(("zero_grad", k) for k in numbers)]
        atoms += [("backward", None), *(("update", k) for k in numbers)]
    script.follow(atoms)
    drive = Drive(batch_size=32, lr=0.1)
    drive("run 90")
    found = drive.session.frame().evaluation
    assert found is not None and found == evaluated(drive)
    right, total, loss = plain(script.net)
    assert (found.iteration, found.correct, found.total) == (90, right, total)
    assert found.loss == pytest.approx(loss, rel=1e-6)


def walked(model: str, ask: bool) -> Iterator[bytes]:
    """A session's whole state at some places, where it is evaluated or is not."""
    own = {"model": model} if model else {}
    size = {} if model == FILE else {"batch_size": 32}
    drive = Drive("" if model == FILE else "digits", evaluate_every=0, **size, **own)
    modules = dict(drive.session.navigator.trainer.modules())
    for line in ("run 3", "phase", "phase", "phase", "phase", "run 60"):
        drive(line)
        modes = {name: module.training for name, module in modules.items()}
        held = {name: dict(module._buffers) for name, module in modules.items()}
        before, at = everything(drive), drive.at
        if ask:
            drive.session.history.evaluations.drop_after(0)
            found = evaluated(drive)
            assert (found.iteration, found.total) == (63 if line == "run 60" else 3, HELD[model])
        assert everything(drive) == before and drive.at == at
        assert modes == {name: module.training for name, module in modules.items()}
        if line == "run 3":  # live torch is there: nothing is put in another's place
            for name, module in modules.items():
                assert all(module._buffers[key] is one for key, one in held[name].items())
        yield before


@pytest.mark.slow
@pytest.mark.parametrize("model", [pytest.param("", marks=pytest.mark.slow), SEQUENTIAL, FILE])
def test_training_does_not_know_of_it(model: str) -> None:
    undisturbed = list(walked(model, ask=False))
    assert list(walked(model, ask=True)) == undisturbed
    assert len(set(undisturbed)) > 2


def test_a_graph_that_is_alive_can_still_run_backward() -> None:
    """Between loss and backward, with batch norm's buffers saved in the graph."""
    drive = Drive(model=SEQUENTIAL, batch_size=32)
    drive("finish", "phase", "phase")
    evaluated(drive)
    drive("phase", "phase")
    assert drive.at[1] == "backward"


@pytest.mark.slow
def test_a_run_evaluates_once_an_epoch_and_a_dropped_future_takes_its_results_along() -> None:
    drive = Drive(batch_size=32, lr=0.1)
    drive(f"run {3 * EPOCH + 1}")
    history = drive.session.history.evaluations
    assert [e.iteration for e in history.all()] == [EPOCH, 2 * EPOCH, 3 * EPOCH]
    known = history.all()
    assert drive.session.frame().epochs == pytest.approx(3 + 32 / 1437)
    frame = drive.frame(f"goto {2 * EPOCH}", "back phase")
    assert frame.evaluation == known[0]  # iteration 90 is not over here
    assert drive.frame("phase").evaluation == known[1]
    assert drive.frame(f"run {EPOCH}").evaluation == known[2]
    drive.again()
    assert drive.session.history.evaluations.all() == known
    drive(f"goto {EPOCH + 5}", "set lr 0.01")
    assert drive.session.history.evaluations.all() == known[:1]
    drive("goto 90")
    assert drive.session.history.evaluations.of(90) not in (None, known[1])
    drive("goto 45", "set loss mse")
    assert drive.session.history.evaluations.of(45) is None
    every = Drive(batch_size=32, evaluate_every=4)
    every("run 9", "finish", "finish", "finish")
    assert [e.iteration for e in every.session.history.evaluations.all()] == [4, 8, 12]


@pytest.mark.slow
def test_stepping_over_the_end_of_an_epoch_evaluates_too() -> None:
    drive = Drive(batch_size=1437)
    assert drive.frame("phase", "phase").evaluation is None
    assert drive.frame("phase", "phase", "phase").evaluation is not None


def test_the_results_are_saved_and_taken_up_and_an_impossible_one_is_refused() -> None:
    drive = Drive(batch_size=32)
    drive("finish")
    recovery = RecoveryState()
    evaluated(drive)
    sent = [r for r in drive.hooks.sent if isinstance(r, Recorded)]
    assert sent[-1].snapshot.evaluations == drive.session.history.evaluations.all() != ()
    recovery.received(sent[-1])
    assert recovery._snapshot is not None
    assert recovery._snapshot.evaluations == sent[-1].snapshot.evaluations


@pytest.mark.slow
def test_accuracy_is_watched_where_it_is_known() -> None:
    drive = Drive(batch_size=32, lr=0.1)
    moved = drive("watch accuracy > 0.5", "continue")
    found = drive.session.frame().evaluation
    assert found is not None and found.accuracy is not None and found.accuracy > 0.5
    assert moved.stopped and "accuracy > 0.5" in str(moved.stopped)
    assert drive.at[:3] == (found.iteration, "update", None)
    earlier = drive.session.history.evaluations.all()[:-1]
    assert all(e.accuracy is not None and e.accuracy <= 0.5 for e in earlier)
    here = drive.at
    drive("run 5", "reverse-continue")
    assert drive.at == here
    assert "no data are held out" in str(Drive("notebook").tries("watch accuracy > 1").error)


def test_what_is_not_held_out_is_said() -> None:
    with pytest.raises(Rejected, match="no data are held out"):
        evaluated(Drive("notebook"))
    with pytest.raises(Rejected, match="defines no test_data"):
        evaluated(Drive("", model=FILE.replace("held_out", "vae")))


def test_a_model_that_fails_in_evaluation_trains_on(tmp_path: Path) -> None:
    file = tmp_path / "fails.py"
    text = Path(FILE).read_text()
    called = "self.calls += 1"
    file.write_text(text.replace(called, f"assert self.training\n        {called}"))
    drive = Drive("", model=str(file))
    drive("run 20")
    said = [r.notice for r in drive.hooks.sent if isinstance(r, Remark)]
    assert len(said) == 1 and "not tried again" in str(said[0])
    with pytest.raises(Rejected, match="AssertionError"):
        evaluated(drive)


def test_so_many_results_are_kept_and_no_more() -> None:
    kept = Evaluations()
    for n in range(5 * MOST):
        kept.add(Evaluation(n, 1, 2, 0.5))
    numbers = [e.iteration for e in kept.all()]
    assert len(numbers) <= MOST and numbers[0] == 0
    newest = 5 * MOST - MOST // 3
    assert numbers[-(MOST // 3) :] == list(range(newest, 5 * MOST))


def test_a_share_is_whole_only_where_all_are_right() -> None:
    assert [percent(350, 360), percent(355, 360, 2), percent(360, 360)] == [
        "97.2",
        "98.61",
        "100.0",
    ]
    assert percent(9_999, 10_000) == "99.9"
    found = Evaluation(1437, 350, 360, 0.1)
    assert whole(found, words("en")) == "test accuracy 97.2 % (350 of 360) after iteration 1,437"
    texts = lines(found, 2.5, words("zh"))
    assert texts[0].startswith("轮次 2.50") and "350" in texts[0]
    assert [len(t) for t in lines(found, 2.5, words("en"))] == sorted(
        (len(t) for t in lines(found, 2.5, words("en"))), reverse=True
    )


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), pytest.param((120, 40), marks=pytest.mark.slow)])
async def test_it_is_on_the_main_screen(size: tuple[int, int]) -> None:
    async with running(size, options=Options(batch_size=32, evaluate_every=2)) as run:
        await run.press("f")
        assert "epoch 0.02" in run.rail and "test" not in run.rail
        assert run.app.main.frame is not None
        right, _ = run.app.main.frame.right or (-1, 0)
        assert f"{right} of 32 right" in run.text
        await run.press("E")
        found = run.engine.session.history.evaluations.of(1)
        assert found is not None
        share = percent(found.correct, 360)
        assert f"test accuracy {share} % ({found.correct} of 360) after iteration 1" in run.text
        assert f"test {share} % at 1" in run.rail or whole(found, words("en")) in run.rail
        assert "epoch 0.02" in run.rail and "next: forward" in run.rail and "…" not in run.rail
        await run.press("s")
        assert f"test {share} %" in run.rail and "forward 1 of" in run.rail
        await run.press("S", "f", "L")
        assert "第 2 次" in run.rail and "测试" in run.rail and "轮次 0.04" in run.rail


@pytest.mark.slow
def test_what_is_trained_on_is_evaluated_too_while_the_curves_are_seen() -> None:
    drive = Drive(batch_size=32, lr=0.1)
    drive("run 40")
    alone = evaluated(drive)
    assert alone.of_training is None
    before = everything(drive)
    drive.session.subscribe(Subscription(norms=True))
    both = evaluated(drive)
    assert everything(drive) == before
    assert replace(both, trained=None) == alone and both.of_training is not None
    images, labels = ALL_DIGITS
    held = torch.arange(len(labels)) % 5 == 0
    every = -(-int((~held).sum()) // int(held.sum()))
    images, labels = images[~held][::every], labels[~held][::every]
    with torch.no_grad():
        output = drive.session.navigator.trainer.model(images)
    found = both.of_training
    assert (found.total, found.correct) == (len(labels), int((output.argmax(1) == labels).sum()))
    assert found.loss == pytest.approx(float(F.cross_entropy(output, labels)), rel=1e-5)
