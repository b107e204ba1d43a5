"""Texts that are fitted to a border."""

from __future__ import annotations

from lenet_tui.kit.ui.format import fitting

TITLES = ("Input  target 9  sample 1023 of 1024", "Input  target 9  1023/1024")


def test_what_is_cut_is_no_number() -> None:
    whole = {"  ".join(t.split("  ")[:n]) for t in TITLES for n in range(1, 4)}
    for room in range(60):
        text = fitting(TITLES, room)
        assert len(text) <= max(room, 1)
        cut = text.endswith("…") and "Input".startswith(text[:-1].rstrip())
        assert text in whole or cut, room


def test_the_first_that_has_room_is_taken() -> None:
    assert fitting(TITLES, 36) == TITLES[0]
    assert fitting(TITLES, 35) == TITLES[1]
    assert fitting(["conv2.max_pool2d  1×16×5×5"], 20) == "conv2.max_pool2d"
    assert fitting(["input"], 3, more="~") == "in~"
