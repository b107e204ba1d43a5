"""The text of tokens, where the training file says how to decode them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from lenet_tui.protocol.views import View


class Decodes(Protocol):
    """A training file, as far as its ``decode`` is concerned."""

    @property
    def decode(self) -> Callable[[Any], Any] | None:
        """From a list of token numbers to their text."""


def with_texts(view: View, file: Decodes) -> View:
    """The view with the texts of its tokens, where they were asked for."""
    if not view.request.texts or view.values is None:
        return view
    return replace(view, texts=token_texts(file, view.values.astype(int).ravel().tolist()))


def token_texts(file: Decodes, ids: Sequence[int]) -> tuple[str, ...]:
    """What the file's ``decode`` makes of ``ids``: a text for each, or one of all together.

    Empty where there is none, or where it raises; then it is warned of.
    """
    try:
        decode = file.decode
        if decode is None or not ids:
            return ()
        text = decode(list(ids))
        return (text,) if isinstance(text, str) else tuple(str(t) for t in text)[: len(ids)]
    except Exception as error:  # noqa: BLE001 - whatever the file's own function raises
        warnings.warn(f"decode: {type(error).__name__}: {error}", stacklevel=1)
        return ()
