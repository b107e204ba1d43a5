"""Puts off Python's garbage collection while torch is recorded."""

from __future__ import annotations

import gc

_usual: list[tuple[int, int, int]] = []
"""The thresholds of the collector while they are raised."""


class collection_put_off:
    """No collection inside, and none afterwards for what was made inside.

    Each would go over all that is on the tape, which stays anyway: of an iteration of 2,000 ops
    they took a quarter. ``collection_as_usual`` ends it, once the tape has gone.
    """

    def __enter__(self) -> None:
        self._enabled = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        if not self._enabled:
            return
        young, usual = gc.get_count()[0], _usual[0] if _usual else gc.get_threshold()
        if usual[0] and young > usual[0]:
            if not _usual:
                _usual.append(usual)
            gc.set_threshold(young + usual[0], *usual[1:])
        gc.enable()


class full_collection_put_off:
    """Inside only young objects are collected, and less often than usual.

    A full collection goes over all of torch: 0.2 s, as often as a few tapes have been made.
    """

    def __enter__(self) -> None:
        self._usual = gc.get_threshold()
        if self._usual[0]:
            gc.set_threshold(max(self._usual[0], YOUNG), self._usual[1], NEVER)

    def __exit__(self, *_: object) -> None:
        if gc.get_threshold()[2] == NEVER:  # nobody else has set it
            gc.set_threshold(*self._usual)


YOUNG = 50_000
"""New objects after which those are collected."""
NEVER = 2**30
"""A threshold that is not reached."""


def collection_as_usual() -> None:
    """Count what was made since the last collection again; soon there is one."""
    if _usual:
        gc.set_threshold(*_usual.pop())
