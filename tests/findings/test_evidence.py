"""The line and the numbers of a finding are those of the program."""

from __future__ import annotations

import math
import runpy
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

from lenet_tui.findings.engine.check import check
from lenet_tui.findings.engine.detectors.storage import TiedDetector
from lenet_tui.findings.finding import Finding
from lenet_tui.findings.words import FINDINGS, said, shown_evidence
from lenet_tui.protocol.options import resolve
from lenet_tui.text.words import Words
from lenet_tui.training.engine.trainer import Trainer
from tests.findings.gallery_files import BROKEN, checked, id_of, marked_line, write

AT_THE_MARK = [
    "graph-cut__vision", "graph-cut__sequence", "graph-cut__regression", "graph-cut__policy",
    "loss-broadcast__sequence", "label-range__sequence", "label-dtype__sequence",
    "clip-misplaced__sequence", "clip-misplaced__vision", "inplace-overwrite__regression",
    "inplace-overwrite__vision", "accumulation-scale__sequence",
]  # fmt: skip
"""Programs whose mistake is one line."""

ADVERSARIES = """
import torch
from torch import nn

made, judged = nn.Linear(4, 2), nn.Linear(2, 1)
model = nn.ModuleDict({"made": made, "judged": judged})
makes, judges = (torch.optim.SGD(m.parameters(), lr=0.01) for m in (made, judged))
data = [torch.randn(8, 2) for _ in range(3)]


def step(real):
    fake = made(torch.randn(8, 4))
    apart = judged(fake.detach()).mean() - judged(real).mean()
    apart.backward()
    judges.step()
    makes.zero_grad()
    worse = -judged(fake).mean()
    worse.backward()
    makes.step()
    return worse
"""
"""The gradients of ``judged`` are never cleared: both backwards add, and the first one is read."""

MEETS = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))
    def forward(self, x):
        return x * self.scale

