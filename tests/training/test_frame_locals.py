"""Whoever reads a function's variables keeps none of their values alive."""

from __future__ import annotations

import gc
import sys
import weakref
from types import FrameType
from typing import Any

from lenet_tui.training.engine.frame_locals import frame_locals


class Thing:
    """Something that a weak reference can follow."""


def here() -> FrameType:
    return sys._getframe(1)


def test_a_value_that_its_variable_has_let_go_of_is_gone() -> None:
    thing = Thing()
    gone = weakref.ref(thing)
    assert frame_locals(here())["thing"] is thing
    thing = Thing()
    assert gone() is None
    assert frame_locals(here())["thing"] is thing


def test_what_somebody_else_holds_stays() -> None:
    kept: dict[str, Any] = locals()
    thing = Thing()
    assert frame_locals(here())["thing"] is thing
    gc.collect()
    assert "kept" in locals()
    assert kept is not None and frame_locals(here()).keys() >= {"kept", "thing"}


def test_the_names_of_a_file_and_of_a_class_stay() -> None:
    names: dict[str, Any] = {"here": here, "frame_locals": frame_locals}
    exec("x = 1\nfound = frame_locals(here())\ny = 2", names)
    assert names["x"] == 1 and names["y"] == 2
    place: dict[str, Any] = {}
    exec("x = 1\nfound = frame_locals(here())\ny = 2", names, place)
    assert place["x"] == 1 and place["found"] == {"x": 1}
