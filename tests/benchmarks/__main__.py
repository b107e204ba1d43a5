"""``python -m tests.benchmarks [--quick] [--format json] [NAME …]``: each figure with its bound."""

from __future__ import annotations

import sys

import torch

from tests.benchmarks.bare_recorder import BARE
from tests.benchmarks.bytes import BYTES
from tests.benchmarks.checking import CHECKING
from tests.benchmarks.engine import ENGINE
from tests.benchmarks.keys import KEYS
from tests.benchmarks.lag import LAG
from tests.benchmarks.live import LIVE
from tests.benchmarks.memory import MEMORY
from tests.benchmarks.notebook import NOTEBOOK
from tests.benchmarks.pictures import PICTURES
from tests.benchmarks.scripts import SCRIPTS
from tests.benchmarks.size import SIZE
from tests.benchmarks.start import START
from tests.benchmarks.table import run
from tests.benchmarks.tracers import TRACERS
from tests.benchmarks.training import TRAINING
from tests.harness.compiled import compile_package

BENCHMARKS = (
    START | KEYS | LAG | BYTES | PICTURES | ENGINE | LIVE | SIZE | BARE | TRACERS | TRAINING
    | CHECKING | MEMORY | NOTEBOOK | SCRIPTS
)  # fmt: skip

if __name__ == "__main__":
    torch.set_num_threads(1)
    compile_package()
    sys.exit(run(BENCHMARKS))
