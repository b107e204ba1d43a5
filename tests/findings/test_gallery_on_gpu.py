"""The gallery on a GPU: run by ``pytest -m gpu`` where there is one, skipped elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.findings.gallery_files import BROKEN, HEALTHY, checked, id_of, programs

pytestmark = pytest.mark.gpu
GPU = "cuda:0"
FOR_THE_CPU = ("graph-cut__numpy", "same-batch-again__generator", "same-batch-again__numpy")
"""Their steps take numbers from NumPy, or from a generator of the CPU."""


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    torch.set_default_device(None)
    torch.use_deterministic_algorithms(False)


@pytest.mark.parametrize("program", [p for p in programs() if p not in FOR_THE_CPU])
def test_the_broken_one_is_found_and_its_twin_is_not_accused(program: str, tmp_path: Path) -> None:
    found = checked(program, BROKEN, tmp_path, GPU)
    ids = {finding.id for finding in found.findings}
    if id_of(program) == "raised" and "label-range" in ids:
        ids.add("raised")  # it is said before torch could raise, which would end the process
    assert id_of(program) in ids, found
    torch.set_default_device(None)
    healthy = checked(program, HEALTHY, tmp_path, GPU)
    assert [f for f in healthy.findings if f.fails] == []
    torch.cuda.synchronize()  # no kernel has failed meanwhile
