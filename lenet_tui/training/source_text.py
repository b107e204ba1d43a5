"""Prepares the source of a model's class for the screen and the export."""

from __future__ import annotations

import re

_ASIDE = re.compile(r"\s+#\s*(type: ignore|noqa).*$")


def without_asides(source: str) -> str:
    """``source`` without its comments to type checkers and linters."""
    return "\n".join(_ASIDE.sub("", line) for line in source.splitlines())
