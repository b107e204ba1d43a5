"""What a stopped script is shown to have done is what plain PyTorch does, to the bit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from lenet_tui.around.engine import script_session
from lenet_tui.around.engine.gate import Gate
from lenet_tui.around.engine.observer import Observer
from lenet_tui.around.engine.recording import Recording
from lenet_tui.around.engine.script_session import ScriptSession
from lenet_tui.around.stop import Stop
from lenet_tui.explain.explanation import Explain
from lenet_tui.protocol.messages import DoMove, Moved, Passing, Subscription
from lenet_tui.protocol.moves import parse_move
from lenet_tui.protocol.request import handler_of
from lenet_tui.protocol.views import ViewRequest
from lenet_tui.tape.engine.names import find
from lenet_tui.text.notice import Notice
from tests.harness.driving import Hooks


class Net(nn.Module):
    """Something with an in-place op, batch statistics and dropout."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 3, 3)
        self.norm = nn.BatchNorm2d(3)
        self.drop = nn.Dropout(0.25)
        self.fc = nn.Linear(3 * 6 * 6, 4)

    def forward(self, x: Tensor) -> Tensor:
        hidden: Tensor = self.norm(self.conv(x)).relu_()
        logits: Tensor = self.fc(self.drop(hidden).flatten(1))
        return logits


Seen = dict[str, Tensor]


@dataclass
class Loop:
    """A training loop, and what it saw: with hooks of its own where ``sees`` is set."""

    sees: bool = True
    shifts: bool = False
    seen: dict[int, Seen] = field(default_factory=dict)
    losses: list[float] = field(default_factory=list)

    def run(self, count: int) -> None:
        torch.manual_seed(0)
        net = Net()
        optimizer = torch.optim.AdamW(net.parameters(), lr=0.01)
        static = torch.empty(5, 1, 8, 8)
        for number in range(1, count + 1):
            seen = self.seen.setdefault(number, {})

            def note(name: str, value: Tensor | None, seen: Seen = seen) -> None:
                if self.sees and value is not None:
                    seen[name] = value.detach().clone()

            for name, p in net.named_parameters():
                note(f"{name} before", p)
            static.copy_(torch.randn(5, 1, 8, 8))  # the same memory for each batch
            if self.shifts:
                static.mul_((static - 0.5).mean())
            note("input", static)
            target = torch.randint(0, 4, (5,))
            optimizer.zero_grad()
            output = net(static)
            note("output", output)
            loss = nn.functional.cross_entropy(output, target)
            note("loss", loss)
            loss.backward()  # type: ignore[no-untyped-call]
            for name, p in net.named_parameters():
                note(f"{name}.grad raw", p.grad)
            nn.utils.clip_grad_norm_(net.parameters(), 0.1)
            for name, p in net.named_parameters():
                note(f"{name}.grad", p.grad)
            optimizer.step()
            for name, p in net.named_parameters():
                note(name, p)
            self.losses.append(loss.item())


class Look:
    """Stops a loop at its third update, and calls ``looks`` with the session, on a thread."""

    def __init__(self, looks: Callable[[ScriptSession], None], tape_mb: int = 64) -> None:
        self._looks = looks
        self._tape_mb = tape_mb
        self._gate = Gate()
        self._session: ScriptSession | None = None
        self._thread: threading.Thread | None = None
        self.error: BaseException | None = None

    def run(self, loop: Loop, count: int) -> None:
        said: list[Notice] = []
        observer = Observer(
            Stop(at=3),
            self._stopped,
            self._tape_mb,
            wanted=lambda: self._gate.asked,
            say=said.append,
            glance=self._gate.glance,
        )
        observer.kept = lambda: self._session.kept() if self._session else []
        observer.install()
        try:
            loop.run(count)
        finally:
            observer.release()
            self._gate.end(observer.count)
        assert self._thread is not None
        self._thread.join()
        assert said == []
        if self.error is not None:
            raise self.error

    def _stopped(self, recording: Recording) -> Stop | None:
        first = self._session is None
        if self._session is None:
            self._session = ScriptSession(recording, self._gate, Hooks())
            self._thread = threading.Thread(target=self._look)
        else:
            self._session.stopped(recording)
        self._gate.arrive()
        if first and self._thread is not None:
            self._thread.start()
        return self._gate.wait()

    def _look(self) -> None:
        assert self._session is not None
        try:
            self._looks(self._session)
        except BaseException as error:  # noqa: BLE001 - raised in the test's thread
            self.error = error
        finally:
            self._gate.leave()


