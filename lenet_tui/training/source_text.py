"""The source of a model's class as it is shown and exported."""

from __future__ import annotations

import re

_ASIDE = re.compile(r"\s+#\s*(type: ignore|noqa).*$")


def without_asides(source: str) -> str:
    """``source`` without its remarks to type checkers and linters."""
    return "\n".join(_ASIDE.sub("", line) for line in source.splitlines())