model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
loss = nn.functional.mse_loss
data = [(torch.randn({made}), torch.randn({target})) for _ in range(3)]
"""
"""A prediction of one shape and a target of another."""


def _found(program: str, folder: Path) -> Finding:
    return next(f for f in checked(program, BROKEN, folder).findings if f.id == id_of(program))


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(p, marks=pytest.mark.slow) if number % 4 else p
        for number, p in enumerate(AT_THE_MARK)
    ],
)
def test_the_line_is_that_of_the_mistake(program: str, tmp_path: Path) -> None:
    assert _found(program, tmp_path).line == marked_line(program, BROKEN, tmp_path)


def test_the_line_is_that_of_the_backward_that_the_update_reads(tmp_path: Path) -> None:
    file = tmp_path / "program.py"
    file.write_text(ADVERSARIES)
    found = check(Trainer(resolve("own", model=str(file), device="cpu")), 3).findings
    one = next(f for f in found if f.id == "grad-accumulates")
    assert (one.line, one.evidence["update"]) == ("program.py:14", "program.py:15")


def test_an_index_in_the_evidence_is_told_from_a_count(tmp_path: Path) -> None:
    found = _found("batch-mixing__rows", tmp_path)
    shown = shown_evidence(found, Words("en", FINDINGS))
    assert "index of the replaced sample 4" in shown
    assert "number of others that change 3" in shown


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize(
    "made, target",
    [((12, 1), (12,)), ((12,), (12, 1)), ((4, 1, 3, 3), (4, 3, 3)), ((4, 3, 3), (4, 1, 3, 3)),
     ((3, 3, 1), (3, 3))],
)  # fmt: skip
def test_both_remedies_of_a_broadcast_give_one_shape(
    made: tuple[int, ...], target: tuple[int, ...], tmp_path: Path
) -> None:
    file = tmp_path / "net.py"
    file.write_text(MEETS.format(made=made, target=target))
    found = check(Trainer(resolve("own", model=str(file), device="cpu")), 1).findings
    one = next(f for f in found if f.id == "loss-broadcast")
    values = {"prediction": torch.zeros(made), "target": torch.zeros(target)}
    for remedy in (one.evidence["write"], one.evidence["instead"]):
        name, shapes = remedy.partition(".")[0], {n: v.shape for n, v in values.items()}
        shapes[name] = eval(remedy, dict(values)).shape
        assert len(set(shapes.values())) == 1, remedy
        assert remedy in said(one, Words("en", FINDINGS))[2]


def test_no_remedy_is_made_up_where_another_axis_differs(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(MEETS.format(made=(4, 1, 3, 3), target=(1, 5, 3, 3)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = check(Trainer(resolve("own", model=str(file), device="cpu")), 1).findings
    one = next(f for f in found if f.id == "loss-broadcast")
    assert "squeeze" not in said(one, Words("en", FINDINGS))[2] and "write" not in one.evidence


def test_the_evidence_does_not_say_again_what_the_texts_say(tmp_path: Path) -> None:
    program = "nan-backward__sequence"
    shown = shown_evidence(_found(program, tmp_path), Words("en", FINDINGS))
    assert "node" in shown and "bad" not in shown and "factors" not in shown
    large = _found("step-too-large__regression", tmp_path)
    shown = shown_evidence(large, Words("en", FINDINGS))
    assert "loss along the step" not in shown and "; losses 8.609" not in shown


def test_the_evidence_is_said_in_words_and_names_what_the_title_has_no_room_for() -> None:
    names = tuple(f"blocks[{n}].weight" for n in range(5))
    evidence = {"held_by": "blocks", "kind": "list", "parameters": names, "count": 5,
                "numbers": 99, "in_optimizer": False, "modules": "blocks"}  # fmt: skip
    found = Finding("param-not-registered", "forward", evidence=evidence)
    assert "blocks[2].weight and 2 more" in said(found, Words("en", FINDINGS))[0]
    english, chinese = (shown_evidence(found, Words(lang, FINDINGS)) for lang in ("en", "zh"))
    assert "; in a group of the optimizer no" in english and ", ".join(names) in english
    assert "；在优化器的组中 否" in chinese and "in_optimizer" not in chinese


def test_a_minus_and_an_index_are_written_as_everywhere(tmp_path: Path) -> None:
    found = _found("nan-backward__regression", tmp_path)
    title, why, _ = said(found, Words("en", FINDINGS))
    assert "at [0,0]" in title and "-" not in why.partition("slope:")[2]


def test_weights_are_compared_as_the_first_iteration_began(tmp_path: Path) -> None:
    """The screen of a script opens after its update, when they have parted."""
    file = write("tied-but-apart__sequence", BROKEN, tmp_path)
    trainer = Trainer(resolve("own", model=str(file), device="cpu"))
    before = {name: p.detach().clone() for name, p in trainer.parameters.items()}
    iteration: Any = SimpleNamespace(trainer=trainer, before=before)
    with torch.no_grad():
        for p in trainer.parameters.values():
            p.add_(torch.rand(p.shape))
    detector = TiedDetector()
    assert [f.id for f in detector.look(iteration)] == ["tied-but-apart"]
    assert list(detector.look(iteration)) == [], "it is said once"


def test_the_floor_is_the_loss_of_the_best_probabilities(tmp_path: Path) -> None:
    evidence = _found("loss-on-probabilities__vision", tmp_path).evidence
    best = nn.functional.cross_entropy(torch.eye(10), torch.arange(10))
    assert math.isclose(evidence["floor"], float(best), rel_tol=1e-6)


def test_the_norms_of_what_accumulates_are_torch_s(tmp_path: Path) -> None:
    program = "grad-accumulates__regression"
    evidence = _found(program, tmp_path)
    names = _plain(program, tmp_path)
    parameter = dict(names["model"].named_parameters())[evidence.where]
    norms = []
    for _ in range(2):
        names["step"](names["data"][0])
        norms.append(float(parameter.grad.norm()))
    assert [evidence.evidence["old"], evidence.evidence["sum"]] == pytest.approx(norms)


def test_the_true_norm_is_that_without_the_scale(tmp_path: Path) -> None:
    program = "clip-while-scaled__vision"
    evidence = _found(program, tmp_path).evidence
    names = _plain(program, tmp_path)
    x, y = names["data"][0]
    nn.functional.cross_entropy(names["model"](x), y).backward()  # type: ignore[no-untyped-call]
    norm = nn.utils.get_total_norm([p.grad for p in names["model"].parameters()])
    assert evidence["scale"] == 1024
    assert evidence["true_norm"] == pytest.approx(float(norm), rel=1e-5)


def test_versions_and_both_lines_of_an_overwrite(tmp_path: Path) -> None:
    evidence = _found("inplace-overwrite__vision", tmp_path).evidence
    assert (evidence["saved_by"], evidence["written_by"]) == ("block.sigmoid", "block.add")
    assert (evidence["saved_version"], evidence["version"]) == (0, 1)
    mark = marked_line("inplace-overwrite__vision", BROKEN, tmp_path)
    file, _, number = mark.rpartition(":")
    assert evidence["saved_line"] == f"{file}:{int(number) - 1}"


def test_where_a_gradient_died(tmp_path: Path) -> None:
    evidence = _found("no-gradient__vision", tmp_path).evidence
    assert (evidence["died_at"], evidence["node"]) == ("1", "ReluBackward0")
    assert evidence["parameters"] == ["0.bias", "0.weight"]


def _plain(program: str, folder: Path) -> dict[str, Any]:
    """The program executed by itself, seeded as a session is."""
    torch.manual_seed(0)
    return runpy.run_path(str(write(program, BROKEN, folder)))
