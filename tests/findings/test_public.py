"""No architecture that nobody here wrote is accused: neither of an error nor of a warning."""

from __future__ import annotations

from pathlib import Path

import pytest

from lenet_tui.findings.engine.check import check
from lenet_tui.findings.request import ITERATIONS
from lenet_tui.protocol.options import resolve
from lenet_tui.training.engine.trainer import Trainer
from tests.training.test_public_architectures import FILE, library
from tests.training.zoo.cases import CASES

SAMPLE = ("beit", "levit", "resnet", "mvit", "t5", "longformer", "layoutlm", "masked_autoencoder")
"""Where parameters have no gradient by design, and some others."""


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n in SAMPLE else pytest.mark.slow) for n in sorted(CASES)]
)
def test_a_public_architecture_is_not_accused(name: str, tmp_path: Path) -> None:
    library(CASES[name].library)
    file = tmp_path / f"{name}_file.py"
    file.write_text(FILE.format(name=name))
    found = check(Trainer(resolve("own", model=str(file), device="cpu")), ITERATIONS)
    assert [f for f in found.findings if f.fails] == []