def go(session: ScriptSession, *lines: str) -> Moved:
    for line in lines:
        moved = session.do(DoMove(1, parse_move(line), parameters=True))
        assert moved.error is None, f"{line}: {moved.error}"
    return moved


def refused(session: ScriptSession, line: str) -> str:
    moved = session.do(DoMove(1, parse_move(line)))
    assert moved.error is not None, line
    return str(moved.error)


def at(session: ScriptSession, name: str) -> Tensor:
    navigator = session.navigator
    found = find(navigator.tape, navigator.cursor, name).tensor
    assert found is not None, name
    return found


@pytest.fixture(scope="module")
def plain() -> Loop:
    """What the loop does by itself."""
    loop = Loop()
    loop.run(8)
    return loop


NAMES = ("conv.weight", "norm.bias", "fc.weight", "fc.bias")


def check(session: ScriptSession, seen: Seen) -> None:
    """Go through an iteration, from its end back to its start, and compare what is shown."""
    for name in NAMES:
        assert torch.equal(at(session, name), seen[name])
    go(session, "back phase")
    assert session.navigator.position.phase == "clip"
    for name in NAMES:
        assert torch.equal(at(session, f"{name}.grad"), seen[f"{name}.grad"])
        assert torch.equal(at(session, name), seen[f"{name} before"])
    go(session, "back phase")
    assert session.navigator.position.phase == "backward"
    for name in NAMES:
        assert torch.equal(at(session, f"{name}.grad"), seen[f"{name}.grad raw"])
    assert torch.equal(at(session, "input"), seen["input"])
    assert torch.equal(at(session, "output"), seen["output"])
    assert torch.equal(at(session, "loss"), seen["loss"])
    go(session, "finish")


def test_each_place_of_the_kept_iterations_is_as_it_was(plain: Loop) -> None:
    def looks(session: ScriptSession) -> None:
        check(session, plain.seen[3])
        go(session, "finish")
        check(session, plain.seen[4])
        go(session, "run 3")  # those between are not recorded
        check(session, plain.seen[7])
        go(session, "goto 4")
        check(session, plain.seen[4])
        go(session, "back iteration")
        check(session, plain.seen[3])
        go(session, "back iteration")  # to the first op of what is kept
        assert (session.navigator.iteration, session.navigator.position.index) == (3, 1)
        assert "iteration 2 cannot be looked at" in refused(session, "back iteration")
        assert "iteration 6 cannot be looked at" in refused(session, "goto 6")
        frame = go(session, "goto 7").frame
        assert (frame.kept, frame.over) == ("3–4, 7", False)
        frame = go(session, "phase").frame
        assert frame.position.iteration == 8
        assert frame.looked_at

    loop = Loop(sees=False)
    Look(looks).run(loop, 8)
    assert loop.losses == plain.losses


def test_numbers_are_explained_and_views_are_drawn(plain: Loop) -> None:
    cells = ("conv[0,0,0,0]", "fc[1,2]", "loss", "fc.weight.grad[0,0]", "fc.bias[1]")

    def looks(session: ScriptSession) -> None:
        for cell in cells:
            asked = Explain(cell)
            made = handler_of(asked)(asked, session)
            assert made.checked, cell
        request = ViewRequest("k", "fc.weight", "numbers", rows=2, cols=2)
        frame = session.subscribe(Subscription((request,), graph=True))
        values = frame.views[0].values
        assert values is not None
        assert values.reshape(2, 2).tolist() == plain.seen[3]["fc.weight"][:2, :2].tolist()
        assert frame.graph is not None
        assert [row.name for row in frame.rows][:2] == ["conv", "norm.add"]
        assert session.ready.source.startswith('"""What a stopped script is shown')

    Look(looks).run(Loop(sees=False), 4)


