"""The text of tokens, where the training file says how to decode them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

Decode = Callable[[list[int]], Any]


def token_texts(trainer: object, ids: Sequence[int]) -> tuple[str, ...]:
    """What ``trainer.decode``, where there is one, makes of ``ids``: a text for each, or one of all
    together. Empty where there is none, or where it raises; then it is warned of.
    """
    decode: Decode | None = getattr(trainer, "decode", None)
    if decode is None or not ids:
        return ()
    try:
        text = decode(list(ids))
        return (text,) if isinstance(text, str) else tuple(str(t) for t in text)[: len(ids)]
    except Exception as error:  # noqa: BLE001 - whatever the file's own function raises
        warnings.warn(f"decode: {type(error).__name__}: {error}", stacklevel=1)
        return ()
