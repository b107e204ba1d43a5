"""What a session is called on the screen: its preset, or the file of its model."""

from __future__ import annotations

from pathlib import PurePath

from lenet_tui.protocol.options import NET, Options


def session_name(options: Options) -> str:
    """``digits``, ``train.py``, ``train.py:GPT``, ``torch.nn:Linear``."""
    return options.preset if options.model == NET else PurePath(options.model).name
