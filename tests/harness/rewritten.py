"""The tests' assertions rewritten by pytest once: in a fresh clone each worker would do so."""

from __future__ import annotations

import pytest
from _pytest.assertion import rewrite

from tests.harness.terminal import ROOT


def rewrite_tests(config: pytest.Config) -> None:
    """Store what pytest makes of each test file; what is up to date is left alone."""
    state = config.stash[rewrite.assertstate_key]
    for file in (ROOT / "tests").rglob("test_*.py"):
        folder = rewrite.get_cache_dir(file)
        stored = folder / f"{file.stem}{rewrite.PYC_TAIL}"
        if rewrite._read_pyc(file, stored) is None and rewrite.try_makedirs(folder):
            source, code = rewrite._rewrite_test(file, config)
            rewrite._write_pyc(state, code, source, stored)
