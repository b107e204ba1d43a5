"""What every widget reads of the app: its words, and the signs that it draws with."""

from __future__ import annotations

from textual.content import Content
from textual.dom import DOMNode

from lenet_tui.kit.ui.glyphs import ASCII, UNICODE, Glyphs
from lenet_tui.text.numbers import ascii_text
from lenet_tui.text.words import Words


def words_of(node: DOMNode) -> Words:
    """The words of the app's present language."""
    words: Words = getattr(node.app, "words")  # noqa: B009 - the app's class imports us
    return words


def glyphs_of(node: DOMNode) -> Glyphs:
    """The marks to draw with."""
    return ASCII if ascii_only(node) else UNICODE


def ascii_only(node: DOMNode) -> bool:
    """Whether the app draws with ASCII characters only."""
    return bool(getattr(node.app, "ascii", False))


def not_offered(node: DOMNode) -> frozenset[str]:
    """Commands that the app does not offer."""
    return getattr(node.app, "not_offered", frozenset())


def place_of(node: DOMNode) -> str:
    """What the app is called: by its own name, or by where in a program its session is."""
    return str(getattr(node.app, "place", "lenet-tui"))


def spelled(node: DOMNode, text: str) -> str:
    """``text``, in ASCII where the app draws with ASCII characters only."""
    return ascii_text(text) if ascii_only(node) else text


def spelled_content(node: DOMNode, content: Content) -> Content:
    """``content``, in ASCII where the app draws with ASCII characters only."""
    return Content(ascii_text(content.plain), list(content.spans)) if ascii_only(node) else content


class Reader:
    """A widget or screen that reads the app's words and glyphs as its own properties."""

    @property
    def words(self: DOMNode) -> Words:  # type: ignore[misc]  # a mixin of DOM nodes
        """The words of the app's present language."""
        return words_of(self)

    @property
    def glyphs(self: DOMNode) -> Glyphs:  # type: ignore[misc]  # a mixin of DOM nodes
        """The marks to draw with."""
        return glyphs_of(self)
