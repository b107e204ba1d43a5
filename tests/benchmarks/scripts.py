"""A script under ``lenet-tui run`` that is not stopped, over the same script under ``python``."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from tests.benchmarks.measure import EFFORT, Result, Row, result, rounds
from tests.harness.terminal import ROOT, environment

ROUNDS = 5
SCRIPT = """
import sys, time
import torch
from torch import nn

torch.set_num_threads(1)
model = nn.Sequential(
    nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
).to(sys.argv[1])
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1000)
x, target = torch.randn(8, 1, 32, 32).to(sys.argv[1]), torch.arange(8).to(sys.argv[1])


def train(iterations):
    for _ in range(iterations):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), target)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    loss.item()


train(50)
times = []
for _ in range(8):
    started = time.process_time()
    train(60)
    times.append(time.process_time() - started)
print(min(times))
"""
"""A small model, so that what is done for each call counts. The time is the processor's, and the
least of some: a machine that is busy only adds to it."""


def unstopped(*words: str) -> Result:
    """The speed of the script's loop, which it measures itself. ``words``: where it would stop."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "script.py"
        script.write_text(SCRIPT)
        ratios, plain = [], []
        for number in rounds(ROUNDS):
            ways = [[str(script)], ["-m", "lenet_tui", "run", *words, "--", str(script)]]
            order = ways if number % 2 else ways[::-1]
            took = {len(way): loop_seconds([*way, EFFORT.device]) for way in order}
            plain.append(took[1])
            ratios.append(took[1] / took[len(ways[1])])
    what = "speed of a script, not stopped"
    return result("script", ratios, 0.98, what, at_most=False, baseline=plain)


def loop_seconds(words: list[str]) -> float:
    done = subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment(),
    )
    return float(done.stdout)


SCRIPTS = {"script": Row(partial(unstopped, "--at", "1000000"), 40, 0)}
