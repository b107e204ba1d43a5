"""A script is checked as it is: what is wrong is found where it runs, and it is not changed."""

from __future__ import annotations

import json
import textwrap
import threading

import pytest
import torch
from torch import nn

from lenet_tui.around.engine.gate import Gate
from lenet_tui.around.engine.observer import Observer
from lenet_tui.around.engine.recording import Recording
from lenet_tui.around.engine.script_session import ScriptSession
from lenet_tui.around.stop import Stop
from lenet_tui.findings.engine.script_check import Seen
from lenet_tui.findings.finding import Findings
from lenet_tui.findings.request import Check
from lenet_tui.protocol.request import handler_of
from tests.around.runs import Runs, runs
from tests.harness.driving import Hooks

__all__ = ["runs"]

HEALTHY = """import sys
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
data = TensorDataset(torch.randn(96, 6), torch.randn(96, 1))
model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for number, (x, y) in enumerate(DataLoader(data, batch_size=8)):
    hidden = model[1](model[0](x))
    loss = nn.functional.mse_loss(model[2](hidden), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print("batch", number)
torch.save(model.state_dict(), sys.argv[1])
"""
LINE = "    hidden = model[1](model[0](x))\n"


def in_a_function(script: str) -> str:
    """The same script as a function that is called: its variables are the function's."""
    return f"def main():\n{textwrap.indent(script, '    ')}\n\nmain()\n"


def test_a_script_is_checked_as_it_is(runs: Runs) -> None:
    healthy = runs(HEALTHY, "check", "--format", "json")
    assert (healthy.status, json.loads(healthy.out)["findings"]) == (0, [])
    assert healthy.err.splitlines() == ["batch 0", "batch 1"]  # ended in its third update
    assert healthy.weights == b""

    inside = runs(in_a_function(HEALTHY), "check", "--format", "json")
    assert (inside.status, json.loads(inside.out)["findings"]) == (0, [])  # reading keeps no graph

    kept = HEALTHY.replace("    optimizer.zero_grad()\n", "")
    found = runs(kept, "check", "--format", "json", "--at", "5", "--iterations", "2")
    [finding] = json.loads(found.out)["findings"]
    assert (found.status, finding["id"], finding["line"]) == (1, "grad-accumulates", "script.py:13")
    assert len(found.err.splitlines()) == 5
    assert finding["evidence"]["iteration"] == 6, "of the script, not of the check"


COMPILED = """
import torch
from torch import nn

torch.manual_seed(0)
graphs = []


def backend(graph, inputs):
    graphs.append(graph)
    return graph.forward


model = nn.Sequential(nn.Linear(4, 8), nn.GELU(), nn.Linear(8, 2))
compiled = torch.compile(model, backend=backend)
optimizer = torch.optim.Adam(model.parameters())
for _ in range(4):
    loss = nn.functional.cross_entropy(compiled(torch.randn(6, 4)), torch.arange(6) % 2)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(len(graphs), loss.item())
"""


@pytest.mark.slow
def test_what_is_compiled_is_one_graph_whoever_looks_on(runs: Runs) -> None:
    plain = runs(COMPILED)
    assert [line[0] for line in plain.out.splitlines()] == ["1"] * 4
    assert runs(COMPILED, "--at", "3").out == plain.out
    checked = runs(COMPILED, "check", "--format", "json")
    assert json.loads(checked.out)["findings"] == []  # no graph of a recording is kept either
    assert checked.err.splitlines() == plain.out.splitlines()[:2]


def test_what_a_script_raises_is_explained(runs: Runs) -> None:
    ran = runs(HEALTHY.replace(LINE, LINE + "    hidden[0] = 0\n"), "check", "--format", "json")
    findings = json.loads(ran.out)["findings"]
    assert [f["id"] for f in findings] == ["inplace-overwrite", "raised"]
    assert [f["level"] for f in findings] == ["error", "note"]  # it is one mistake
    evidence = findings[0]["evidence"]
    assert (findings[1]["phase"], findings[1]["line"]) == ("backward", evidence["backward"])
    assert (findings[0]["line"], evidence["saved_line"]) == ("script.py:12", "script.py:11")
    assert (ran.status, ran.err) == (1, "")


def test_a_script_that_does_not_train_so_long_is_said(runs: Runs) -> None:
    ran = runs(HEALTHY, "check", "--at", "50")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.splitlines()[-1].startswith("lenet-tui: the script ended after update 12")
    forgotten = runs(HEALTHY.replace("    optimizer.step()\n", ""), "check")
    assert forgotten.status == 2 and "step() was never called; a" in forgotten.err
    raising = runs("import torch\nraise KeyError('mine')\n", "check")
    assert (raising.status, raising.err.splitlines()[-1]) == (1, "KeyError: 'mine'")


