"""The gallery of broken programs and their twins, by ours and by two one-batch checkers of PyPI.

``python -m tests.benchmarks.checkers`` writes a line for each program. A peer that is not installed
is skipped. A step of one's own is given to them as far as they can take it: its loss up to the
first backward, or its model with the input of its first call.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch

from lenet_tui.findings.engine.check import check
from lenet_tui.findings.engine.outermost_call import outermost_call
from lenet_tui.findings.engine.probes.trial import Trial
from lenet_tui.findings.request import ITERATIONS
from lenet_tui.protocol.options import resolve
from lenet_tui.training.engine.observed_calls import Roots, observed_by
from lenet_tui.training.engine.trainer import Trainer
from tests.findings.gallery_files import BROKEN, HEALTHY, id_of, programs, write

NAMES = {
    "batch-mixing": ("batch_independence",),
    "cannot-overfit": ("overfit_batch",),
    "exploding": ("gradient_magnitude", "grad_norms"),
    "frozen-but-moves": ("frozen_params", "frozen"),
    "graph-cut": ("gradient_flow", "grad_connectivity", "loss"),
    "inactive-units": ("dead_relu",),
    "label-dtype": ("loss",),
    "label-range": ("loss",),
    "loss-broadcast": ("output_shape", "loss"),
    "nan-backward": ("gradient_flow", "gradient_magnitude", "nonfinite", "grad_finite"),
    "nan-forward": ("output_finite", "nonfinite", "loss"),
    "nan-input": ("output_finite", "nonfinite", "loss"),
    "no-gradient": ("gradient_flow", "grad_connectivity", "params_change"),
    "optimizer-stale": ("optimizer_coverage",),
    "param-not-in-optimizer": ("optimizer_coverage",),
    "raised": ("forward", "loss", "backward"),
    "tied-but-apart": ("weight_tying",),
    "vanishing": ("gradient_magnitude", "grad_norms"),
}
"""By our ids, the checks of the peers that mean it, kindly read."""
ALARMS = ("WARN", "FAIL", "ERROR")


@dataclass(frozen=True, slots=True)
class Verdict:
    """``named``, ``said`` and ``accused``: of how many programs; ``seconds``: of all together."""

    named: frozenset[str]
    said: frozenset[str]
    accused: frozenset[str]
    seconds: float


def ours(trainer: Trainer) -> set[str]:
    """The ids of what we find."""
    return {f.id for f in check(trainer, ITERATIONS).findings if f.fails}


def torchtest2(trainer: Trainer) -> set[str]:
    """The checks of ``torchtest2`` that fail or warn."""
    peer = importlib.import_module("torchtest2")
    with Trial(trainer) as trial:
        call = outermost_call(trial)
        batch, step = trial.batch, trainer.options.step
    if call is None:
        return set()
    model, args, kwargs = call
    inputs: Any = kwargs or (args if len(args) > 1 else args[0])
    loss = None if step else trainer.file.loss
    optimizer = None if step else trainer.updater._optimizer
    report = peer.check_model(
        model, inputs, None if step else batch.target, loss_fn=loss, optimizer=optimizer
    )
    return {r.name for r in report.results if str(r.status) in ALARMS}


class _Root(BaseException):
    """Carries what a step's first backward starts from."""

    def __init__(self, root: torch.Tensor) -> None:
        self.root = root


class _Stop(Roots):
    def called(self, kind: str, make: Callable[[], Any], args: Any, kwargs: Any) -> Any:
        if kind == "backward":
            raise _Root(args[0] if isinstance(args[0], torch.Tensor) else args[0][0])
        return super().called(kind, make, args, kwargs)


def guardtower(trainer: Trainer) -> set[str]:
    """The checks of ``guardtower`` that warn or are errors."""
    peer = importlib.import_module("guardtower")
    trainer.fetch()
    trainer.pinned = trainer.batch
    whole = trainer.batch.copy() if trainer.batch is not None else None
    assert whole is not None

    def loss() -> torch.Tensor:
        if trainer.options.step:
            try:
                with observed_by(_Stop()):
                    trainer.prepared_step()()
            except _Root as reached:
                return reached.root
            raise RuntimeError("it calls no backward")
        trainer.batch = whole
        trainer.forward()
        trainer.compute_loss(trainer.target())
        assert trainer.loss is not None
        return trainer.loss

    optimizer = trainer.updater._optimizer
    if trainer.options.step and trainer.objects is not None:
        optimizer = next(iter(trainer.objects.optimizers.values()), None)
    given = tuple(t for t in whole.args if isinstance(t, torch.Tensor))
    inputs = None if trainer.options.step else given
    report = peer.audit(trainer.model, loss, optimizer=optimizer, inputs=inputs)
    return {f.check for f in report.findings if f.severity.name in ALARMS}


@cache
def verdict(asked: Callable[[Trainer], set[str]]) -> Verdict:
    """What a checker says of the whole gallery."""
    named, said, accused = set(), set(), set()
    seconds = 0.0
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for program in programs():
            for variant in (BROKEN, HEALTHY):
                file = write(program, variant, Path(folder))
                trainer = Trainer(resolve("own", model=str(file), device="cpu"))
                started = time.perf_counter()
                try:
                    found = asked(trainer)
                except Exception as error:  # noqa: BLE001 - a checker's own fault says nothing
                    found = set()
                    sys.stderr.write(f"{asked.__name__} {program}: {type(error).__name__}\n")
                seconds += time.perf_counter() - started
                if variant == HEALTHY:
                    accused |= {program} if found else set()
                    continue
                id = id_of(program)
                meant = {id} if asked is ours else set(NAMES.get(id, ()))
                said |= {program} if found else set()
                named |= {program} if found & meant else set()
    return Verdict(frozenset(named), frozenset(said), frozenset(accused), seconds)


PEERS = {"torchtest2": torchtest2, "guardtower": guardtower}


def main() -> None:
    """A line for each program: what each checker makes of it."""
    asked = {"ours": ours} | {
        name: run for name, run in PEERS.items() if importlib.util.find_spec(name)
    }
    verdicts = {name: verdict(run) for name, run in asked.items()}
    lines = [f"{'program':36}" + "".join(f"{name:>14}" for name in verdicts)]
    for program in programs():
        marks = [
            ("named" if program in v.named else "says" if program in v.said else "-")
            + (" +twin" if program in v.accused else "")
            for v in verdicts.values()
        ]
        lines.append(f"{program:36}" + "".join(f"{mark:>14}" for mark in marks))
    for name, v in verdicts.items():
        by_id = Counter(map(id_of, v.named))
        lines.append(
            f"{name}: named {len(v.named)}, says something of {len(v.said)}, accuses"
            f" {len(v.accused)} twins, {v.seconds:.1f} s; {len(by_id)} ids"
        )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
