"""The exception that ended an app."""

from __future__ import annotations

from typing import Any

from textual.app import App


def crash_of(app: App[Any]) -> Exception | None:
    """The exception that ended ``app``; ``None`` if none did."""
    return app._exception