CLIPS = {
    "nothing": "nn.utils.clip_grad_norm_([p for p in model.parameters() if p.grad is not None], 1)",
    "raises": "nn.utils.clip_grad_value_(model.parameters(), 1)",
}
BEFORE = "    optimizer.zero_grad()\n"


@pytest.mark.slow
@pytest.mark.parametrize("reason", list(CLIPS))
def test_clipping_before_there_is_a_gradient(runs: Runs, reason: str) -> None:
    line = f"    {CLIPS[reason]}\n"
    early = HEALTHY.replace(BEFORE, BEFORE + line)
    first, *rest = json.loads(runs(early, "check", "--format", "json").out)["findings"]
    assert (first["id"], first["evidence"]["reason"]) == ("clip-misplaced", reason)
    assert (first["line"], [f["level"] for f in rest if f["id"] != "raised"]) == (
        "script.py:14",
        [],
    )
    late = HEALTHY.replace("    optimizer.step()\n", line + "    optimizer.step()\n")
    assert json.loads(runs(late, "check", "--format", "json").out)["findings"] == []
    turned = late.replace(BEFORE, "").replace(line, line + "    optimizer.step()\n" + BEFORE)
    turned = turned.replace(BEFORE + "    optimizer.step()\n", BEFORE)
    assert json.loads(runs(turned, "check", "--format", "json").out)["findings"] == []


@pytest.mark.slow
def test_a_loss_that_multiplies_from_update_to_update(runs: Runs) -> None:
    far = HEALTHY.replace("lr=0.01", "lr=9.0")
    [finding] = json.loads(runs(far, "check", "--format", "json").out)["findings"]
    losses = finding["evidence"]["losses"]
    assert (finding["id"], finding["evidence"]["reason"]) == ("step-too-large", "grows")
    assert losses[2] > 2 * losses[1] > 4 * losses[0] and finding["evidence"]["relative"] > 0.1
    step = far.splitlines().index("    optimizer.step()") + 1
    assert finding["line"] == f"script.py:{step}"
    noisy = HEALTHY.replace("(model[2](hidden), y)", "(model[2](hidden), y) * 4.0 ** number")
    noisy = noisy.replace("lr=0.01", "lr=1e-4")  # the loss grows, and no update is to blame
    assert json.loads(runs(noisy, "check", "--format", "json").out)["findings"] == []


WARNS = """    nn.functional.softmax(x)
    nn.functional.softmax(y)
"""


@pytest.mark.slow
def test_what_torch_warns_of_names_the_script_s_line(runs: Runs) -> None:
    warns = HEALTHY.replace(LINE, LINE + WARNS)
    ran = runs(warns, "check")
    named = [line.rpartition("/")[2] for line in ran.err.splitlines() if "UserWarning" in line]
    assert [line.partition(" ")[0] for line in named] == ["script.py:12:", "script.py:13:"]
    assert "lenet_tui" not in ran.err


GAN = """import torch; torch.manual_seed(0)
from torch import nn
G, D = nn.Linear(4, 2), nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))
of_g, of_d = (torch.optim.SGD(m.parameters(), 0.1) for m in (G, D))
bce = nn.BCEWithLogitsLoss()
for number in range(20):
    fake = G(torch.randn(8, 4))
    verdict = D(fake)
    of_d.zero_grad()
    loss = bce(D(torch.randn(8, 2)), torch.ones(8, 1)) + bce(D(fake.detach()), torch.zeros(8, 1))
    loss.backward()
    of_d.step()
    if number % 5 == 4:
        of_g.zero_grad()
        bce(D(fake), torch.ones(8, 1)).backward()
        of_g.step()
"""
"""The generator has its turn after the iterations that are checked."""


@pytest.mark.slow
def test_updates_of_several_optimizers_are_iterations_each(runs: Runs) -> None:
    by_turns = GAN.replace("number % 5 == 4", "True")
    for script in (GAN, by_turns):
        healthy = runs(script, "check", "--format", "json")
        assert (healthy.status, json.loads(healthy.out)["findings"]) == (0, [])
    late = GAN.replace("bce(D(fake), ", "bce(verdict, ").replace("number % 5 == 4", "True")
    found, raised = json.loads(runs(late, "check", "--format", "json").out)["findings"]
    assert (found["id"], raised["id"]) == ("inplace-overwrite", "raised")
    assert (found["line"], found["where"]) == ("script.py:12", "D.2.weight")
    assert found["evidence"]["reason"] == "earlier"


