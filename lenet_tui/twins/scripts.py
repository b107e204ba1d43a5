"""A mistake's two programs as files."""

from __future__ import annotations

from pathlib import Path

from lenet_tui.protocol.new_file import write_new
from lenet_tui.text.notice import Problem
from lenet_tui.twins.mistake import Mistake


def write_scripts(mistake: Mistake, folder: Path) -> tuple[Path, Path]:
    """Write both as new files into a folder, which is made; ``Problem`` where that fails.

    Each is a plain PyTorch script that prints its losses, and a training file.
    """
    stem = mistake.id.replace("-", "_")
    a, b = folder / f"{stem}_healthy.py", folder / f"{stem}_broken.py"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in (a, b):
            if path.exists():
                raise Problem("twins:exists", file=path.name)
        write_new(a, mistake.healthy)
        write_new(b, mistake.broken)
    except OSError as error:
        why = error.strerror or str(error)
        raise Problem("twins:unwritten", folder=str(folder), why=why) from None
    return a, b
