"""The package as it is when pip has installed it: compiled; and what its tests share."""

from __future__ import annotations

import compileall

from tests.harness.terminal import ROOT


def compile_package() -> None:
    """Compile both; what is up to date is left alone.

    An editable package is not compiled by pip, and where PYTHONDONTWRITEBYTECODE is set, each
    process would do so again.
    """
    for folder in (ROOT / "lenet_tui", ROOT / "tests" / "harness"):
        compileall.compile_dir(folder, quiet=2)
