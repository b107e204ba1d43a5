"""The package as it is when pip has installed it: compiled."""

from __future__ import annotations

import compileall

from tests.harness.terminal import ROOT


def compile_package() -> None:
    """Compile it; what is up to date is left alone.

    An editable one is not compiled by pip, and where PYTHONDONTWRITEBYTECODE is set, each process
    would do so again.
    """
    compileall.compile_dir(ROOT / "lenet_tui", quiet=2)
