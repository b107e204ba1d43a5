"""Pictures of the screen, kept as SVG beside the tests.

``LENET_TUI_SNAPSHOTS=update python -m pytest tests/app/test_snapshots.py`` writes them anew: look
at them before committing.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from textual.app import App

FOLDER = Path(__file__).parents[1] / "snapshots"
UPDATE = os.environ.get("LENET_TUI_SNAPSHOTS") == "update"


ROUNDING = r"\d\.\d+e−\d+|\b0\.0\d+"
"""What an arithmetic rounds away, and its part of what may be: each processor does so otherwise."""


def check_snapshot(app: App[Any], name: str, actual: Path, without: str = "") -> None:
    """Compare the screen with the snapshot ``name``; if it differs, leave it in ``actual``.

    ``without``: a pattern of numbers that differ from machine to machine, shown as ``#``.
    """
    svg = plain(app.export_screenshot(title="lenet-tui", simplify=True))
    if without:
        svg = re.sub(without, lambda found: re.sub(r"\d", "#", found[0]), svg)
    kept = FOLDER / f"{name}.svg"
    if UPDATE:
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(svg, encoding="utf-8")
    if not kept.exists() or kept.read_text(encoding="utf-8") != svg:
        actual.mkdir(exist_ok=True)
        new = actual / f"{name}.svg"
        new.write_text(svg, encoding="utf-8")
        raise AssertionError(f"the screen is not {kept}: compare it with {new}")


def plain(svg: str) -> str:
    """The picture without what differs from process to process: the prefix of its ids."""
    return re.sub(r"terminal-\d+", "terminal", svg)
