"""Text to layer: a literal call such as ``Conv2d(1, 6, 5)``, parsed and never evaluated."""

from __future__ import annotations

import ast
import contextlib
import difflib
import warnings
from typing import cast

from lenet_tui.lab.layer import KINDS, MAX_NUMBER, SIGNATURES, Layer, LayerError, Value, make_layer
from lenet_tui.text.notice import Notice, notice

MAX_TEXT = 500
MAX_DIMENSIONS = 8
THE_VALUE = notice("lab:the-value")
_TYPED = str.maketrans("（），＝，、", "(),=,,")
"""What a Chinese input method types for Python's punctuation."""


def parse_layer(text: str) -> Layer:
    """The layer that ``text`` calls for, with or without ``nn.`` or ``torch.nn.`` before it.

    Arguments by position and by keyword as torch's constructor takes them; their values must be
    literals. Raises ``LayerError``.
    """
    call = _parse(text, notice("lab:wanted-layer"))
    if not isinstance(call, ast.Call):
        raise LayerError("lab:no-call", text=_quote(text))
    kind = _kind(call.func)
    arguments = SIGNATURES[kind]
    values: dict[str, Value] = {}
    if len(call.args) > len(arguments):
        raise LayerError(
            "lab:too-many-arguments", kind=kind, most=len(arguments), count=len(call.args)
        )
    for argument, node in zip(arguments, call.args, strict=False):
        values[argument.name] = _literal(node, argument.name)
    for keyword in call.keywords:
        name = keyword.arg
        if name is None:
            raise LayerError("lab:no-stars")
        if name not in {a.name for a in arguments}:
            hint = _hint(name, [a.name for a in arguments])
            raise LayerError("lab:no-argument", kind=kind, name=_quote(name), hint=hint)
        if name in values:
            raise LayerError("lab:twice", kind=kind, name=name)
        values[name] = _literal(keyword.value, name)
    for argument in arguments:
        if argument.required and argument.name not in values:
            raise LayerError("lab:needs", kind=kind, name=argument.name)
        if argument.fixed and values.pop(argument.name, None) is not None:
            raise LayerError("lab:fixed", name=argument.name)
    return make_layer(kind, **values)


def parse_value(text: str, name: str | Notice = THE_VALUE) -> Value:
    """One argument's value from a form's field: a literal, or a bare word such as ``same``."""
    word = text.strip()
    if word.isidentifier() and word not in ("True", "False", "None"):
        return word
    if len(word) == 0:
        raise LayerError("lab:empty", name=name)
    return _literal(_parse(word, notice("lab:wanted-value")), name)


def parse_shape(text: str) -> tuple[int, ...]:
    """A shape such as ``1,3,32,32`` (also ``1x3x32x32``, ``(1, 3, 32, 32)``, ``1 3 32 32``).

    Raises ``LayerError``. An empty shape is a scalar's and is not taken.
    """
    if len(text) > MAX_TEXT:
        raise LayerError("lab:long-shape", count=len(text))
    body = text.strip()
    if body[:1] + body[-1:] in ("()", "[]"):
        body = body[1:-1].strip()
    body = body.removesuffix(",")
    for mark in "x×，、":
        body = body.replace(mark, ",")
    words = [word.strip() for word in (body.split(",") if "," in body else body.split())]
    if not words or not all(word.isascii() and word.isdigit() for word in words):
        raise LayerError("lab:unreadable-shape", text=_quote(text))
    if len(words) > MAX_DIMENSIONS:
        raise LayerError("lab:many-dimensions", count=len(words), most=MAX_DIMENSIONS)
    if any(len(w) > 10 or int(w) > MAX_NUMBER for w in words):
        raise LayerError("lab:large-size", most=MAX_NUMBER)
    return tuple(int(w) for w in words)


def _parse(text: str, wanted: Notice) -> ast.expr:
    if len(text) > MAX_TEXT:
        raise LayerError("lab:long-text", count=len(text), wanted=wanted)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as "invalid escape sequence"
            return ast.parse(text.strip().translate(_TYPED), mode="eval").body
    except SyntaxError as error:
        raise LayerError(
            "lab:unreadable-because", text=_quote(text), why=error.msg, wanted=wanted
        ) from None
    except (ValueError, RecursionError, MemoryError):
        raise LayerError("lab:unreadable", text=_quote(text), wanted=wanted) from None


def _kind(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        raise LayerError("lab:no-layer-before-bracket", allowed=", ".join(KINDS))
    parts.insert(0, node.id)
    if parts[:-1] not in ([], ["nn"], ["torch", "nn"]) or parts[-1] not in KINDS:
        name = ".".join(parts)
        raise LayerError("lab:no-layer", name=_quote(name), hint=_hint(name, KINDS))
    return parts[-1]


def _literal(node: ast.expr, name: str | Notice) -> Value:
    value: object = node
    with contextlib.suppress(ValueError, TypeError, RecursionError):
        value = ast.literal_eval(node)
    for part in value if isinstance(value, (tuple, list)) else (value,):
        if not (part is None or isinstance(part, (int, float, str))):
            raise LayerError("lab:must-be", name=name)
        if isinstance(part, (int, float)) and not abs(part) <= MAX_NUMBER:  # also what is infinite
            raise LayerError("lab:beyond", name=name, most=MAX_NUMBER)
    return cast("Value", tuple(value) if isinstance(value, list) else value)


def _hint(name: str, known: list[str] | tuple[str, ...]) -> Notice:
    """What may have been meant by a name that is not known."""
    near = difflib.get_close_matches(name.rpartition(".")[2][:40], known, n=1)
    if near:
        return notice("lab:did-you-mean", name=near[0])
    return notice("lab:one-of", allowed=", ".join(known))


def _quote(text: str) -> str:
    short = " ".join(text.split())
    return repr(short if len(short) <= 60 else short[:57] + "…")