def test_what_the_script_computes_beside_its_model_is_shown_too() -> None:
    def looks(session: ScriptSession) -> None:
        tape = session.navigator.tape
        (other,) = [s for s in tape.segments if s.phase.name == "other"]
        op = next(o for o in other.ops if o.op == "sub")
        go(session, "back iteration", "op")
        while session.navigator.position.op != other.ops.index(op) + 1:
            name = f"{op.name}"
            before = find(session.navigator.tape, session.navigator.cursor, name)
            assert before.tensor is None, "it is still to come"
            go(session, "op")
        found = find(session.navigator.tape, session.navigator.cursor, op.name)
        assert found.tensor is op.tensor and found.made == (3, "other")
        go(session, "finish")
        assert at(session, op.name) is op.tensor
        grad = find(session.navigator.tape, session.navigator.cursor, f"{op.name}.grad")
        assert grad.state == "none", "no backward goes there"

    Look(looks).run(Loop(sees=False, shifts=True), 4)


def test_what_would_run_something_again_is_refused_with_the_reason() -> None:
    def looks(session: ScriptSession) -> None:
        go(session, "back phase", "back op")
        before = session.navigator.position
        for line in ("skip loss", "do backward", "set lr 1", "edit fc.bias[0] 1", "goto 1"):
            assert "the script" in refused(session, line).lower(), line
            assert session.navigator.position == before
        assert "own" in refused(session, "reverse-continue")
        go(session, "watch loss > 99")
        moved = go(session, "continue")
        assert "ended after iteration 5" in str(moved.stopped)
        assert (moved.frame.kept, moved.frame.over) == ("3", True)
        assert session.navigator.position == before
        assert "ended after iteration 5" in refused(session, "continue")

    loop = Loop(sees=False)
    Look(looks).run(loop, 5)
    assert len(loop.losses) == 5


def test_a_watchpoint_and_a_pause_stop_it_again(plain: Loop) -> None:
    limit = plain.losses[5]

    def looks(session: ScriptSession) -> None:
        go(session, f"watch loss == {limit!r}")
        moved = go(session, "continue")
        assert moved.frame.position.iteration == 7
        assert f"loss == {limit!r} held after update 6" in str(moved.stopped)
        go(session, "unwatch 1")
        hooks = session._hooks
        assert isinstance(hooks, Hooks)
        hooks.patience = 0
        moved = go(session, "continue")
        assert str(moved.stopped) == "paused"
        assert 8 <= moved.frame.position.iteration < 400

    Look(looks).run(Loop(sees=False), 400)


def test_while_it_runs_on_it_says_how_far_it_is_and_of_what_loss(
    plain: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script_session, "SAY_EACH", 0.0)
    monkeypatch.setattr(script_session, "POLL", 0.001)
    loop = Loop(sees=False)
    said: list[Passing] = []

    def looks(session: ScriptSession) -> None:
        hooks = session._hooks
        assert isinstance(hooks, Hooks)
        session.take_losses()
        frame = go(session, "run 300").frame
        said.extend(report for report in hooks.sent if isinstance(report, Passing))
        first, losses = frame.losses_from, frame.losses
        assert (first, first + len(losses)) == (4, 304), "each at its own iteration"
        assert losses[-1] == frame.loss
        for number, value in enumerate(losses[:-1], first):
            assert np.isnan(value) or value == loop.losses[number - 1]
        known = [r for r in said if r.loss is not None and not r.earlier]
        assert len(known) > 3
        assert all(r.loss == loop.losses[r.iteration - 1] for r in known)
        assert all(not np.isnan(losses[r.iteration - first]) for r in known)

    Look(looks).run(loop, 320)
    assert loop.losses[:8] == plain.losses


def test_of_older_iterations_only_so_much_memory_is_kept() -> None:
    def looks(session: ScriptSession) -> None:
        go(session, "finish", "finish")
        go(session, "back iteration")
        assert "(kept: 5)" in refused(session, "back iteration")

    Look(looks, tape_mb=0).run(Loop(sees=False), 6)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As elsewhere in the tests."""
    torch.set_num_threads(1)
    yield
