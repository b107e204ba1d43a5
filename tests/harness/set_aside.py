"""What all tests of a worker share, set aside from collections and kept so.

Torch, Textual and the tests are millions of objects that never go. Each collection would look at
them, and so would ``gc.get_freeze_count``, which a check asks: it counts them one by one. So it is
with what tests leave behind, such as caches and modules imported later: an app collects when its
engine is ready, and a check of a script after each iteration.
"""

from __future__ import annotations

import gc
import sys

MUCH = 100_000
"""Blocks of memory; as many more than at the last time are worth a collection."""
_plain_freeze, _plain_unfreeze = gc.freeze, gc.unfreeze


class Aside:
    """Whether anything is set aside, known without counting."""

    is_frozen = False
    _blocks = 0

    def freeze(self) -> None:
        """As ``gc.freeze``."""
        _plain_freeze()
        self.is_frozen = True
        self._blocks = sys.getallocatedblocks()

    def unfreeze(self) -> None:
        """As ``gc.unfreeze``."""
        _plain_unfreeze()
        self.is_frozen = False

    def count(self) -> int:
        """Zero as ``gc.get_freeze_count`` is, or else one."""
        return int(self.is_frozen)

    def again(self) -> None:
        """Set all aside anew if a test has ended that."""
        if not self.is_frozen:
            gc.collect()
            self.freeze()

    def more(self) -> None:
        """Set aside what has come since as well, if it is much."""
        if self.is_frozen and sys.getallocatedblocks() > self._blocks + MUCH:
            gc.collect()
            self.freeze()


def set_aside() -> Aside:
    """Set aside what has been imported; the rest is collected a little more rarely than usual."""
    aside = Aside()
    gc.freeze, gc.unfreeze = aside.freeze, aside.unfreeze
    gc.get_freeze_count = aside.count
    gc.set_threshold(50_000, 20, 10)
    aside.again()
    return aside
