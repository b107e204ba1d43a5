"""A test that is not marked ``gpu`` sees no GPU, so that ``auto`` is the CPU on every machine."""

from __future__ import annotations

import os
import subprocess
import sys

import torch

from tests.harness.terminal import environment


def test_the_tests_see_no_gpu_nor_does_what_they_start() -> None:
    assert os.environ["CUDA_VISIBLE_DEVICES"] == ""
    assert not torch.cuda.is_available()
    code = "import os; print(repr(os.environ.get('CUDA_VISIBLE_DEVICES')))"
    started = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )
    assert started.stdout.strip() == "''"