@pytest.mark.slow
def test_optimizers_that_take_turns_are_seen_twice(runs: Runs) -> None:
    """The third update is that of the first optimizer: of the second one there was one alone."""
    kept = GAN.replace("number % 5 == 4", "True").replace("        of_g.zero_grad()\n", "")
    ran = json.loads(runs(kept, "check", "--format", "json").out)
    [found] = ran["findings"]
    assert (found["id"], found["line"], ran["iterations"]) == (
        "grad-accumulates", "script.py:14", 4
    )  # fmt: skip
    assert found["evidence"]["parameters"] == ["G.weight", "G.bias"]


def test_a_check_that_fails_itself_says_nothing_good(runs: Runs) -> None:
    fault = """from lenet_tui.findings.engine.detectors.order import OrderDetector
def look(self, iteration):
    raise NotImplementedError("no such kernel")
OrderDetector.look = look
"""
    ran = runs(fault + HEALTHY, "check")
    assert (ran.status, ran.out) == (2, "")
    assert "could not look at an iteration: NotImplementedError: no such kernel" in ran.err


@pytest.mark.slow
def test_layers_that_came_after_the_optimizer(runs: Runs) -> None:
    late = HEALTHY.replace("for number", "model[2] = nn.Linear(8, 1, bias=False)\nfor number")
    findings = json.loads(runs(late, "check", "--format", "json").out)["findings"]
    assert [f["id"] for f in findings] == ["optimizer-stale", "param-not-in-optimizer"]
    assert findings[0]["evidence"]["shapes"] == [[1, 8], [1]]
    assert findings[1]["level"] == "note", "it follows from the other"


@pytest.mark.slow
def test_batches_of_a_loader_that_add_up(runs: Runs) -> None:
    inside = HEALTHY.replace("    optimizer.step()\n", "    if number % 4 == 3:\n        STEP\n")
    inside = inside.replace("    optimizer.zero_grad()\n", "")
    added = inside.replace("STEP", "optimizer.step(); optimizer.zero_grad()")
    [finding] = json.loads(runs(added, "check", "--format", "json").out)["findings"]
    assert (finding["id"], finding["evidence"]["backwards"]) == ("accumulation-scale", 4)
    divided = added.replace("loss.backward()", "(loss / 4).backward()")
    assert json.loads(runs(divided, "check", "--format", "json").out)["findings"] == []


def loop(clears: bool) -> list[float]:
    torch.manual_seed(0)
    model = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    losses = []
    for number in range(8):
        if clears or not number:
            optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(torch.randn(8, 4)), torch.randn(8, 1))
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize("clears", [True, False])
def test_the_panel_asks_a_script_that_stands(clears: bool) -> None:
    """It looks at the iteration shown and lets the script go on for those that it lacks."""
    answers: list[Findings] = []
    places: list[tuple[int, str]] = []
    gate, seen = Gate(), Seen()
    sessions: list[ScriptSession] = []
    ask = handler_of(Check())

    def look() -> None:
        try:
            for _ in range(2):
                answers.append(ask(Check(), sessions[0]))
                position = sessions[0].navigator.position
                places.append((position.iteration, position.phase))
        finally:
            gate.leave()

    thread = threading.Thread(target=look)

    def stopped(recording: Recording) -> Stop | None:
        if sessions:
            sessions[0].stopped(recording)
        else:
            sessions.append(ScriptSession(recording, gate, Hooks(), seen))
        gate.arrive()
        if not thread.ident:
            thread.start()
        return gate.wait()

    observer = Observer(Stop(at=2), stopped, 64)
    observer.beside = seen
    observer.install()
    try:
        losses = loop(clears)
    finally:
        observer.release()
        gate.end(observer.count)
    thread.join()
    assert losses == loop(clears)
    assert [(a.first, a.iterations) for a in answers] == [(2, 3), (4, 3)]
    assert places == [(2, "update"), (2, "update")]
    ids = [[f.id for f in a.findings] for a in answers]
    assert ids == ([[], []] if clears else [["grad-accumulates"]] * 2)
    assert seen.iteration is None
    shown = [f.iteration or f.evidence["iteration"] for a in answers for f in a.findings]
    assert shown == ([] if clears else [3, 5])  # where it is gone to


@pytest.mark.slow
def test_layers_in_a_list_are_no_graph_that_is_kept(runs: Runs) -> None:
    """A leaf's node outlives its iteration where the next forward meets the graph before it."""
    model = "nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 1))"
    listed = HEALTHY.replace(f"model = {model}", LISTED).replace(LINE, "")
    listed = listed.replace("model[2](hidden)", "model(x)")
    checked = runs(listed, "check", "--format", "json")
    assert [f["id"] for f in json.loads(checked.out)["findings"]] == ["param-not-registered"]


LISTED = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = [nn.Linear(6, 8)]
        self.out = nn.Linear(8, 1)

    def forward(self, x):
        return self.out(self.first[0](x).tanh())

model = Net()"""
