"""The digest of all parameters and gradients at a cursor, at the cost of what has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from torch import Tensor

from lenet_tui.tape.engine.bit_sums import quick_digest, quick_digests
from lenet_tui.tape.engine.digest import state_digest
from lenet_tui.tape.engine.tape import Cursor, Tape

SMALL = 2**20
"""Bytes of parameters up to which the digest is SHA-256 of all of them, as a script prints it."""

Version = tuple[Tensor, int, Tensor | None, int]
"""A parameter's value and gradient, each with its version."""


class StateDigests:
    """Digests of states one after another: what has not changed is not read again.

    Of a small state it is ``state_digest``, of 64 digits. Of others it has 32: the sum of a hash
    for each parameter, of its name and of the quick digests of its value and its gradient.
    """

    def __init__(self) -> None:
        self._tape: Tape | None = None
        self._small = False
        self._index = 0
        self._values: dict[str, Tensor] = {}
        self._grads: dict[str, Tensor | None] = {}
        self._hashes: dict[str, tuple[Version, int]] = {}
        self._sum = 0

    def leave(self) -> None:
        """Let go of the tape, as another one begins."""
        self._tape = None

    def forget(self) -> None:
        """Let go of the last state's tensors."""
        self.leave()
        if self._hashes:
            self.__init__()  # type: ignore[misc]

    def at(self, tape: Tape, cursor: Cursor) -> str:
        """The digest of the state at a cursor."""
        if tape is not self._tape:
            self._small = _bytes(tape.base.values.values()) <= SMALL
        if self._small:
            self._tape = tape
            return state_digest(tape.state(cursor))
        changed = self._go_to(tape, cursor)
        quick_digests(
            t for name in changed for t in (self._values[name], self._grads[name]) if t is not None
        )
        for name in changed:
            self._note(name, self._values[name], self._grads[name])
        return f"{self._sum:032x}"

    def _go_to(self, tape: Tape, cursor: Cursor) -> Iterable[str]:
        """Bring values and gradients to the cursor; returns the names of all that may differ."""
        index = tape.index(cursor)
        if tape is not self._tape or index < self._index:
            state = list(tape.state(cursor))
            self._values = {name: value for name, value, _ in state}
            self._grads = {name: grad for name, _, grad in state}
            for name in self._hashes.keys() - self._values.keys():
                self._sum = (self._sum - self._hashes.pop(name)[1]) % 2**128
            changed: Iterable[str] = [
                n for n, value, grad in state if self._differs(n, value, grad)
            ]
        else:
            values: dict[str, Tensor] = {}
            grads: dict[str, Tensor | None] = {}
            for entry in tape.between(self._index, index):
                entry.apply(values, grads)
            self._values |= values
            self._grads |= grads
            changed = values.keys() | grads.keys()
        self._tape, self._index = tape, index
        return changed

    def _differs(self, name: str, value: Tensor, grad: Tensor | None) -> bool:
        """Whether a parameter is not what was hashed last."""
        known = self._hashes.get(name)
        return known is None or not _same(known[0], value, grad)

    def _note(self, name: str, value: Tensor, grad: Tensor | None) -> None:
        found = "None" if grad is None else quick_digest(grad)
        line = f"{name} {quick_digest(value)} {found}\n"
        new = int.from_bytes(hashlib.sha256(line.encode()).digest()[:16], "little")
        before = self._hashes[name][1] if name in self._hashes else 0
        self._sum = (self._sum + new - before) % 2**128
        self._hashes[name] = (value, _version(value), grad, _version(grad)), new


def _bytes(tensors: Iterable[Tensor]) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def _version(tensor: Tensor | None) -> int:
    """Counts what is written to a tensor; −1: it does not count."""
    return -1 if tensor is None or tensor.is_inference() else tensor._version


def _same(known: Version, value: Tensor, grad: Tensor | None) -> bool:
    one, one_version, other, other_version = known
    if one is not value or other is not grad:
        return False
    uncounted = value.is_inference() or (grad is not None and grad.is_inference())
    return not uncounted and (one_version, other_version) == (_version(value), _version(grad))
