"""Text to layer: a literal call such as ``Conv2d(1, 6, 5)``, parsed and never evaluated."""

from __future__ import annotations

import ast
import contextlib
import difflib
import warnings
from typing import cast

from lenet_tui.lab.layer import KINDS, MAX_NUMBER, SIGNATURES, Layer, LayerError, Value, make_layer

MAX_TEXT = 500
MAX_DIMENSIONS = 8
_EXAMPLE = "such as Conv2d(1, 6, 5, stride=2)"
_SHAPE_EXAMPLE = "numbers from 0 with commas, such as 1,3,32,32"
_VALUES = "a number, a tuple of numbers, a word in quotes or a bool"
_TYPED = str.maketrans("（），＝，、", "(),=,,")
"""What a Chinese input method types for Python's punctuation."""


def parse_layer(text: str) -> Layer:
    """The layer that ``text`` calls for, with or without ``nn.`` or ``torch.nn.`` before it.

    Arguments by position and by keyword as torch's constructor takes them; their values must be
    literals. Raises ``LayerError``.
    """
    call = _parse(text, f"a layer, {_EXAMPLE}")
    if not isinstance(call, ast.Call):
        raise LayerError(f"{_quote(text)} is no call of a layer, {_EXAMPLE}")
    kind = _kind(call.func)
    arguments = SIGNATURES[kind]
    values: dict[str, Value] = {}
    if len(call.args) > len(arguments):
        raise LayerError(
            f"{kind} takes at most {len(arguments)} arguments by position, not {len(call.args)}"
        )
    for argument, node in zip(arguments, call.args, strict=False):
        values[argument.name] = _literal(node, argument.name)
    for keyword in call.keywords:
        name = keyword.arg
        if name is None:
            raise LayerError("** means nothing here: give each argument by name")
        if name not in {a.name for a in arguments}:
            raise LayerError(_unknown(f"{kind} has no argument", name, [a.name for a in arguments]))
        if name in values:
            raise LayerError(f"{kind} is given {name} twice")
        values[name] = _literal(keyword.value, name)
    for argument in arguments:
        if argument.required and argument.name not in values:
            raise LayerError(f"{kind} needs {argument.name}")
        if argument.fixed and values.pop(argument.name, None) is not None:
            raise LayerError(f"{argument.name} stays None in the lab: it computes in float32")
    return make_layer(kind, **values)


def parse_value(text: str, name: str = "the value") -> Value:
    """One argument's value from a form's field: a literal, or a bare word such as ``same``."""
    word = text.strip()
    if word.isidentifier() and word not in ("True", "False", "None"):
        return word
    if len(word) == 0:
        raise LayerError(f"{name} is empty: a number, a tuple such as (3, 5), or a word")
    return _literal(_parse(word, "a number, a tuple such as (3, 5), or a word"), name)


def parse_shape(text: str) -> tuple[int, ...]:
    """A shape such as ``1,3,32,32`` (also ``1x3x32x32``, ``(1, 3, 32, 32)``, ``1 3 32 32``).

    Raises ``LayerError``. An empty shape is a scalar's and is not taken.
    """
    if len(text) > MAX_TEXT:
        raise LayerError(f"the input shape is {len(text)} characters long: {_SHAPE_EXAMPLE}")
    body = text.strip()
    if body[:1] + body[-1:] in ("()", "[]"):
        body = body[1:-1].strip()
    body = body.removesuffix(",")
    for mark in "x×，、":
        body = body.replace(mark, ",")
    words = [word.strip() for word in (body.split(",") if "," in body else body.split())]
    if not words or not all(word.isascii() and word.isdigit() for word in words):
        raise LayerError(f"the input shape {_quote(text)} cannot be read: {_SHAPE_EXAMPLE}")
    if len(words) > MAX_DIMENSIONS:
        raise LayerError(f"{len(words)} dimensions are more than the lab takes ({MAX_DIMENSIONS})")
    if any(len(w) > 10 or int(w) > MAX_NUMBER for w in words):
        raise LayerError(f"a size in the input shape is above {MAX_NUMBER}")
    return tuple(int(w) for w in words)


def _parse(text: str, wanted: str) -> ast.expr:
    if len(text) > MAX_TEXT:
        raise LayerError(f"the text is {len(text)} characters long: {wanted}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as "invalid escape sequence"
            return ast.parse(text.strip().translate(_TYPED), mode="eval").body
    except SyntaxError as error:
        raise LayerError(f"{_quote(text)} cannot be read ({error.msg}): {wanted}") from None
    except (ValueError, RecursionError, MemoryError):
        raise LayerError(f"{_quote(text)} cannot be read: {wanted}") from None


def _kind(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        raise LayerError(f"before the bracket stands no layer: one of {', '.join(KINDS)}")
    parts.insert(0, node.id)
    if parts[:-1] not in ([], ["nn"], ["torch", "nn"]) or parts[-1] not in KINDS:
        raise LayerError(_unknown("the lab has no layer", ".".join(parts), KINDS))
    return parts[-1]


def _literal(node: ast.expr, name: str) -> Value:
    value: object = node
    with contextlib.suppress(ValueError, TypeError, RecursionError):
        value = ast.literal_eval(node)
    for part in value if isinstance(value, (tuple, list)) else (value,):
        if not (part is None or isinstance(part, (int, float, str))):
            raise LayerError(f"{name} must be {_VALUES}")
        if isinstance(part, (int, float)) and not abs(part) <= MAX_NUMBER:  # also what is infinite
            raise LayerError(f"{name} is beyond what the lab takes: up to {MAX_NUMBER}")
    return cast("Value", tuple(value) if isinstance(value, list) else value)


def _unknown(what: str, name: str, known: list[str] | tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name.rpartition(".")[2][:40], known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(known)}"
    return f"{what} {_quote(name)}: {hint}"


def _quote(text: str) -> str:
    short = " ".join(text.split())
    return repr(short if len(short) <= 60 else short[:57] + "…")
