"""Before any test runs."""

from __future__ import annotations

import pytest

from tests.harness.compiled import compile_package


def pytest_configure(config: pytest.Config) -> None:
    """Compile the package; once, not in each of xdist's processes."""
    if not hasattr(config, "workerinput"):
        compile_package()
