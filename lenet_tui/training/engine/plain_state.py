"""Plain values that a training step may change beside tensors that torch registers.

Such are counters and hidden states of modules, hyperparameters of an optimizer, a scheduler's
count. Parameters and buffers are not among them: a keyframe stores those apart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from lenet_tui.text.notice import Problem
from lenet_tui.training.engine import stateful
from lenet_tui.training.engine.held_values import Parts, holds, inside, owned, title
from lenet_tui.training.engine.iterators import Iterators
from lenet_tui.training.engine.parameter_groups import ParameterGroups
from lenet_tui.training.engine.plain_values import Kept, Own, bare, dense, fixed, refilled, whole
from lenet_tui.training.engine.value_codes import MARKS, ValueCodes
from lenet_tui.training.engine.written_places import (
    OWN,
    Written,
    WrittenGroups,
    WrittenTexts,
    WrittenTogether,
)

_INDEX = re.compile(r'("iterator": \[-?\d+, \d+), \d+')
_MARKED = re.compile("|".join(map(re.escape, MARKS)))
_ALIVE = re.compile(f'{_MARKED.pattern}|{{"state": |{{"tensor": ')
"""What is put back even where the text is the same."""
STATE = frozenset([Tensor])
"""The types of values that an optimizer keeps for a parameter, as a rule."""

Places = Iterable[tuple[str, dict[str, Any]]]
"""Dictionaries of values, such as all that is set on a module, each with a path."""


class PlainState:
    """Writes plain values down, and restores them. ``places`` gives where they are at present.

    What is written: numbers, texts, tensors, how far an iterator has been drawn, and lists, tuples
    and dictionaries, of any class, whatever is in them; and the same inside objects of their
    owner's classes. All other values stay as they are. A tensor that has not changed since the
    model was made is not written again.
    """

    def __init__(self, places: Callable[[], Places], iterators: Iterators | None = None) -> None:
        self._places = places
        self.iterators = iterators or Iterators(wraps=False)
        self._codes = ValueCodes(self.iterators)
        self._written: dict[str, Written] = {}
        self._before: dict[str, Written] = {}
        """What was written of a place before that: a module's mode goes back and forth."""
        self._together = WrittenTogether()
        self._texts = WrittenTexts()
        self._last_parsed: tuple[str | None, dict[str, dict[str, Any]]] = None, {}
        self._grouped = WrittenGroups()
        self._to_find: tuple[str, dict[str, dict[str, Any]]] = "", {}
        """A text that was asked about, and what in it must be found again."""
        self._codes.begin(
            ((path, name), value)
            for path, attributes in self._walk()
            for name, value in self._plain(path, attributes)
        )
        self._objects_at_first = frozenset(self._codes.objects)
        self.iterators.state = self._fingerprint

    def write(self) -> tuple[str, tuple[Tensor, ...]]:
        """The values as JSON, and the tensors that it refers to by number."""
        places = list(self._places())
        return self._write(places, self._together.hold(places))

    def _write(
        self, places: Sequence[tuple[str, dict[str, Any]]], all_known: bool
    ) -> tuple[str, tuple[Tensor, ...]]:
        """``all_known``: whether those places that are looked at together have their values."""
        tensors: list[Tensor] = []
        known = self._together if all_known else WrittenTogether()
        found, holding = dict(known.texts), dict(known.held)
        settled: dict[str, Written] = {}
        for path, attributes in known.others(places):
            before = self._written.get(path)
            found[path] = self._text(path, attributes, tensors)
            now = self._written.get(path)
            if now is not None and (before is None or before is now):
                settled[path] = now
            holding[path] = self._holders(path, attributes) if now is None else now.held
        if not all_known:
            self._together = WrittenTogether(places, settled)
        texts = {path: found[path] for path, _ in places}
        held = [(path, holding[path]) for path in texts if holding.get(path)]
        for path, within in self._inside(places, held) if held else ():
            texts[path] = self._text(path, within, tensors)
        text = "{" + ", ".join(texts.values()) + "}"
        self._texts.remember(text, texts)
        return text, tuple(tensors)

    def says(self, text: str) -> bool:
        """Whether ``write`` returns this text and no tensors now; false in doubt."""
        places = list(self._places())
        all_known = self._together.hold(places)
        rest = self._together.others(places) if all_known else places
        if any(a and STATE.issuperset(map(type, a.values())) for _, a in rest):
            return False  # an optimizer has a state
        return self._write(places, all_known) == (text, ())

    def _text(self, path: str, attributes: dict[str, Any], tensors: list[Tensor]) -> str:
        """What is written of a place; it is known as long as the same fixed values are there."""
        if isinstance(attributes, ParameterGroups):
            encoded = partial(self._encoded, path, attributes, tensors)
            return self._grouped.text(path, attributes, encoded)
        known = self._written.get(path)
        if known is not None and known.holds(attributes):
            return known.text
        earlier = self._before.pop(path, None)
        if known is not None:
            self._before[path] = self._written.pop(path)
        if earlier is not None and earlier.holds(attributes):
            self._written[path] = earlier
            return earlier.text
        text = self._encoded(path, attributes, tensors)
        if all(fixed(value) for name, value in attributes.items() if name not in OWN):
            values = list(attributes.values())
            held = self._holders(path, attributes)
            self._written[path] = Written([*attributes], values, held, text)
        return text

    def _encoded(self, path: str, attributes: dict[str, Any], tensors: list[Tensor]) -> str:
        said = self._codes.of_tensors(attributes, tensors)
        if said is not None:
            return f"{json.dumps(path)}: {said}"
        plain = self._plain(path, attributes)
        encode = self._codes.encode
        encoded = {name: encode(value, tensors, (path, name)) for name, value in plain}
        return f"{json.dumps(path)}: {json.dumps(encoded)}"

    def _walk(self, some: Places | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yields the places, or some, then those inside their values as they are by then."""
        places = list(self._places() if some is None else some)
        yield from places
        yield from self._inside(places, ((path, self._held(path, a)) for path, a in places))

    def _held(self, path: str, attributes: dict[str, Any]) -> list[tuple[str, Any]]:
        known = self._written.get(path)
        same = known is not None and known.holds(attributes)
        return known.held if known and same else self._holders(path, attributes)

    def _inside(
        self,
        places: Sequence[tuple[str, dict[str, Any]]],
        holding: Iterable[tuple[str, list[tuple[str, Any]]]],
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yields the places inside of values; ``holding``: the paths of some places with those."""
        seen = {id(attributes) for _, attributes in places}
        for path, held in holding:
            for name, value in held:
                found = inside(f"{path} > {name}", value, seen)
                yield from ((p, within) for p, within in found if type(within) is not Parts)

    def _holders(self, path: str, attributes: dict[str, Any]) -> list[tuple[str, Any]]:
        """The values of a place that are places too."""
        if isinstance(attributes, ParameterGroups):
            return []  # each group is a place itself
        if STATE.issuperset(map(type, attributes.values())):
            return []
        some = [(n, v) for n, v in list(attributes.items()) if n not in OWN and holds(v)]
        return [(n, v) for n, v in some if not bare(v)]

    def begin(self, iteration: int) -> None:
        """An iteration begins: note the iterators that the one before has left."""
        if iteration != self.iterators.iteration and self.iterators.some:
            self._find()
        self.iterators.begin(iteration)

    def _find(self) -> None:
        for path, attributes in self._walk(self.iterators.places()):
            known = self._written.get(path)
            if known is None or not known.holds(attributes):
                for _ in self._plain(path, attributes):
                    pass

    def _fingerprint(self) -> Any:
        """What can be compared to see whether something has changed, the iterators' places aside.

        No iterator is remembered meanwhile, as this is no end of an iteration.
        """
        wraps, self.iterators.wraps = self.iterators.wraps, False
        try:
            text, tensors = self.write()
        finally:
            self.iterators.wraps = wraps
        return _INDEX.sub("", text), [(t.data_ptr(), t.shape, t._version) for t in tensors]

    def restore(self, text: str, tensors: Sequence[Tensor], device: torch.device) -> None:
        """Put the values back, those tensors that were not on the CPU on ``device``.

        What a place has gained since is deleted. Values that are the same stay the same objects,
        as modules may share them, and so do tensors that an optimizer may hold. Raises
        ``Problem`` for a text that ``write`` did not return.
        """
        with self.iterators.unknown():
            now, live = self.write()
            if not tensors and not live and now == text:
                return
            self._restore(text, tensors, device, self._same(text, now))

    def _restore(
        self, text: str, tensors: Sequence[Tensor], device: torch.device, same: set[str]
    ) -> None:
        codes = self._parsed(text)
        values = self._decoded({p: c for p, c in codes.items() if p not in same}, tensors, device)
        filled: dict[int, str] = {}
        for path, attributes in self._places():
            if isinstance(attributes, ParameterGroups):  # they decide which places there are
                self._restore_place(path, attributes, values.get(path, {}), codes, {})
        for path, attributes in self._walk():
            if path in same or (" > " in path and path not in codes):
                continue  # it was not there, or an earlier version did not look there
            if isinstance(attributes, ParameterGroups):
                continue
            self._restore_place(path, attributes, values.get(path, {}), codes, filled)

    def _same(self, text: str, now: str) -> set[str]:
        """The places of which a text says what they hold ``now``, in which nothing is to be put."""
        alike = self._texts.alike(text, now)
        if not alike.keys() >= self._grouped.paths:
            return set()  # the states of an optimizer may be those of other parameters
        return {path for path, said in alike.items() if not _ALIVE.search(said)}

    def _restore_place(
        self,
        path: str,
        attributes: dict[str, Any],
        before: dict[str, Any],
        codes: dict[str, Any],
        filled: dict[int, str],
    ) -> None:
        """Put the values of one place back; ``before``: what they were, as read from ``codes``."""
        if not before and STATE.issuperset(map(type, attributes.values())):
            gained = [n for n, t in attributes.items() if dense(t) and f"{path} > {n}" not in codes]
            for name in gained:
                del attributes[name]
            return
        now = dict(self._plain(path, attributes))
        for name in now.keys() - before.keys():
            first = (path, name, title(type(now[name]))) in self._objects_at_first
            earlier = f"{path} > {name}" in codes  # an earlier version wrote it there
            if not isinstance(now[name], stateful.KINDS) and not first and not earlier:
                del attributes[name]
        for name, value in before.items():
            if isinstance(value, Own):
                if title(type(attributes.get(name))) != value.kind:
                    attributes[name] = self._codes.objects[path, name, value.kind]
                continue
            if isinstance(value, Kept):
                if isinstance(attributes.get(name), stateful.KINDS):
                    state = self._codes.put(value.state, None, (path, name))
                    stateful.set_state(attributes[name], state)
                continue
            found: list[Tensor] = []
            at, code = (path, name), json.dumps(codes[path][name])
            same = name in now and self._codes.encode(now[name], found, at) == codes[path][name]
            if any(mark in code for mark in MARKS):
                present = now.get(name)
                anew = filled.setdefault(id(present), code) != code
                attributes[name] = self._codes.put(value, present, at, anew)
                continue
            ours = name not in OWN and (name in now or name not in attributes)
            if ours and (found or not same) and not refilled(now.get(name), value):
                attributes[name] = value

    def check_reachable(self, text: str) -> None:
        """Raise ``NotReachable`` or ``MoveRejected`` where something cannot be put back."""
        if not any(mark in text for mark in MARKS):
            return
        if self._to_find[0] != text:
            marked = {p: c for p, c in self._parsed(text).items() if _MARKED.search(json.dumps(c))}
            self._to_find = text, self._decoded(marked, None, torch.device("cpu"))
        wanted = self._to_find[1]
        places = iter(self._walk() if any(" > " in path for path in wanted) else self._places())
        present: dict[str, dict[str, Any]] = {}
        while len(present) < len(wanted) and (place := next(places, None)) is not None:
            if place[0] in wanted:
                present[place[0]] = place[1]
        for path, values in wanted.items():
            if self._texts.says(text, path, self._grouped.same(path, present.get(path))):
                continue
            for name, value in values.items():
                self._codes.check(value, present.get(path, {}).get(name), (path, name))

    def check(self, text: str, tensors: Sequence[Tensor]) -> None:
        """Raise ``Problem`` for a text that ``write`` did not return; nothing is changed."""
        self._decoded(self._parsed(text), tensors, torch.device("cpu"))

    def _parsed(self, text: str) -> dict[str, dict[str, Any]]:
        """The codes of each place; those of the text that was parsed last are still known."""
        if self._last_parsed[0] != text:
            try:
                codes = json.loads(text)
            except (ValueError, TypeError, RecursionError):
                codes = None
            if not isinstance(codes, dict):
                raise Problem("training:odd-attributes")
            self._last_parsed = text, codes
        return self._last_parsed[1]

    def _decoded(
        self,
        codes: Mapping[str, dict[str, Any]],
        tensors: Sequence[Tensor] | None,
        device: torch.device,
    ) -> dict[str, dict[str, Any]]:
        """The values; with ``tensors`` as ``None``, each tensor among them is ``None``."""
        decode = self._codes.decode
        try:
            return {
                path: {name: decode(code, tensors, device) for name, code in place.items()}
                for path, place in codes.items()
            }
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
            raise Problem("training:odd-attributes") from None

    def _plain(self, path: str, attributes: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        """Yields the attributes that can be written down; an iterator is replaced."""
        for name, found in list(attributes.items()):
            if name in OWN:
                continue
            value = self.iterators.within(found)
            if value is not found:
                attributes[name] = value
            if whole(value):
                yield name, value
            elif owned(type(value)):
                self._codes.objects[path, name, title(type(value))] = value
                yield name, value
            else:
                self.iterators.note_strange(path, name, value)
