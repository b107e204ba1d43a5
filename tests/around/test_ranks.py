"""A rank under ``lenet-tui run`` never opens a screen that others would wait for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lenet_tui.around.ranks import Rank, rank
from tests.around.scripts import SCRIPTS
from tests.harness.terminal import ROOT, Terminal


def test_it_is_known_from_what_a_launcher_sets() -> None:
    assert rank({"RANK": "1", "WORLD_SIZE": "4"}) == Rank(1, 4)
    assert rank({"LOCAL_RANK": "0", "WORLD_SIZE": "2"}) == Rank(0, 2)
    assert rank({"RANK": "0", "WORLD_SIZE": "1"}) is None
    assert rank({"RANK": "x", "WORLD_SIZE": "2"}) is None
    assert rank({}) is None


@pytest.mark.slow
def test_on_a_terminal_it_prints_says_why_and_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "script.py"
    file.write_text(SCRIPTS["plain"])
    command = [sys.executable, "-m", "lenet_tui", "run", "--at", "3", "--", str(file), "weights.pt"]
    env = {"PYTHONPATH": str(ROOT), "RANK": "0", "WORLD_SIZE": "2"}
    with Terminal(command, cwd=tmp_path, env=env) as terminal:
        assert terminal.wait() == 0
        said = terminal.received.decode()
    assert "this is process 0 of 2" in said
    assert "\x1b[?1049h" not in said, "no screen"
    assert "iteration 3 · update" in said
    assert (tmp_path / "weights.pt").exists()


RANKS = """
import sys, torch
from torch import distributed as dist, nn
import lenet_tui as lt

dist.init_process_group("gloo")
rank = dist.get_rank()
torch.manual_seed(0)
model = nn.parallel.DistributedDataParallel(nn.Linear(4, 2))
optimizer = torch.optim.AdamW(model.parameters())
generator = torch.Generator().manual_seed(rank)
for number in range(5):
    batch = torch.randn(5, 4, generator=generator), torch.randint(0, 2, (5,), generator=generator)
    if number == 2 and rank == 0 and sys.argv[1:]:
        lt.step(model, batch, nn.CrossEntropyLoss(), optimizer)
        lt.here()
        lt.check(model, batch, nn.CrossEntropyLoss(), optimizer).raise_if_any()
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    sys.stdout.write(f"loss {rank} {number} {loss.item()!r}\\n")
    sys.stdout.flush()
dist.destroy_process_group()
"""


@pytest.mark.slow
def test_a_job_of_torchrun_in_which_one_rank_looks_is_unharmed(tmp_path: Path) -> None:
    file = tmp_path / "ranks.py"
    file.write_text(RANKS)
    env = {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"}
    env |= {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}

    def job(*words: str) -> tuple[list[str], str]:
        launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
        done = subprocess.run(
            [sys.executable, *launch, *words], capture_output=True, text=True, check=False,
            env=env, timeout=120, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return sorted(x for x in done.stdout.splitlines() if x.startswith("loss")), done.stderr

    plain, _ = job(str(file))
    assert len(plain) == 10
    looked, said = job(str(file), "looks")
    assert looked == plain
    assert said.count("one process for a look at its step") == 2
    assert said.count("not checked: this is process 0 of 2") == 1
    assert job("-m", "lenet_tui", "run", "--at", "3", "--", str(file))[0] == plain
