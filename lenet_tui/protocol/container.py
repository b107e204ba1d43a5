"""Writes a dataclass as bytes, for saves and keyframes, and reads it, checking every value.

The bytes are a length (8 bytes, little-endian), a JSON header so many bytes long, and the contents
of all ``bytes`` and ``memoryview`` fields one after another; the header has the size of each.
(``.npz`` takes four to eight times as long to write, and has no bfloat16.)
"""

from __future__ import annotations

import json
import struct
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem

_LENGTH = struct.Struct("<Q")
_Read = TypeVar("_Read")

Forms = Mapping[type, tuple[type, Callable[[Any], object], Callable[[Any], object]]]
"""Classes written as another class: that class, the function to it, and the one from it.

That class is ``str``, or a dataclass of plain values and ``memoryview``.
"""
_ACCEPTED = {bool: (bool,), int: (int,), float: (int, float), str: (str,)}
"""The types that JSON may give for each plain type: a truth value is no number."""


class Malformed(Problem):
    """Bytes or a value that do not fit; the text is one line."""


class Written(NamedTuple):
    """What ``pack`` would make of a field: its JSON, and the contents that it has."""

    text: str
    contents: Sequence[bytes | memoryview] = ()


_NONE: Mapping[str, Written] = MappingProxyType({})


def pack(
    value: Any, forms: Forms, written: Mapping[str, Written] = _NONE
) -> list[bytes | memoryview]:
    """A dataclass's bytes in pieces, as joining them would take their memory twice.

    ``written``: some of its fields, as they are known to be written.
    """
    contents: list[bytes | memoryview] = []

    def plain(part: Any) -> object:
        if isinstance(part, (bytes, memoryview)):
            contents.append(part)
            return len(part)
        for kind, (_, write, _) in forms.items():
            if isinstance(part, kind):
                part = write(part)
                return part if isinstance(part, str) else leaf(part)
        return {name: getattr(part, name) for name in _types(part.__class__)}

    def leaf(part: Any) -> object:  # at once, as there are many of them
        found = {name: getattr(part, name) for name in _types(part.__class__)}
        for name, field in found.items():
            if isinstance(field, memoryview):
                contents.append(field)
                found[name] = len(field)
        return found

    encode = json.JSONEncoder(default=plain).encode
    texts = []
    for name in _types(value.__class__):
        if name in written:
            text, more = written[name]
            contents += more
        else:
            text = encode(getattr(value, name))
        texts.append(f'"{name}": {text}')
    header = f"{{{', '.join(texts)}}}".encode()
    return [_LENGTH.pack(len(header)), header, *contents]


def unpack(
    kind: type[_Read], data: bytearray | memoryview | Sequence[memoryview], forms: Forms
) -> _Read:
    """The dataclass ``kind`` that ``pack`` wrote; ``Malformed`` if ``data`` is anything else.

    ``data`` may be the pieces that ``pack`` returned. The fields of ``kind`` are numbers, strings,
    truth values, bytes, dataclasses, or tuples and mappings of these, or ``None``.
    ``Annotated[T, allowed]`` is a ``T`` that is ``in allowed``.
    """
    pieces = [memoryview(data)] if isinstance(data, (bytearray, memoryview)) else [*data]
    reader = _Reader(pieces, forms)
    try:
        (length,) = _LENGTH.unpack(reader.take(_LENGTH.size, "header"))
        header = json.loads(bytes(reader.take(length, "header")))
        value: _Read = reader.read(kind, header, "header")
    except (ValueError, OverflowError, RecursionError, struct.error):
        raise Malformed("protocol:header-damaged") from None
    if any(reader.rest):
        raise Malformed("protocol:too-long")
    return value


@lru_cache(maxsize=64)
def _types(kind: Any) -> dict[str, Any]:
    """The types of a dataclass's fields."""
    hints = get_type_hints(kind, include_extras=True)
    return {field.name: hints[field.name] for field in fields(kind)}


def _added(kind: Any) -> frozenset[str]:
    """The fields that what was written by an earlier version may lack."""
    return frozenset(getattr(kind, "ADDED", ()))


class _Reader:
    """Reads values as their types demand. ``rest``: the contents that no field has taken yet."""

    def __init__(self, rest: Iterable[memoryview], forms: Forms) -> None:
        self.rest = deque(piece for piece in rest if len(piece))
        self._forms = forms

    def take(self, size: int, name: str) -> memoryview:
        """The next ``size`` bytes, for the field ``name``; no field goes over several pieces."""
        if not size:
            return memoryview(b"")
        if not self.rest or size > len(self.rest[0]):
            raise Malformed("protocol:cut-short", name=name)
        piece = self.rest.popleft()
        if size < len(piece):
            self.rest.appendleft(piece[size:])
        return piece[:size]

    def read(self, kind: Any, given: Any, name: str) -> Any:
        """The value ``given`` by JSON for the field ``name``, as a ``kind``."""
        if type(kind) is type or kind in self._forms:
            return self._plain(kind, given, name)
        origin, args = get_origin(kind), get_args(kind)
        if origin is Annotated:
            value = self.read(args[0], given, name)
            if value not in args[1]:
                raise Malformed("protocol:not-allowed", name=name)
            return value
        if origin in (Union, UnionType):
            (wanted,) = (each for each in args if each is not NoneType)
            return None if given is None else self.read(wanted, given, name)
        if origin is Mapping:
            if not isinstance(given, dict):
                raise Malformed("protocol:no-mapping", name=name)
            return {
                self._key(args[0], key): self.read(args[1], value, clean(key, 100))
                for key, value in given.items()
            }
        if not isinstance(given, list):
            raise Malformed("protocol:no-list", name=name)
        kinds = args[:1] * len(given) if args[1:] == (...,) else args
        if len(given) != len(kinds):
            raise Malformed("protocol:other-length", name=name)
        return tuple([self.read(*pair, name) for pair in zip(kinds, given, strict=True)])

    def _plain(self, kind: Any, given: Any, name: str) -> Any:
        if kind in _ACCEPTED:
            if type(given) not in _ACCEPTED[kind]:
                raise Malformed("protocol:no-such-kind", name=name, kind=kind.__name__)
            return kind(given)
        if kind in (bytes, memoryview):
            if type(given) is not int or given < 0:
                raise Malformed("protocol:cut-short", name=name)
            return kind(self.take(given, name))
        if kind in self._forms:
            form, _, load = self._forms[kind]
            value = load(self.read(form, given, name))
            if not isinstance(value, kind):
                raise Malformed("protocol:no-such-kind", name=name, kind=kind.__name__)
            return value
        types = _types(kind)
        if not isinstance(given, dict) or not _added(kind) >= types.keys() ^ given.keys():
            raise Malformed("protocol:other-fields", name=name)
        return kind(**{f: self.read(types[f], given[f], f) for f in types if f in given})

    def _key(self, kind: Any, key: str) -> Any:
        whole = int in (kind, *get_args(kind))
        return self.read(kind, int(key) if whole else key, "key")
